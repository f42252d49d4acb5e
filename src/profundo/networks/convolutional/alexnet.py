"""AlexNet: five convolutions and three dense layers on two graphics boards, and the end of hand-made features.

Paper     Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural networks, sections 3-5.
Axes      B batch, C channels, H height, W width, K classes.
Departs   One device holds both towers, as groups of a convolution: C2, C4 and C5 see the maps of their own board only, C3 and
          the dense layers see all. Dropout scales what is kept while training, instead of halving every output afterwards.
          The paper's 224 x 224 pixels do not fit its first layer: (224 - 11) / 4 + 1 is no whole number, and its 55 x 55 maps
          need 227. Two zeros on each side of 224 give them.
          `SmallAlexNet` is that of Zhang et al. (2017, appendix A) for CIFAR-10. They do not print its maps; 64 and 64 are the
          only ones (among multiples of 4, with pools that halve) that give their count, 1,387,786 weights.
"""

from dataclasses import dataclass

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.initialisation import initialise

YEAR = 2012


@dataclass(frozen=True)
class AlexNetConfig:
    channels: int = 3
    """Input channels: 3 for photos."""
    classes: int = 1000
    size: int = 224
    """Height and width of the input in pixels, at least 63."""
    dropout: float = 0.5
    """The part of F6 and F7 that is left out at each step."""

    def __post_init__(self) -> None:
        if self.size < 63:
            raise ValueError(
                _("{network} needs pictures of at least {n} x {n} pixels, not {size}").format(
                    network="AlexNet", n=63, size=self.size
                )
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "AlexNet":
        return AlexNet(self)


class ResponseNorm(nn.Module):
    """Brightness against the neighbouring maps (section 3.3): b_i = a_i / (k + alpha sum_j a_j^2)^beta, j from i - 2 to i + 2.

    The paper multiplies the sum by alpha = 1e-4. PyTorch's `LocalResponseNorm` divides alpha by n = 5 first.
    """

    k, n, alpha, beta = 2.0, 5, 1e-4, 0.75

    def forward(self, a: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        squares = F.pad(a.square(), (0, 0, 0, 0, self.n // 2, self.n // 2))  # two empty maps before the first, after the last
        energy = squares.unfold(1, self.n, 1).sum(-1)
        return a / (self.k + self.alpha * energy) ** self.beta


class AlexNet(nn.Module):
    def __init__(self, config: AlexNetConfig):
        super().__init__()
        self.features = nn.Sequential(  # pools of 3 x 3 every 2 pixels overlap (section 3.4)
            nn.Conv2d(config.channels, 96, 11, stride=4, padding=2), nn.ReLU(), ResponseNorm(), nn.MaxPool2d(3, 2),  # C1
            nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), ResponseNorm(), nn.MaxPool2d(3, 2),               # C2
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),                               # C3: here the two boards talk
            nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),                     # C4
            nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),  # C5
        )  # fmt: skip
        side = (config.size - 7) // 4 + 1  # after C1: 55 of 224
        for _pool in range(3):
            side = (side - 3) // 2 + 1  # 27, 13, 6
        self.classifier = nn.Sequential(
            nn.Linear(256 * side * side, 4096), nn.ReLU(), nn.Dropout(config.dropout),  # F6
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(config.dropout),               # F7
            nn.Linear(4096, config.classes),                                            # F8
        )  # fmt: skip
        self.begin()

    def begin(self) -> None:
        """Weights from N(0, 0.01^2); biases of 1 before a ReLU keep C2, C4, C5, F6 and F7 alive at first (section 5)."""
        c1, c2, c3, c4, c5 = (m for m in self.features if isinstance(m, nn.Conv2d))
        f6, f7, f8 = (m for m in self.classifier if isinstance(m, nn.Linear))
        for layer in (c1, c2, c3, c4, c5, f6, f7, f8):
            nn.init.normal_(layer.weight, std=0.01)
            assert layer.bias is not None
            nn.init.constant_(layer.bias, 1.0 if layer in (c2, c4, c5, f6, f7) else 0.0)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.classifier(self.features(x).flatten(1))


@dataclass(frozen=True)
class SmallAlexNetConfig:
    channels: int = 3
    classes: int = 10
    size: int = 28
    """Height and width of the input in pixels, at least 2."""

    def __post_init__(self) -> None:
        if self.size < 2:
            raise ValueError(
                _("{network} needs pictures of at least {n} x {n} pixels, not {size}").format(
                    network="SmallAlexNet", n=2, size=self.size
                )
            )

    def build(self) -> "SmallAlexNet":
        return SmallAlexNet(self)


class SmallAlexNet(nn.Module):
    """Twice convolution, overlapping pool, response normalisation; three dense layers, no dropout."""

    def __init__(self, config: SmallAlexNetConfig):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(config.channels, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), ResponseNorm(),
            nn.Conv2d(64, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), ResponseNorm(),
        )  # fmt: skip
        side = -(-config.size // 4)  # each pool halves, rounding up
        self.classifier = nn.Sequential(
            nn.Linear(64 * side * side, 384), nn.ReLU(),
            nn.Linear(384, 192), nn.ReLU(),
            nn.Linear(192, config.classes),
        )  # fmt: skip
        initialise(self, "he")

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        return self.classifier(self.features(x).flatten(1))
