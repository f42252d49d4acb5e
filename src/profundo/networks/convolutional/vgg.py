"""VGG: nothing but small windows, one upon the other, sixteen and nineteen layers deep.

Paper     Simonyan and Zisserman (2015), Very deep convolutional networks for large-scale image recognition, table 1 (columns
          A, B, D and E: 11, 13, 16 and 19 layers with weights).
Axes      B batch, C channels, H height, W width, K classes.
Departs   Weights are drawn as He et al. (2015) do, so that no shallower network has to be trained first (the paper says in a
          footnote that Glorot's drawing would have done). `batch_norm` (2015) came after it; it is how small pictures are learnt.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.initialisation import initialise

YEAR = 2014
STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions before each pool."""


@dataclass(frozen=True)
class VGGConfig:
    depth: int = 16
    """Layers with weights: 11, 13, 16 or 19."""
    channels: int = 3
    classes: int = 1000
    size: int = 224
    """Height and width of the input in pixels, at least 32."""
    width: int = 64
    """Maps of the first stage; each stage doubles them, up to eight times as many."""
    hidden: int = 4096
    """Units of the two dense layers; 0 leaves them out, which is enough for small pictures."""
    dropout: float = 0.5
    batch_norm: bool = False

    def __post_init__(self) -> None:
        if self.depth not in STAGES:
            raise ValueError(_("a VGG has {depths} layers, not {n}").format(depths=", ".join(map(str, STAGES)), n=self.depth))
        if self.size < 32:
            raise ValueError(_("VGG halves pictures five times and needs at least 32 x 32 pixels, not {n}").format(n=self.size))

    def build(self) -> "VGG":
        return VGG(self)


class VGG(nn.Module):
    """Two windows of 3 x 3 see 5 x 5 pixels with 18 weights instead of 25, and bend in between (section 2.3)."""

    def __init__(self, config: VGGConfig):
        super().__init__()
        self.features = nn.Sequential()
        maps, width = config.channels, config.width
        for many in STAGES[config.depth]:
            for _layer in range(many):
                self.features.append(nn.Conv2d(maps, width, 3, padding=1))
                if config.batch_norm:
                    self.features.append(nn.BatchNorm2d(width))
                self.features.append(nn.ReLU())
                maps = width
            self.features.append(nn.MaxPool2d(2))
            width = min(2 * width, 8 * config.width)
        inputs = maps * (config.size // 32) ** 2
        self.classifier = nn.Sequential(nn.Linear(inputs, config.classes)) if not config.hidden else nn.Sequential(
            nn.Linear(inputs, config.hidden), nn.ReLU(), nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.hidden), nn.ReLU(), nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.classes),
        )  # fmt: skip
        initialise(self, "he")

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.classifier(self.features(x).flatten(1))
