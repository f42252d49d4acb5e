"""The adversarial game: a generator learns to pass off its pictures as real, a discriminator learns not to be fooled."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Step, TrainState
from profundo.training import parallel
from profundo.training.optimizers import Adam, Optimizer, OptimizerConfig
from profundo.training.schedules import Constant, Schedule


class TwoPlayers(Protocol):
    """What the rule asks of a network: G, D, and the distribution of z."""

    generator: nn.Module
    """z (B, Z) -> pictures."""
    discriminator: nn.Module
    """Pictures -> log-odds of being real, (B,)."""

    def noise(self, n: int) -> Tensor: ...


@dataclass(frozen=True)
class Adversarial:
    """Goodfellow et al. 2014, algorithm 1 with k = 1: the discriminator moves, then the generator, at every batch.

    Records, by batch: d_loss (ln 4 = 1.386 when the players are equal), g_loss (ln 2 = 0.693), and the mean of D over the real
    pictures and over the generated ones. As in the authors' code, one z a batch serves both players.
    """

    epochs: int = 50
    batch_size: int = 100
    d_optimizer: OptimizerConfig = field(default_factory=Adam)
    g_optimizer: OptimizerConfig = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    """Of both rates."""

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1:
            raise ValueError("epochs and batch_size are at least 1")

    def steps(self, state: TrainState) -> Iterator[Step]:
        rows, (rank, world) = state.data.train, parallel.share()
        batches = math.ceil(len(rows) / self.batch_size)
        state.total = state.step + (self.epochs - state.epoch) * batches - state.batch

        network = cast(TwoPlayers, state.network)
        G, D = network.generator, network.discriminator
        g_optimizer = state.keep("g_optimizer", self.g_optimizer.build(G))
        d_optimizer = state.keep("d_optimizer", self.d_optimizer.build(D))
        while state.epoch < self.epochs:
            order = state.shuffled(len(rows))
            for x, *_labels in rows.batches(self.batch_size, order, start=state.batch, share=(rank, world)):
                factor = self.schedule.factor((state.epoch * batches + state.batch) / (self.epochs * batches))
                size = min(self.batch_size, len(rows) - state.batch * self.batch_size)
                z = network.noise(size)  # every process draws the whole batch's and takes its part, as it does with x
                fake = G(z[rank::world] if len(x) < size else z)
                weight = parallel.weight(len(x), size)

                real_odds, fake_odds = D(torch.cat([x, fake.detach()])).split(len(x))
                d_loss = discriminator_loss(real_odds, fake_odds)
                _descend(d_loss * weight, D, d_optimizer, self.d_optimizer.lr * factor)

                g_loss = generator_loss(D(fake))
                _descend(g_loss * weight, G, g_optimizer, self.g_optimizer.lr * factor)

                values = {"d_loss": d_loss, "g_loss": g_loss, "d_real": real_odds, "d_fake": fake_odds}
                values = {k: v.detach() if v.ndim == 0 else v.detach().sigmoid().mean() for k, v in values.items()}
                yield state.end_epoch(size, **values) if state.batch + 1 == batches else state.advance(size, **values)


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-mean log D(x) - mean log(1 - D(G(z))), from log-odds (B,)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """-mean log D(G(z)): the same fixed point as the minimum of log(1 - D(G(z))), and a gradient while D still sees through G."""
    return F.softplus(-fake).mean()


def _descend(loss: Tensor, player: nn.Module, optimizer: Optimizer, lr: float) -> None:
    """One player moves; gradients of the other's weights are not even computed."""
    loss.backward(inputs=list(player.parameters()))
    g = optimizer.weights.g
    g.copy_(parallel.mean(g))
    optimizer.step(lr)
