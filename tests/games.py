"""A game small enough for a test: pictures of two corners, and the two players of 2014 in little."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from profundo.core import Splits
from profundo.data.rows import Rows
from profundo.networks.generative.gan import GANConfig

CONFIG = GANConfig(
    size=3, noise=2, rectifiers=32, maxouts=16, pieces=2, g_range=1.0, d_range=0.05, dropout_input=0.1, dropout=0.2
)


@dataclass(frozen=True)
class Corners:
    """Pictures of 3 x 3 in which one of two corners is lit."""

    train: int = 200

    licence: ClassVar[str] = "none"
    citation: ClassVar[str] = "none"

    def open(self) -> Splits:
        def rows(n, seed):
            rng = torch.Generator().manual_seed(seed)
            x = torch.rand(n, 1, 3, 3, generator=rng) * 0.1
            corner = torch.randint(2, (n,), generator=rng)
            x[torch.arange(n), 0, 2 * corner, 2 * corner] += 0.8
            return Rows(x, corner)

        return Splits(rows(self.train, 0), rows(100, 1), lambda: rows(100, 2), {"channels": 1, "size": 3})
