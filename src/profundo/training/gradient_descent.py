"""Gradient descent on mini-batches: the rule of most networks since 1986."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from profundo.core import Objective, Step, TrainState
from profundo.training import parallel
from profundo.training.optimizers import Adam, OptimizerConfig
from profundo.training.precision import Precision, half_products, halves
from profundo.training.schedules import Constant, Schedule


@dataclass(frozen=True)
class GradientDescent:
    """Follow -gradient of the objective, a batch at a time, in an order drawn anew each epoch."""

    objective: Objective
    epochs: int = 10
    batch_size: int = 128
    optimizer: OptimizerConfig = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    clip: float | None = None
    """Largest norm of the gradient of all weights together."""
    precision: Precision = "auto"
    """"auto" is bfloat16 where the hardware gains from it, float32 elsewhere."""

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch_size are at least 1")

    def steps(self, state: TrainState) -> Iterator[Step]:
        rows, share = state.data.train, parallel.share()
        batches = math.ceil(len(rows) / self.batch_size)
        state.total = state.step + (self.epochs - state.epoch) * batches - state.batch

        optimizer = state.keep("optimizer", self.optimizer.build(state.network))
        network = parallel.replicate(state.network)
        half = halves(state.device, self.precision)
        with half_products(state.network, state.device, self.precision):
            while state.epoch < self.epochs:
                order = state.shuffled(len(rows))
                for batch in rows.batches(self.batch_size, order, start=state.batch, share=share):
                    done = state.epoch * batches + state.batch
                    lr = self.optimizer.lr * self.schedule.factor(done / (self.epochs * batches))
                    size = min(self.batch_size, len(rows) - state.batch * self.batch_size)

                    with torch.autocast(state.device.type, torch.bfloat16, enabled=half):
                        values = self.objective(network, batch)
                    # every example weighs the same, though ranks may hold unequal parts of a batch
                    (values["loss"] * parallel.weight(len(batch[0]), size)).backward()
                    if self.clip is not None:
                        optimizer.weights.clip(self.clip)
                    optimizer.step(lr)

                    values = {name: value.detach() for name, value in values.items()} | {"lr": lr}
                    last = state.batch + 1 == batches
                    yield state.end_epoch(size, **values) if last else state.advance(size, **values)
