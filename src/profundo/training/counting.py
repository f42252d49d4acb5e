"""Counting: how n-grams learn. Nothing is adjusted; what comes together in the text is counted, and that is all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from torch import Tensor

from profundo.core import Step, TrainState
from profundo.messages import _


class Counted(Protocol):
    """A network that counts: afterwards it answers from n tokens, n - 1 of them history."""

    def count(self, text: Tensor, n: int) -> None: ...


@dataclass(frozen=True)
class Counting:
    """Tokens alone, then pairs, triples... one order an epoch; the runner keeps the best on dev."""

    orders: tuple[int, ...] = (1, 2, 3, 4)

    def __post_init__(self) -> None:
        if min(self.orders, default=0) < 1:
            raise ValueError(_("orders is at least one number, each at least 1"))

    def steps(self, state: TrainState) -> Iterator[Step]:
        """Raises ValueError for an order that the network or the data have no room for."""
        network, text = cast(Counted, state.network), state.data.train.words
        state.total = len(self.orders)
        while state.epoch < len(self.orders):
            n = self.orders[state.epoch]
            network.count(text, n)
            yield state.end_epoch(len(text), order=float(n))
