"""Local parts: a convolutional network that sees windows of ten pixels, and then asks where they are, or does not.

Paper     Brendel and Bethge (2019), Approximating CNNs with bag-of-local-features models works surprisingly well on ImageNet:
          what small windows see is pooled over the whole picture. After Hinton's objection (2014): that throws away where it is.
Axes      B batch, C channels, H height, W width, M maps, K classes.
Departs   Three layers instead of a ResNet. The paper takes the mean; here also the largest value, as in Hinton's objection, or
          nothing is pooled, and every place has weights of its own. Wide borders, so that each pixel is in as many windows.
"""

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2019
WINDOW = 10
"""Pixels that one place sees, in height and width."""


@dataclass(frozen=True)
class LocalPartsConfig:
    channels: int = 1
    size: int = 40
    """Height and width of the input in pixels."""
    classes: int = 2
    maps: int = 16
    pooling: Literal["mean", "max", "none"] = "max"
    """What is left of a map: its mean or its largest value anywhere, or all of it, place by place."""

    def __post_init__(self) -> None:
        if min(self.size, self.maps) < 1:
            raise ValueError(_("size and maps are at least 1"))

    def build(self) -> "LocalParts":
        return LocalParts(self)


class LocalParts(nn.Module):
    def __init__(self, config: LocalPartsConfig):
        super().__init__()
        maps, side = config.maps, (config.size + 4) // 2 + 2
        self.parts = nn.Sequential(
            nn.Conv2d(config.channels, maps, 5, padding=4), nn.ReLU(),
            nn.AvgPool2d(2),                                    # windows of 6 x 6, a place every 2 pixels
            nn.Conv2d(maps, maps, 3, padding=2), nn.ReLU(),     # of 10 x 10
            nn.Conv2d(maps, maps, 1), nn.ReLU(),
        )  # fmt: skip
        pools = {"mean": nn.AdaptiveAvgPool2d(1), "max": nn.AdaptiveMaxPool2d(1), "none": nn.Identity()}
        self.pool = pools[config.pooling]
        self.classifier = nn.Linear(maps * (side**2 if config.pooling == "none" else 1), config.classes)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.classifier(self.pool(self.parts(x)).flatten(1))
