"""Greedy layer-wise training: every layer learns alone what the one below says, from the bottom up; then all learn together.

Hinton, Osindero and Teh (2006), with restricted Boltzmann machines; Bengio, Lamblin, Popovici and Larochelle (2006), with
autoencoders.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch, Step, TrainState
from profundo.messages import _
from profundo.networks.dense.autoencoders import Autoencoder, OneLayer
from profundo.networks.dense.mlp import MLP
from profundo.networks.energy.restricted import RBM
from profundo.training.contrastive_divergence import ContrastiveDivergence, up_through
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import SGD, OptimizerConfig
from profundo.training.precision import Precision


def reconstruction(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Cross-entropy between x, taken as probabilities of bits, and the network's logits: summed over the bits, in nats."""
    x = batch[0].flatten(1)
    logits = network(batch[0]).float()
    loss = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    return {"loss": loss, "squared_error": (logits.detach().sigmoid() - x).square().sum(-1).mean()}


@dataclass(frozen=True)
class Denoising:
    """A layer as an autoencoder with tied weights, whose input has a share `masked` put to zero (Vincent et al. 2008; 0 is Bengio
    et al. 2006)."""

    epochs: int = 10
    """0 leaves the weights as they are."""
    batch_size: int = 100
    masked: float = 0.25
    optimizer: OptimizerConfig = field(default_factory=lambda: SGD(lr=0.1, momentum=0.5))
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch_size < 1 or not 0 <= self.masked < 1:
            raise ValueError(_("epochs is at least 0, batch_size at least 1, and masked from 0 to below 1"))

    def steps(self, state: TrainState) -> Iterator[Step]:
        cast(OneLayer, state.network).masked = self.masked
        if self.epochs:
            learning = GradientDescent(reconstruction, self.epochs, self.batch_size, self.optimizer, precision=self.precision)
            yield from learning.steps(state)


@dataclass(frozen=True)
class Greedy:
    """`layer` for each layer of sigmoids of a perceptron but the last, or each of an autoencoder's encoder; then `tune` for all.

    `--rule.layer.epochs 0` leaves the first part out. Dev is scored only while all learn together: before, there is no answer.
    """

    layer: ContrastiveDivergence | Denoising
    tune: GradientDescent

    def steps(self, state: TrainState) -> Iterator[Step]:
        network, rows = cast(MLP | Autoencoder, state.network), state.data.train
        layers = hidden_layers(network)
        total = self.tune.epochs * math.ceil(len(rows) / self.tune.batch_size)
        total += len(layers) * self.layer.epochs * math.ceil(len(rows) / self.layer.batch_size)
        state.total = total
        for level, layer in enumerate(layers):
            code = isinstance(network, Autoencoder) and level == len(layers) - 1
            pupil = self.pupil(layer, code)
            features = replace(rows, prepare=partial(_features, rows.prepare, layers[:level]))
            part = state.on(pupil, replace(state.data, train=features))
            for step in self.layer.steps(part):
                if part.epoch == self.layer.epochs and isinstance(network, Autoencoder):
                    network.unfold(level, pupil.b)
                yield step._replace(of=total)
        yield from self.tune.steps(state)

    def pupil(self, layer: nn.Linear, code: bool) -> RBM | OneLayer:
        """What the layer is while it learns alone. A code is made of numbers, not of bits."""
        if isinstance(self.layer, ContrastiveDivergence):
            return RBM(layer, "gaussian" if code else "binary")
        return OneLayer(layer).train()


def hidden_layers(network: MLP | Autoencoder) -> list[nn.Linear]:
    """The layers that can learn without an answer: an autoencoder's encoder, or all but the last."""
    if isinstance(network, Autoencoder):
        return cast(list[nn.Linear], list(network.encoder))
    return [layer for layer in network.layers if isinstance(layer, nn.Linear)][:-1]


def _features(prepare: Callable[[Tensor], Tensor], layers: list[nn.Linear], x: Tensor) -> Tensor:
    return up_through(layers, prepare(x))
