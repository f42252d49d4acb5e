"""Gradient descent on mini-batches, the rule of most networks since 1986; and what keeps it from learning by heart."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from profundo.core import Objective, Step, TrainState
from profundo.messages import _
from profundo.training import parallel
from profundo.training.augment import Augment
from profundo.training.average import Average
from profundo.training.fine_tuning import FineTuning, remembered
from profundo.training.mixing import Mixing
from profundo.training.noise import Noise
from profundo.training.objectives import cross_entropy, squared_error
from profundo.training.optimizers import Adam, OptimizerConfig
from profundo.training.penalty import Penalty, bound, incoming
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
    penalty: Penalty = field(default_factory=Penalty)
    noise: Noise = field(default_factory=Noise)
    augment: Augment = field(default_factory=Augment)
    mixing: Mixing = field(default_factory=Mixing)
    tuning: FineTuning = field(default_factory=FineTuning)
    max_norm: float | None = None
    """Largest norm of the weights into one unit (Srivastava et al. 2014)."""
    average: float | None = None
    """Decay of an average of the weights, such as 0.999; it is what dev scores and what is kept."""
    patience: int | None = None
    """Stop when dev has not been better than its best for so many epochs (Prechelt 1998)."""
    precision: Precision = "auto"
    """"auto" is bfloat16 where the hardware gains from it, float32 elsewhere."""

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError(_("epochs and batch_size are at least 1"))
        if self.max_norm is not None and self.max_norm <= 0:
            raise ValueError(_("max_norm is above 0"))
        if self.average is not None and not 0 <= self.average < 1:
            raise ValueError(_("average is at least 0 and below 1"))
        if self.patience is not None and self.patience < 1:
            raise ValueError(_("patience is at least 1 epoch"))
        if self.tuning != FineTuning() and (self.penalty != Penalty() or self.max_norm is not None):
            raise ValueError(_("penalty and max_norm treat all layers alike; with tuning, take the optimizer's weight_decay"))

    @property
    def remembers(self) -> bool:
        """Do all layers but the last say the same of an example each time it is seen? Then they are asked once."""
        same = self.augment == Augment() and self.mixing == Mixing() and self.noise == Noise()
        return self.tuning.freeze == "backbone" and same and self.objective in (cross_entropy, squared_error)

    def steps(self, state: TrainState) -> Iterator[Step]:
        rows, share = self.augment.on(state.data.train), parallel.share()
        self.mixing.check(self.objective)
        batches = math.ceil(len(rows) / self.batch_size)
        state.total = state.step + (self.epochs - state.epoch) * batches - state.batch

        optimizer = state.keep("optimizer", self.tuning.optimizer(self.optimizer, state.network))
        weights = optimizer.weights
        average = state.keep("average", Average(weights, self.average))
        bounded = incoming(state.network) if self.max_norm is not None else []
        half = halves(state.network, state.device, self.precision)
        network = state.network
        with half_products(state.network, state.device, self.precision), self.noise.on_activities(state.network):
            if self.remembers and state.epoch < self.epochs:
                with torch.autocast(state.device.type, torch.bfloat16, enabled=half):
                    network, rows = remembered(state.network, rows) or (network, rows)
            network = parallel.replicate(network)
            while state.epoch < self.epochs and not (self.patience is not None and state.stale >= self.patience):
                self.tuning.settle(state.network, optimizer, state.epoch)
                order = state.shuffled(len(rows))
                for read in rows.batches(self.batch_size, order, start=state.batch, share=share):
                    x, *targets = self.mixing(read, state.data.facts.get("classes"))
                    done = state.epoch * batches + state.batch
                    lr = self.optimizer.lr * self.schedule.factor(done / (self.epochs * batches))
                    size = min(self.batch_size, len(rows) - state.batch * self.batch_size)

                    batch = (self.noise.on_inputs(x), *targets)
                    with self.noise.on_weights(weights):
                        with torch.autocast(state.device.type, torch.bfloat16, enabled=half):
                            values = self.objective(network, batch)
                        # every example weighs the same, though ranks may hold unequal parts of a batch
                        (values["loss"] * parallel.weight(len(x), size)).backward()
                    self.penalty.add_gradient(weights)
                    if self.clip is not None:
                        weights.clip(self.clip)
                    optimizer.step(lr)
                    self.penalty.soften(weights, lr)
                    if self.max_norm is not None:
                        bound(bounded, self.max_norm)
                    average.update()

                    values = {name: value.detach() for name, value in values.items()}
                    values |= {"lr": lr, **self.penalty.figures(weights)}
                    last = state.batch + 1 == batches
                    with average.shown():
                        yield state.end_epoch(size, **values) if last else state.advance(size, **values)
