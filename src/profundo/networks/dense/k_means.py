"""k-means: as many centres as clusters, each in the middle of the points that are nearest to it.

Paper     Lloyd (1957), Least squares quantization in PCM, Bell Laboratories, in print 1982 (IEEE Transactions on Information
          Theory 28, 129-137); the name: MacQueen (1967).
Axes      B batch, D features, K clusters.
Departs   Nothing known; where the first centres lie is the rule's affair (`training/lloyd.py`).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1957


@dataclass(frozen=True)
class KMeansConfig:
    features: int = 64
    clusters: int = 10

    def __post_init__(self) -> None:
        if self.features < 1 or self.clusters < 2:
            raise ValueError(_("features is at least 1, clusters at least 2"))

    def build(self) -> "KMeans":
        return KMeans(self)


class KMeans(nn.Module):
    def __init__(self, config: KMeansConfig):
        super().__init__()
        self.centres = nn.Parameter(torch.zeros(config.clusters, config.features), requires_grad=False)

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        """-|x - centre|^2 for each centre: the largest is the cluster."""
        x = x.flatten(1)
        return -(x.square().sum(1)[:, None] - 2 * x @ self.centres.T + self.centres.square().sum(1))
