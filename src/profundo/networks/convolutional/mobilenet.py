"""MobileNetV2: narrow maps travel between blocks, widen six times inside, and every window reads one map only.

Paper     Sandler, Howard, Zhu, Zhmoginov, Chen (2018), MobileNetV2: inverted residuals and linear bottlenecks, tables 1 and 2.
Axes      B batch, C channels, H height, W width, K classes; C2, H2, W2 of what a block makes.
Departs   `stride=1` (not in the paper) takes pictures of 32 x 32 pixels in at full resolution, and leaves the second stage there.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2018
TABLE = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Table 2: expansion t, maps c, blocks n, stride s of the first of them."""
KEYS = (
    (r"^features\.(0|18)\.1\.", r"features.\1.norm."),
    (r"^features\.(0|18)\.0\.", r"features.\1.conv."),
    (r"^features\.1\.conv\.0\.0\.", "features.1.f.depthwise.conv."),
    (r"^features\.1\.conv\.0\.1\.", "features.1.f.depthwise.norm."),
    (r"^features\.1\.conv\.1\.", "features.1.f.narrow.conv."),
    (r"^features\.1\.conv\.2\.", "features.1.f.narrow.norm."),
    (r"\.conv\.0\.0\.", ".f.widen.conv."),
    (r"\.conv\.0\.1\.", ".f.widen.norm."),
    (r"\.conv\.1\.0\.", ".f.depthwise.conv."),
    (r"\.conv\.1\.1\.", ".f.depthwise.norm."),
    (r"\.conv\.2\.", ".f.narrow.conv."),
    (r"\.conv\.3\.", ".f.narrow.norm."),
    (r"^classifier\.1\.", "head."),
)
"""torchvision's names of the weights, and ours."""


@dataclass(frozen=True)
class MobileNetConfig:
    channels: int = 3
    classes: int = 1000
    width: float = 1.0
    """Share of the paper's maps in every block, made a multiple of 8 (section 6.1)."""
    stride: int = 2
    """Of the first convolution and the second stage: 2 halves the picture twice, 1 suits 32 x 32 pixels."""
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if self.stride not in (1, 2):
            raise ValueError(_("stride is 1 or 2, not {n}").format(n=self.stride))
        if not 0 < self.width <= 2:
            raise ValueError(_("width is a share between 0 and {most}, not {width}").format(most=2, width=self.width))

    def build(self) -> "MobileNet":
        return MobileNet(self)


def eights(maps: float) -> int:
    """The multiple of 8 next to `maps`, not more than a tenth below it."""
    near = max(8, int(maps + 4) // 8 * 8)
    return near + 8 if near < 0.9 * maps else near


class Conv(nn.Sequential):
    """Convolution, batch norm and, unless linear, ReLU6 = min(max(x, 0), 6), which a byte can hold."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, linear: bool = False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        if not linear:
            self.relu6 = nn.ReLU6()


class InvertedResidual(nn.Module):
    """Table 1: k maps, widened to t k, each read by its own window, narrowed to k' without ReLU: it would lose too much."""

    def __init__(self, inputs: int, outputs: int, stride: int, t: int):
        super().__init__()
        self.f = nn.Sequential()
        if t != 1:
            self.f.add_module("widen", Conv(inputs, t * inputs))
        self.f.add_module("depthwise", Conv(t * inputs, t * inputs, 3, stride, groups=t * inputs))
        self.f.add_module("narrow", Conv(t * inputs, outputs, linear=True))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C2 H2 W2"]:
        return x + self.f(x) if self.adds else self.f(x)


class MobileNet(nn.Module):
    def __init__(self, config: MobileNetConfig):
        super().__init__()
        maps = eights(32 * config.width)
        self.features = nn.Sequential(Conv(config.channels, maps, 3, config.stride))
        for stage, (t, c, n, s) in enumerate(TABLE):
            outputs = eights(c * config.width)
            for block in range(n):
                stride = 1 if block else config.stride if stage == 1 else s
                self.features.append(InvertedResidual(maps, outputs, stride, t))
                maps = outputs
        last = eights(1280 * max(1.0, config.width))
        self.features.append(Conv(maps, last))
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(last, config.classes)
        self.begin()

    def begin(self) -> None:
        """The paper does not say; as the authors' code and torchvision's do."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out")
        nn.init.normal_(self.head.weight, 0, 0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.head(self.dropout(self.features(x).mean((2, 3))))
