"""GMDH: the first deep network, of polynomials of two variables, that decides for itself how deep to grow.

Paper     Ivakhnenko and Lapa (1965), Cybernetic predicting devices; Ivakhnenko (1971), Polynomial theory of complex systems,
          IEEE Transactions on Systems, Man, and Cybernetics SMC-1, 364-378, which has a net of eight layers.
Axes      B examples, D inputs, L layers at most, M units a layer at most, N of the layer before, P pairs of these.

    unit (i, j) of a layer:   y = a0 + a1 x_i + a2 x_j + a3 x_i x_j + a4 x_i^2 + a5 x_j^2

k layers make a polynomial of degree 2^k. Units that exist and what they read is found by `training/gmdh.py`.

Departs   Nothing known; of the many criteria of selection that followed, the rule has the first, regularity.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1965
TERMS = 6


@dataclass(frozen=True)
class GMDHConfig:
    features: int = 10
    layers: int = 8
    """The most that may be grown."""
    units: int = 10
    """The most units that survive in a layer."""

    def __post_init__(self) -> None:
        if self.features < 2 or self.layers < 1 or self.units < 2:
            raise ValueError(_("there are at least 2 features, 1 layer and 2 units a layer"))

    def build(self) -> "GMDH":
        return GMDH(self)


class GMDH(nn.Module):
    """In float64: least squares on products of products need the digits. Before anything has grown it answers `a0`."""

    pairs: Tensor
    """Which two units of the layer before each unit reads, (L, M, 2)."""
    width: Tensor
    """Units in each layer, (L,); 0 where none has grown yet. The first unit of the last layer is the answer."""

    def __init__(self, config: GMDHConfig):
        super().__init__()
        L, M = config.layers, config.units
        self.register_buffer("pairs", torch.zeros(L, M, 2, dtype=torch.long))
        self.register_buffer("width", torch.zeros(L, dtype=torch.long))
        self.a = nn.Parameter(torch.zeros(L, M, TERMS, dtype=torch.float64), requires_grad=False)
        self.a0 = nn.Parameter(torch.zeros((), dtype=torch.float64), requires_grad=False)

    @property
    def depth(self) -> int:
        """Layers grown."""
        return int((self.width > 0).sum())

    def layer(self, x: Float[Tensor, "B N"], level: int) -> Float[Tensor, "B M"]:
        """What the units of a layer say of what the layer before said."""
        M = int(self.width[level])
        return (terms(x, self.pairs[level, :M]) * self.a[level, :M]).sum(-1)

    def forget(self, level: int) -> None:
        """Drop the last layer."""
        for part in (self.pairs, self.a, self.width):
            part[level].zero_()

    def forward(self, x: Float[Tensor, "B D"]) -> Float[Tensor, "B"]:
        x = x.double()
        for level in range(self.depth):
            x = self.layer(x, level)
        return x[:, 0] if self.depth else self.a0.expand(len(x))


def terms(x: Float[Tensor, "B N"], pairs: Int[Tensor, "P 2"]) -> Float[Tensor, "B P 6"]:
    """1, x_i, x_j, x_i x_j, x_i^2, x_j^2 for each pair (i, j)."""
    u, v = x[:, pairs[:, 0]], x[:, pairs[:, 1]]
    return torch.stack([torch.ones_like(u), u, v, u * v, u * u, v * v], -1)
