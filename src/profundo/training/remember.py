"""Remember everything: how nearest neighbours learn."""

from collections.abc import Iterator
from dataclasses import dataclass

from profundo.core import Step, TrainState
from profundo.messages import UserError, _
from profundo.networks.dense.nearest_neighbours import NearestNeighbours


@dataclass(frozen=True)
class Remember:
    """All examples are kept at once; then each epoch asks another number of neighbours, and the runner keeps the best on dev."""

    k: tuple[int, ...] = (1, 3, 5, 7)
    """Numbers of neighbours to try; with even ones, votes may be tied."""

    def __post_init__(self) -> None:
        if min(self.k, default=0) < 1:
            raise ValueError(_("k is at least one number of neighbours, each at least 1"))

    def steps(self, state: TrainState) -> Iterator[Step]:
        """Raises UserError where there are more examples than the network can hold."""
        memory, rows = state.network, state.data.train
        assert isinstance(memory, NearestNeighbours)
        if len(rows) > memory.config.examples:
            raise UserError(
                _("There are {n} examples, and room for {room}; set --network.examples {n}.").format(
                    n=len(rows), room=memory.config.examples
                )
            )
        state.total = len(self.k)
        if state.epoch == 0:
            for x, y in rows.batches(1000):
                memory.remember(x, y)
        while state.epoch < len(self.k):
            k = self.k[state.epoch]
            memory.k.fill_(k)
            yield state.end_epoch(len(rows), k=float(k))
