"""ResNet: each pair of layers learns what to add to its input, and depth stops hurting.

Paper     He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, arXiv 1512.03385. Sections 4.1 (ImageNet:
          18, 34, 50, 101, 152 layers) and 4.2 (CIFAR-10: 6n + 2 layers).
Axes      B batch, C channels, H height, W width, K classes; C2, H2, W2 of what a block makes.
Departs   Bottlenecks subsample in their 3 x 3 convolution, not in the first 1 x 1, as everybody has since 2016: nothing is
          thrown away unread. `stem="cifar"` with the depths of ImageNet is not in the paper; it is how they are trained on
          small pictures today.
"""

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2015
STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Blocks of each stage (table 1). Every other depth is one of 6n + 2."""
KEYS = (
    (r"^conv1\.", "stem.0."),
    (r"^bn1\.", "stem.1."),
    (r"^layer(\d)\.", r"stage\1."),
    (r"\.conv(\d)\.", r".f.conv\1."),
    (r"\.bn(\d)\.", r".f.norm\1."),
    (r"\.downsample\.", ".shortcut."),
    (r"^fc\.", "head."),
)
"""torchvision's names of the weights, and ours."""


@dataclass(frozen=True)
class ResNetConfig:
    depth: int = 20
    """Layers with weights: 18, 34, 50, 101, 152 as on ImageNet, or 6n + 2 (20, 32, 44, 56, 110) as on CIFAR-10."""
    shortcuts: bool = True
    """False gives the plain twin: the same layers, and nothing is added to what they compute."""
    channels: int = 3
    classes: int = 10
    stem: Literal["auto", "cifar", "imagenet"] = "auto"
    """How pictures come in: 3 x 3, or 7 x 7 and a pool, which take a sixteenth of the pixels. "auto": as in the paper."""
    zero_gamma: bool = False
    """Begin with blocks that add nothing (Goyal et al. 2017): the scale of the last batch norm of each is 0."""

    def __post_init__(self) -> None:
        if self.depth not in STAGES and (self.depth < 8 or self.depth % 6 != 2):
            raise ValueError(
                _("a ResNet has {depths} or 6n + 2 layers, not {n}").format(depths=", ".join(map(str, STAGES)), n=self.depth)
            )

    def build(self) -> "ResNet":
        return ResNet(self)


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the size (over its stride), without bias: batch norm has one."""
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)


class Basic(nn.Sequential):
    """F(x) of 18, 34 and 6n + 2 layers: two convolutions of 3 x 3."""

    widening = 1

    def __init__(self, inputs: int, width: int, stride: int):
        super().__init__()
        self.conv1, self.norm1, self.relu = conv(inputs, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU()
        self.conv2, self.norm2 = conv(width, width, 3), nn.BatchNorm2d(width)


class Bottleneck(nn.Sequential):
    """F(x) of 50 layers and more: 1 x 1 to a quarter of the maps, 3 x 3 there, 1 x 1 back."""

    widening = 4

    def __init__(self, inputs: int, width: int, stride: int):
        super().__init__()
        self.conv1, self.norm1, self.relu1 = conv(inputs, width, 1), nn.BatchNorm2d(width), nn.ReLU()
        self.conv2, self.norm2, self.relu2 = conv(width, width, 3, stride), nn.BatchNorm2d(width), nn.ReLU()
        self.conv3, self.norm3 = conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width)


class Subsample(nn.Module):
    """A shortcut without weights (option A of section 3.3): every second pixel, and zeros for the maps that are new."""

    def __init__(self, outputs: int, stride: int):
        super().__init__()
        self.outputs, self.stride = outputs, stride

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C2 H2 W2"]:
        new = self.outputs - x.shape[1]
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, new // 2, new - new // 2))


class Residual(nn.Module):
    """y = relu(F(x) + x), equation 1; the plain twin leaves out "+ x"."""

    def __init__(self, f: Basic | Bottleneck, shortcut: nn.Module | None):
        super().__init__()
        self.f, self.shortcut = f, shortcut

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C2 H2 W2"]:
        y = self.f(x)
        return F.relu(y if self.shortcut is None else y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, config: ResNetConfig):
        super().__init__()
        imagenet = config.depth in STAGES
        blocks = STAGES.get(config.depth, ((config.depth - 2) // 6,) * 3)
        kind = Bottleneck if imagenet and config.depth >= 50 else Basic
        width = 64 if imagenet else 16
        if config.stem == "imagenet" or (config.stem == "auto" and imagenet):
            self.stem = nn.Sequential(
                conv(config.channels, width, 7, stride=2), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
            )
        else:
            self.stem = nn.Sequential(conv(config.channels, width, 3), nn.BatchNorm2d(width), nn.ReLU())
        maps = width
        for number, many in enumerate(blocks, 1):
            stage = nn.Sequential()
            for block in range(many):
                stride = 2 if number > 1 and block == 0 else 1  # each stage halves the picture and doubles the maps
                f = kind(maps, width, stride)
                stage.append(Residual(f, _shortcut(maps, kind.widening * width, stride, imagenet) if config.shortcuts else None))
                maps = kind.widening * width
            self.add_module(f"stage{number}", stage)
            width *= 2
        self.stages = len(blocks)
        self.head = nn.Linear(maps, config.classes)
        self.begin(config.zero_gamma)

    def begin(self, zero_gamma: bool) -> None:
        """Convolutions as He et al. (2015) draw them for rectifiers; the classifier as PyTorch does."""
        for block in self.modules():
            if isinstance(block, nn.Conv2d):
                nn.init.kaiming_normal_(block.weight, mode="fan_out", nonlinearity="relu")
            if zero_gamma and isinstance(block, Residual):
                nn.init.zeros_(block.f[-1].weight)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        x = self.stem(x)
        for number in range(1, self.stages + 1):
            x = self.get_submodule(f"stage{number}")(x)
        return self.head(x.mean((2, 3)))


def _shortcut(inputs: int, outputs: int, stride: int, projected: bool) -> nn.Module:
    """x as it is; where sizes differ a projection (option B, on ImageNet), or what costs no weights (option A, on CIFAR-10)."""
    if inputs == outputs and stride == 1:
        return nn.Identity()
    if projected:
        return nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
    return Subsample(outputs, stride)
