"""PReLU-net: rectifiers that learn how much of the negative side to let through, and first weights that thirty layers survive.

Paper     He, Zhang, Ren, Sun (2015), Delving deep into rectifiers: surpassing human-level performance on ImageNet classification,
          table 1 (14 layers) and section 2.2 (30 layers: sixteen more of the last stage's convolutions).
Axes      B batch, C channels, H height, W width, K classes; M maps.
Departs   Small, for pictures of 32 x 32 pixels: the first convolution is 3 x 3 with stride 1 (the paper's 7 x 7 with stride 2 is
          for 224), both pools halve, the pyramid has 4, 2 and 1 bins a side instead of 6, 3, 2 and 1, `width` is 16 instead of 64
          and `hidden` 256 instead of 4096.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.initialisation import Initialisation, initialise

YEAR = 2015
SLOPE = 0.25
"""Where every slope begins."""
PYRAMID = (4, 2, 1)
"""Bins a side into which the last maps are pooled, so that pictures of any size end as equally many numbers."""


@dataclass(frozen=True)
class PReLUNetConfig:
    channels: int = 3
    classes: int = 10
    depth: int = 14
    """Layers with weights, 14 or 30, three of them dense."""
    width: int = 16
    """Maps of the first layer; the stages behind it have twice and four times as many."""
    hidden: int = 256
    """Units of the two dense layers."""
    dropout: float = 0.5
    """Of those two."""
    activation: Literal["prelu", "relu"] = "prelu"
    shared: bool = False
    """One slope a layer instead of one a map (the other column of table 1)."""
    init: Initialisation = "he"
    """How weights are drawn; the paper's rival, "Xavier", keeps the variance as "lecun" and "glorot" do."""

    def __post_init__(self) -> None:
        if self.depth not in (14, 30):
            raise ValueError(_("a PReLU-net has 14 or 30 layers, not {n}").format(n=self.depth))
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "PReLUNet":
        return PReLUNet(self)


class PReLU(nn.Module):
    """f(y) = max(0, y) + a min(0, y), equation 1, with a slope a for each of M maps; a = 0 is the rectifier."""

    def __init__(self, maps: int):
        super().__init__()
        self.a = nn.Parameter(torch.full((maps,), SLOPE))

    def forward(self, y: Float[Tensor, "B M ..."]) -> Float[Tensor, "B M ..."]:
        a = self.a.view(-1, *[1] * (y.ndim - 2))
        positive = y.relu()
        return positive + a * (y - positive)


class PReLUNet(nn.Module):
    def __init__(self, config: PReLUNetConfig):
        super().__init__()
        self.config = config
        M = config.width
        self.features = nn.Sequential(
            nn.Conv2d(config.channels, M, 3, padding=1),
            self.rectifier(M),
            nn.MaxPool2d(2),
            *self.stage(M, 2 * M, layers=4),
            nn.MaxPool2d(2),
            *self.stage(2 * M, 4 * M, layers=config.depth - 8),
        )
        self.pyramid = nn.ModuleList(nn.AdaptiveMaxPool2d(bins) for bins in PYRAMID)
        self.classifier = nn.Sequential(
            nn.Linear(4 * M * sum(bins**2 for bins in PYRAMID), config.hidden),
            self.rectifier(config.hidden),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.hidden),
            self.rectifier(config.hidden),
            nn.Dropout(config.dropout),
        )
        self.head = nn.Linear(config.hidden, config.classes)
        self.begin()

    def rectifier(self, maps: int) -> nn.Module:
        return nn.ReLU() if self.config.activation == "relu" else PReLU(1 if self.config.shared else maps)

    def stage(self, inputs: int, outputs: int, layers: int) -> list[nn.Module]:
        """Windows of 2 x 2: with padding the next maps are a pixel larger, without one smaller, so every second layer pads."""
        parts: list[nn.Module] = []
        for layer in range(layers):
            parts += [nn.Conv2d(inputs if layer == 0 else outputs, outputs, 2, padding=1 - layer % 2), self.rectifier(outputs)]
        return parts

    def begin(self) -> None:
        """Equation 15: Var(w) = 2 / ((1 + a^2) n), for a PReLU lets (1 + a^2) / 2 of the variance through, a rectifier half."""
        initialise(self, "he" if self.config.init == "default" else self.config.init)
        if self.config.activation == "prelu" and self.config.init in ("he", "default"):
            behind = [layer for layer in self.modules() if isinstance(layer, nn.Conv2d | nn.Linear)][
                1:
            ]  # the first reads pictures
            for layer in behind:
                layer.weight.data /= math.sqrt(1 + SLOPE**2)
        nn.init.normal_(self.head.weight, std=0.01)  # whatever the rest: nearly even chances at first

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        maps = self.features(x)
        return self.head(self.classifier(torch.cat([pool(maps).flatten(1) for pool in self.pyramid], dim=1)))
