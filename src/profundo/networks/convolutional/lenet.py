"""LeNet-5: convolution, subsampling, convolution, subsampling, three dense layers.

Paper     LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition, section II.B.
Axes      B batch, C channels, H height, W width, K classes.
Departs   C3 sees all six maps of S2 (the paper leaves some out to save parameters); subsampling averages, without the
          paper's trainable coefficient and bias; tanh is not scaled to 1.7159; softmax instead of RBF outputs.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1998


@dataclass(frozen=True)
class LeNetConfig:
    channels: int = 1
    """Input channels: 1 for digits, 3 for photos."""
    classes: int = 10
    size: int = 28
    """Height and width of the input in pixels; the paper pads 28 to 32."""

    def __post_init__(self) -> None:
        if self.size < 12:
            raise ValueError(
                _("{network} needs pictures of at least {n} x {n} pixels, not {size}").format(
                    network="LeNet-5", n=12, size=self.size
                )
            )

    def build(self) -> "LeNet":
        return LeNet(self)


class LeNet(nn.Module):
    def __init__(self, config: LeNetConfig):
        super().__init__()
        side = (config.size // 2 - 4) // 2  # what is left of the picture after C1, S2, C3, S4
        self.features = nn.Sequential(
            nn.Conv2d(config.channels, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),  # C1, S2
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),                          # C3, S4
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Linear(16 * side * side, 120), nn.Tanh(),  # C5: a convolution as large as its input is a dense layer
            nn.Linear(120, 84), nn.Tanh(),                # F6
            nn.Linear(84, config.classes),
        )  # fmt: skip

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.classifier(self.features(x).flatten(1))
