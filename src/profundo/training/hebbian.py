"""Hebb's rule: what fires together wires together."""

from collections.abc import Iterator
from dataclasses import dataclass

from profundo.core import Step, TrainState
from profundo.networks.energy.hopfield import Hopfield


@dataclass(frozen=True)
class Hebbian:
    """J <- J + xi xi^T / N for each pattern xi of N bits, with J_ii = 0 (Hebb 1949; Hopfield 1982).

    One look at each pattern and nothing to choose. A step's `energy` is that of the pattern just stored: it lies lower, at
    about -N/2, than any random state, and what other patterns add to it is their crosstalk.
    """

    def steps(self, state: TrainState) -> Iterator[Step]:
        memory, rows = state.network, state.data.train
        assert isinstance(memory, Hopfield)
        state.total = state.step + (len(rows) - state.batch if state.epoch == 0 else 0)
        while state.epoch < 1:
            for xi, *_ in rows.batches(1, start=state.batch):
                memory.J.addr_(xi[0], xi[0], alpha=1 / xi.shape[1]).fill_diagonal_(0)
                energy = memory.energy(xi)[0]
                last = state.batch + 1 == len(rows)
                yield state.end_epoch(1, energy=energy) if last else state.advance(1, energy=energy)
