"""The zip-code network: the first convolutional network that learnt a real task by backpropagation.

Paper     LeCun, Boser, Denker, Henderson, Howard, Hubbard, Jackel (1989), Backpropagation applied to handwritten zip code
          recognition. 1,256 units, 64,660 connections, 9,760 parameters.
Axes      B batch, C maps that come in, M maps that go out, K classes; pictures are 16 x 16, from -1 (ground) to 1 (ink).
Departs   The paper keeps to itself which 8 of the 12 maps each unit of H2 sees; `WIRING` is the arrangement of Karpathy (2022,
          lecun1989-repro), and so are tanh without the paper's scale, initial weights up to 2.4 / sqrt(fan-in) (the paper
          prints 2.4 / fan-in) and output biases of -1, near the mean target.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1989

WIRING = (
    *(0, 1, 2, 3, 4, 5, 6, 7),  # maps of H1 seen by maps 0 to 3 of H2
    *(4, 5, 6, 7, 8, 9, 10, 11),  # by maps 4 to 7
    *(0, 1, 2, 3, 8, 9, 10, 11),  # by maps 8 to 11
)


@dataclass(frozen=True)
class LeNet1989Config:
    channels: int = 1
    size: int = 16
    """Height and width in pixels; the network is made for 16."""
    classes: int = 10

    def __post_init__(self) -> None:
        if (self.channels, self.size) != (1, 16):
            raise ValueError(_("the network of 1989 reads one channel of 16 x 16 pixels"))

    def build(self) -> "LeNet1989":
        return LeNet1989(self)


class FeatureMaps(nn.Module):
    """5 x 5 windows, two pixels apart: the weights of a map are shared by its units, the biases are not.

    Written as the matrix product that a convolution is, one row of weights a map: for one picture at a time, which is how this
    network learns, that takes half the time of the convolution (measured).
    """

    def __init__(self, inputs: int, maps: int, side: int, groups: int = 1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(groups, maps // groups, inputs // groups * 25))
        self.bias = nn.Parameter(torch.zeros(maps, side, side))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B M H/2 W/2"]:
        x = F.pad(x, (2, 2, 2, 2), value=-1.0)  # beyond the edge lies more ground
        windows = F.unfold(x, 5, stride=2).unflatten(1, (len(self.weight), -1))  # (B, groups, 25 inputs / groups, H/2 W/2)
        return torch.tanh((self.weight @ windows).view(-1, *self.bias.shape) + self.bias)


class LeNet1989(nn.Module):
    wiring: Tensor

    def __init__(self, config: LeNet1989Config):
        super().__init__()
        self.H1 = FeatureMaps(1, 12, side=8)
        self.H2 = FeatureMaps(24, 12, side=4, groups=3)  # three groups of four maps, each with its own eight of the twelve
        self.H3 = nn.Linear(12 * 4 * 4, 30)
        self.output = nn.Linear(30, config.classes)
        self.register_buffer("wiring", torch.tensor(WIRING), persistent=False)
        for layer in (self.H1, self.H2, self.H3, self.output):
            bound = 2.4 / math.sqrt(layer.weight.shape[-1])  # fan-in: what one unit reads
            nn.init.uniform_(layer.weight, -bound, bound)
        nn.init.zeros_(self.H3.bias)
        nn.init.constant_(self.output.bias, -1.0)

    def forward(self, x: Float[Tensor, "B 1 16 16"]) -> Float[Tensor, "B K"]:
        h1 = self.H1(x)  # (B, 12, 8, 8)
        h2 = self.H2(h1[:, self.wiring])  # (B, 12, 4, 4)
        h3 = torch.tanh(self.H3(h2.flatten(1)))  # (B, 30)
        return torch.tanh(self.output(h3))
