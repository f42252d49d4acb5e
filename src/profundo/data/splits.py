"""Train, dev and test: seeded, stratified, disjoint, and recorded.

scikit-learn's splitter does the same; importing it would double the start-up time of every run (3 s).
"""

import hashlib

import torch
from torch import Tensor


def stratified(y: Tensor, parts: tuple[float, ...], seed: int) -> tuple[Tensor, ...]:
    """Divide N examples so that every part has each class in the same proportion.

    y: class numbers, (N,). parts: shares that add up to at most 1; what is left over goes to the first part.
    Returns one sorted index tensor a part. A class with too few examples for every part goes to the first ones first.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen: list[list[Tensor]] = [[] for _part in parts]
    for label in y.unique():
        members = (y == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=generator)]
        sizes = [round(share * len(members)) for share in parts[1:]]
        rest = len(members) - sum(sizes)
        if rest < 1:  # the first part learns: it never goes without a class
            sizes[sizes.index(max(sizes))] -= 1 - rest
            rest = 1
        for part, index in zip(chosen, members.split([rest, *sizes]), strict=True):
            part.append(index)
    return tuple(torch.cat(part).sort().values for part in chosen)


def fingerprint(*indices: Tensor) -> list[str]:
    """A short name of each part, for the record: the same examples give the same one."""
    return [hashlib.sha256(i.numpy().tobytes()).hexdigest()[:12] for i in indices]
