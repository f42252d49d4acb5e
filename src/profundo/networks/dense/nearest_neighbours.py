"""k nearest neighbours: nothing is learnt, everything is remembered, and those who look most alike vote.

Paper     Cover and Hart (1967), Nearest neighbor pattern classification, IEEE Transactions on Information Theory 13, 21-27.
          With ever more examples, one neighbour errs at most twice as often as whoever knows all the odds.
Axes      B batch, D features, N examples remembered, k nearest, K classes.
Departs   Nothing known. Ties between classes go to the one with the smaller number, as in scikit-learn.

    |u - v|^2 = |u|^2 - 2 u . v + |v|^2,   so that all distances of a batch are one product of matrices.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import UserError, _

YEAR = 1967
CHUNK = 8192
"""Examples whose distances are computed together."""


@dataclass(frozen=True)
class NearestNeighboursConfig:
    features: int = 64
    classes: int = 10
    examples: int = 60_000
    """The most that it can remember."""
    levels: int | None = None
    """Examples from 0 to 1 in so many steps are held as bytes, which is exact and a quarter as large: 255 for pictures."""

    def __post_init__(self) -> None:
        if min(self.features, self.examples) < 1 or self.classes < 2:
            raise ValueError(_("features and examples are at least 1, classes at least 2"))
        if self.levels is not None and not 1 <= self.levels <= 255:
            raise ValueError(_("levels is between 1 and 255, or none"))

    def build(self) -> "NearestNeighbours":
        return NearestNeighbours(self)


class NearestNeighbours(nn.Module):
    x: Tensor
    """(N, D), of which the first `size` rows are examples."""
    y: Tensor
    size: Tensor
    k: Tensor

    def __init__(self, config: NearestNeighboursConfig):
        super().__init__()
        self.config = config
        self.register_buffer("x", torch.zeros(config.examples, config.features, dtype=torch.uint8 if config.levels else None))
        self.register_buffer("y", torch.zeros(config.examples, dtype=torch.long))
        self.register_buffer("size", torch.tensor(0))
        self.register_buffer("k", torch.tensor(1))

    def remember(self, x: Float[Tensor, "B ..."], y: Int[Tensor, "B"]) -> None:
        """Keep some more examples. Raises UserError where they are to be held as bytes, and are not between 0 and 1."""
        here = slice(int(self.size), int(self.size) + len(x))
        x = x.flatten(1)
        if self.config.levels is not None and not 0 <= x.min() <= x.max() <= 1:
            raise UserError(_("Held as bytes, examples are between 0 and 1; these are not: set --network.levels none."))
        self.x[here] = x if self.config.levels is None else (self.config.levels * x).round().to(torch.uint8)
        self.y[here] = y
        self.size += len(x)

    def neighbours(self, x: Float[Tensor, "B D"]) -> Int[Tensor, "B k"]:
        """Positions of the k nearest examples, the nearest first."""
        k, size = min(int(self.k), int(self.size)), int(self.size)
        far, where = x.new_empty(len(x), 0), torch.empty(len(x), 0, dtype=torch.long, device=x.device)
        for start in range(0, size, CHUNK):
            v = self.x[start : min(start + CHUNK, size)].float() / (self.config.levels or 1)
            distance = torch.addmm(v.square().sum(1), x, v.T, alpha=-2)  # |x|^2 is the same for all of them
            near, at = distance.topk(min(k, len(v)), largest=False)
            far, where = torch.cat([far, near], 1), torch.cat([where, start + at], 1)
            far, best = far.topk(min(k, far.shape[1]), largest=False)  # of those found so far
            where = where.gather(1, best)
        return where

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        """ln p, p = (votes + 1) / (k + K): the class with the most votes, and how sure one may be of it (Laplace's rule)."""
        votes = F.one_hot(self.y[self.neighbours(x.flatten(1))], self.config.classes).sum(1)
        return ((votes + 1.0) / (votes.sum(1, keepdim=True) + self.config.classes)).log()
