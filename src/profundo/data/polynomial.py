"""A polynomial of degree 2^k in 2^k variables without noise: what a net of k layers of quadratics can be, exactly."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.whole import numbers
from profundo.messages import _

GRID = (-1.0, 0.0, 1.0)
"""Three levels a variable: the fewest that tell quadratics apart."""


@dataclass(frozen=True)
class Polynomial:
    """Pairs of variables make quadratics, pairs of quadratics are multiplied, and pairs of products; x (N, 2^k) and y (N,).

    The first half of train is every point of a grid of three levels, so that to average over the other variables is exact; its
    second half, dev and test are points drawn evenly from the cube. y has deviation 1 on the grid.
    """

    k: int = 2
    seed: int = 0
    """Which coefficients and which points."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "after Ivakhnenko (1971), Polynomial theory of complex systems, IEEE Trans. SMC-1"

    def __post_init__(self) -> None:
        if not 1 <= self.k <= 3:
            raise ValueError(_("k is 1, 2 or 3"))

    def open(self) -> Splits:
        D = 2**self.k
        chance = torch.Generator().manual_seed(self.seed)
        a = 1 + torch.rand(D // 2, 6, dtype=torch.float64, generator=chance)  # no factor has a mean of 0
        grid = torch.tensor(list(product(GRID, repeat=D)), dtype=torch.float64)
        size = self.value(grid, a).std()

        def drawn(n: int) -> Tensor:
            return 2 * torch.rand(n, D, dtype=torch.float64, generator=chance) - 1

        def rows(x: Tensor) -> Rows:
            return Rows(x, self.value(x, a) / size)

        train, dev, test = torch.cat([grid, drawn(len(grid))]), drawn(500), drawn(1000)
        facts: Facts = {
            "features": D,
            "task": "regress",
            "degree": D,
            "examples": {"train": len(train), "dev": 500, "test": 1000},
        }
        return Splits(rows(train), rows(dev), lambda: rows(test), facts)

    def value(self, x: Tensor, a: Tensor) -> Tensor:
        """x (N, 2^k), a (2^k / 2, 6) -> (N,)."""
        u, v = x[:, ::2], x[:, 1::2]
        z = a[:, 0] + a[:, 1] * u + a[:, 2] * v + a[:, 3] * u * v + a[:, 4] * u * u + a[:, 5] * v * v
        return z.prod(1)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A point, "0.5,0,-1,..." -> (2^k,)."""
        x = numbers(raw)
        if len(x) != facts["features"]:
            raise UserError(_("A point is {n} numbers between commas, not {raw!r}.").format(n=facts["features"], raw=raw))
        return torch.tensor(x, dtype=torch.float64)

    def decode(self, output: Tensor, facts: Facts) -> float:
        return float(output)
