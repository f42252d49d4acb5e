"""The perceptron rule: learning by correcting mistakes, without a gradient."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from profundo.core import Step, TrainState
from profundo.data.rows import Rows
from profundo.networks.neurons.perceptron import Perceptron

BLOCK = 1000
"""Examples fetched at a time. They are learnt one by one all the same."""


@dataclass(frozen=True)
class PerceptronRule:
    """w <- w + rate y x,  b <- b + rate y  for each example (x, y) on the wrong side; y is -1 or +1 (Rosenblatt 1958).

    An example on the right side changes nothing. If a line with margin gamma separates examples of length at most R (counting
    a last coordinate of 1 for the bias), there are at most (R / gamma)^2 mistakes (Novikoff 1962), and learning stops by itself.
    """

    epochs: int = 50
    """The most passes over the examples."""
    final_rate: float = 1.0
    """The rate falls in a straight line from 1 to this. Starting from w = 0 only the ratio counts: a constant rate of any size
    draws the same line. Where no line separates, a small one lets the line come to rest."""

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ValueError("epochs is at least 1")
        if not 0 < self.final_rate <= 1:
            raise ValueError("final_rate is above 0 and at most 1")

    def steps(self, state: TrainState) -> Iterator[Step]:
        neuron, rows = state.network, state.data.train
        assert isinstance(neuron, Perceptron)
        wrong = _wrong(neuron, rows)  # all of them at w = 0, where nothing is on either side
        while state.epoch < self.epochs and wrong:
            rate = 1 + (self.final_rate - 1) * state.epoch / max(self.epochs - 1, 1)
            w, b, mistakes = neuron.w.cpu().numpy().copy(), neuron.b.item(), 0
            for X, Y in rows.batches(BLOCK, state.shuffled(len(rows))):
                for x, y in zip(X.flatten(1).cpu().numpy(), (2 * Y - 1).tolist(), strict=True):
                    if y * (w @ x + b) <= 0:
                        w += rate * y * x
                        b += rate * y
                        mistakes += 1
            neuron.w.copy_(torch.from_numpy(w))
            neuron.b.fill_(b)
            wrong = _wrong(neuron, rows)
            yield state.end_epoch(len(rows), mistakes=mistakes, error=wrong / len(rows), rate=rate)


def _wrong(neuron: Perceptron, rows: Rows) -> int:
    """How many examples are not on their side of the line."""
    return sum(int(((2 * Y - 1) * neuron.activation(X.flatten(1)) <= 0).sum()) for X, Y in rows.batches(BLOCK))
