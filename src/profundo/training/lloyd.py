"""Lloyd's algorithm: move each centre into the middle of what is nearest to it, again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from profundo.core import Step, TrainState
from profundo.messages import _
from profundo.networks.dense.k_means import KMeans


@dataclass(frozen=True)
class Lloyd:
    """The sum of squared distances falls at every step, and after some nothing moves any more. Where that is depends on the first
    centres, so it is done `starts` times (one epoch each), and the runner keeps the start that is best on dev.

    First centres: examples drawn by chance, each with a probability in proportion to its squared distance from the nearest one
    drawn before (k-means++, Arthur and Vassilvitskii 2007).
    """

    starts: int = 10
    most: int = 300
    """Steps from one start."""

    def __post_init__(self) -> None:
        if min(self.starts, self.most) < 1:
            raise ValueError(_("starts and most are at least 1"))

    def steps(self, state: TrainState) -> Iterator[Step]:
        net, rows = state.network, state.data.train
        assert isinstance(net, KMeans)
        x = next(rows.batches(len(rows)))[0].flatten(1)
        while state.epoch < self.starts:
            if state.batch == 0:
                net.centres.copy_(first(x, len(net.centres), state.rng))
            moved, loss = step(net, x)
            settled = not moved or state.batch + 1 == self.most
            yield state.end_epoch(len(x), loss=loss) if settled else state.advance(len(x), loss=loss)


def first(x: Tensor, k: int, chance: torch.Generator) -> Tensor:
    """k of the examples x (N, D), far from each other -> (k, D)."""
    chosen = [int(torch.randint(len(x), (1,), generator=chance))]
    nearest = (x - x[chosen[0]]).square().sum(1)
    while len(chosen) < k:
        odds = nearest if nearest.any() else torch.ones_like(nearest)  # all examples are among the chosen
        chosen.append(int(torch.multinomial(odds.cpu(), 1, generator=chance)))
        nearest = nearest.minimum((x - x[chosen[-1]]).square().sum(1))
    return x[chosen]


def step(net: KMeans, x: Tensor) -> tuple[bool, Tensor]:
    """Move the centres of net once for x (N, D): did any of them move, and the mean squared distance before.

    A centre to which nothing is nearest goes to the example that is farthest from its own.
    """
    distance, cluster = (-net(x)).min(1)
    count = torch.bincount(cluster, minlength=len(net.centres))
    total = torch.zeros_like(net.centres).index_add_(0, cluster, x)
    centres = total / count.clamp(min=1)[:, None]
    empty = count == 0
    centres[empty] = x[distance.topk(int(empty.sum())).indices]
    moved = not torch.equal(centres, net.centres)
    net.centres.copy_(centres)
    return moved, distance.clamp(min=0).mean()
