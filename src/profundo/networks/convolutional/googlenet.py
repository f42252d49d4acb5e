"""GoogLeNet: windows of several sizes side by side, and two helpers on the way that keep the gradient alive.

Paper     Szegedy et al. (2015), Going deeper with convolutions, table 1 and figures 2b and 3. Nine inceptions, 22 layers deep,
          an eighth of AlexNet's weights (a twelfth, says the paper).
Axes      B batch, C channels, H height, W width, K classes; C2 channels that a module makes; A answers: the
          network's own, then each helper's.
Departs   The branch called 5 x 5 has windows of 5 x 5, as in the paper (torchvision's has 3 x 3, by an old mistake kept for its
          weights: `five=3` gives that). Batch norm, a year younger, instead of response normalisation: `batch_norm=False` is the
          paper's, without any. Small pictures come in through one convolution, at full resolution.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.initialisation import initialise

YEAR = 2014
#        1 x 1  3 x 3 (narrowed to)  5 x 5 (narrowed to)  after the pool
TABLE = {
    "3a": (64, (96, 128), (16, 32), 32),
    "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 208), (16, 48), 64),
    "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64),
    "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128),
    "5a": (256, (160, 320), (32, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}
KEYS = (
    (r"^conv1\.", "stem.0."),
    (r"^conv2\.", "stem.2."),
    (r"^conv3\.", "stem.3."),
    (r"^inception(..)\.branch1\.", r"inceptions.\1.one."),
    (r"^inception(..)\.branch2\.", r"inceptions.\1.three."),
    (r"^inception(..)\.branch3\.", r"inceptions.\1.five."),
    (r"^inception(..)\.branch4\.1\.", r"inceptions.\1.pool.1."),
    (r"^aux1\.", "helpers.4a."),
    (r"^aux2\.", "helpers.4d."),
    (r"(helpers\...)\.conv\.", r"\1.1."),
    (r"(helpers\...)\.fc1\.", r"\1.3."),
    (r"(helpers\...)\.fc2\.", r"\1.6."),
    (r"^(stem\.\d|inceptions.*|helpers\...\.1)\.bn\.", r"\1.norm."),
    (r"^fc\.", "head."),
)
"""torchvision's names of the weights, and ours."""


@dataclass(frozen=True)
class GoogLeNetConfig:
    channels: int = 3
    classes: int = 1000
    size: int = 224
    """Height and width of the input in pixels, at least 24. Below 128 they come in at full resolution."""
    width: float = 1.0
    """Share of the paper's maps in every branch: 0.25 is a small network for small pictures."""
    five: int = 5
    """Window of the third branch; 3 reads torchvision's weights."""
    batch_norm: bool = True
    dropout: float = 0.4
    """Before the last layer."""

    def __post_init__(self) -> None:
        if self.size < 24:
            raise ValueError(
                _("{network} needs pictures of at least {n} x {n} pixels, not {size}").format(
                    network="GoogLeNet", n=24, size=self.size
                )
            )
        if not 0 < self.width <= 1:
            raise ValueError(_("width is a share between 0 and {most}, not {width}").format(most=1, width=self.width))

    def build(self) -> "GoogLeNet":
        return GoogLeNet(self)


class Conv(nn.Sequential):
    """Convolution that keeps the size over its stride, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, norm: bool, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=not norm)
        if norm:
            self.norm = nn.BatchNorm2d(outputs, eps=1e-3)
        self.relu = nn.ReLU()


class Inception(nn.Module):
    """Figure 2b: four ways to look at the same maps; 1 x 1 convolutions narrow what the large windows have to read."""

    def __init__(self, inputs: int, name: str, config: GoogLeNetConfig):
        super().__init__()
        norm, (one, three, five, pool) = config.batch_norm, _scaled(TABLE[name], config.width)
        self.one = Conv(inputs, one, 1, norm)
        self.three = nn.Sequential(Conv(inputs, three[0], 1, norm), Conv(three[0], three[1], 3, norm))
        self.five = nn.Sequential(Conv(inputs, five[0], 1, norm), Conv(five[0], five[1], config.five, norm))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), Conv(inputs, pool, 1, norm))
        self.outputs = one + three[1] + five[1] + pool

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C2 H W"]:
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], dim=1)


class GoogLeNet(nn.Module):
    """The network answers once; `helped` asks for its helpers' answers too, which only training listens to."""

    def __init__(self, config: GoogLeNetConfig):
        super().__init__()
        norm, (first, second) = config.batch_norm, (_maps(64, config.width), _maps(192, config.width))
        self.large = config.size >= 128
        self.stem = nn.Sequential(
            Conv(config.channels, first, 7, norm, stride=2), nn.MaxPool2d(3, 2, ceil_mode=True),
            Conv(first, first, 1, norm), Conv(first, second, 3, norm), nn.MaxPool2d(3, 2, ceil_mode=True),
        ) if self.large else nn.Sequential(Conv(config.channels, second, 3, norm))  # fmt: skip
        self.inceptions, self.helpers, maps = nn.ModuleDict(), nn.ModuleDict(), second
        for name in TABLE:
            block = Inception(maps, name, config)
            self.inceptions[name], maps = block, block.outputs
            if name in ("4a", "4d"):
                self.helpers[name] = self._helper(maps, config)
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(maps, config.classes)
        if not norm:
            initialise(self, "he")

    @staticmethod
    def _helper(maps: int, config: GoogLeNetConfig) -> nn.Sequential:
        """Section 5: pool, 1 x 1 convolution, dense layer, 70 % dropout, classifier."""
        narrow, hidden = _maps(128, config.width), _maps(1024, config.width)
        return nn.Sequential(
            nn.AdaptiveAvgPool2d(4), Conv(maps, narrow, 1, config.batch_norm), nn.Flatten(),
            nn.Linear(16 * narrow, hidden), nn.ReLU(), nn.Dropout(0.7), nn.Linear(hidden, config.classes),
        )  # fmt: skip

    def forward(self, x: Float[Tensor, "B C H W"], helped: bool = False) -> Float[Tensor, "*A B K"]:
        x, helpers = self.stem(x), []
        for name, inception in self.inceptions.items():
            if name in ("4a", "5a"):
                x = F.max_pool2d(x, 3 if name == "4a" else 2, 2, ceil_mode=True)
            x = inception(x)
            if helped and name in self.helpers:
                helpers.append(self.helpers[name](x))
        answer = self.head(self.dropout(x.mean((2, 3))))
        return torch.stack([answer, *helpers]) if helped else answer


def _maps(n: int, width: float) -> int:
    return max(1, round(n * width))


def _scaled(row: tuple, width: float) -> tuple:
    return tuple(_scaled(n, width) if isinstance(n, tuple) else _maps(n, width) for n in row)
