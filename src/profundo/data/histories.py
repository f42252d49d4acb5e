"""Every token of a part of a text, with those before it: what predicts one token from the few that precede it.

ids      t0 t1 t2 t3 t4 t5 ...
x        t0 t1 t2     y   t3      with context 3
         t1 t2 t3         t4
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from profundo.data.rows import divide


@dataclass(frozen=True)
class Histories:
    """M places of a text. The parts of one text begin where the one before ends, and look back into it."""

    ids: Tensor
    """The text from its beginning to the end of this part, (N,) numbers of tokens."""
    context: int
    """Tokens before the one that is to be foretold."""
    places: Tensor
    """Where those are that are to be foretold, (M,)."""
    learnt: int
    """Tokens that the training part has: ids[:learnt] is it, whichever part this is."""

    @classmethod
    def of(cls, ids: Tensor, ends: tuple[int, ...], context: int) -> tuple["Histories", ...]:
        """A text's parts, which end at `ends`; none holds anything of those after it. The first tokens have no history.

        Raises ValueError where a part has no token left.
        """
        begins = (context, *ends[:-1])
        if any(begin >= end for begin, end in zip(begins, ends, strict=True)):
            raise ValueError(f"parts that end at {ends} leave nothing to foretell from {context} tokens")
        parts = zip(begins, ends, strict=True)
        return tuple(cls(ids[:end], context, torch.arange(begin, end), ends[0]) for begin, end in parts)

    @property
    def words(self) -> Tensor:
        """The tokens of this part, in order; of the training part those too that have no history."""
        return self.ids if len(self.ids) == self.learnt else self.ids[int(self.places[0]) :]

    def __len__(self) -> int:
        return len(self.places)

    def to(self, device: torch.device) -> "Histories":
        return replace(self, ids=self.ids.to(device), places=self.places.to(device))

    def take(self, index: Tensor) -> "Histories":
        """The examples at these positions."""
        return replace(self, places=self.places[index.to(self.places.device)])

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """x (B, context) and y (B, 1); the arguments are those of `Rows.batches`."""
        place = torch.arange(-self.context, 1, device=self.ids.device)
        for index in divide(len(self), size, order, start, share):
            read = self.ids[self.places[index.to(self.ids.device), None] + place].long()  # (B, context + 1)
            yield read[:, :-1], read[:, -1:]
