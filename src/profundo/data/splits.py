"""Train, dev and test: seeded, stratified, disjoint, and recorded.

scikit-learn's splitter does the same; importing it would double the start-up time of every run (3 s).
"""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import torch
from torch import Tensor


def stratified(y: Tensor, parts: tuple[float, ...], seed: int) -> tuple[Tensor, ...]:
    """Divide N examples so that every part has each class in the same proportion.

    y: class numbers, (N,). parts: shares that add up to at most 1; what is left over goes to the first part.
    Returns one sorted index tensor a part. Every part that has a share gets at least one example of each class; a class
    with too few for that goes to the first parts first.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen: list[list[Tensor]] = [[] for _part in parts]
    for label in y.unique():
        members = (y == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=generator)]
        sizes = [max(1, round(share * len(members))) if share else 0 for share in parts[1:]]
        while sum(sizes) >= len(members) and any(sizes):  # the first part learns: it never goes without a class
            fullest = max(range(len(sizes)), key=lambda part: (sizes[part], part))
            sizes[fullest] -= 1
        rest = len(members) - sum(sizes)
        for part, index in zip(chosen, members.split([rest, *sizes]), strict=True):
            part.append(index)
    return tuple(torch.cat(part).sort().values for part in chosen)


def in_three(y: Tensor, dev: float, test: float, seed: int) -> tuple[Tensor, ...]:
    """Train, dev and test of N examples.

    y: class numbers, (N,), or one number for all where the target is a quantity: then the split is plain.
    """
    return stratified(y, (1 - dev - test, dev, test), seed)


def limited(parts: tuple[Tensor, ...], y: Tensor, limit: int | None, seed: int) -> tuple[Tensor, ...]:
    """About `limit` examples of all parts together, in the same proportions.

    The examples under a limit are among those under a larger one, and in the same part.
    """
    share = 1.0 if limit is None else limit / sum(map(len, parts))
    if share >= 1:
        return parts
    return tuple(part[stratified(y[part], (share, 1 - share), seed)[0]] for part in parts)


def follow(part: Tensor, first: Tensor) -> Tensor:
    """The examples whose first occurrence is in `part`, so that copies of one stay together.

    first: for each example, the position of the first with the same content, (N,).
    """
    return torch.isin(first, part).nonzero().flatten()


def apart(
    what: Sequence[Hashable], y: Tensor | None, dev: float, test: float, limit: int | None, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Positions of train, dev and test, such that copies stay together.

    what: the N examples as they are told apart. y: their classes, (N,), of which each part has its share; all alike if None.
    """
    seen: dict[Hashable, int] = {}
    first = torch.tensor([seen.setdefault(one, n) for n, one in enumerate(what)])
    once = first.unique()
    classes = torch.zeros(len(once), dtype=torch.long) if y is None else y[once]
    parts = limited(in_three(classes, dev, test, seed), classes, limit, seed)
    train, chosen, sealed = (follow(once[part], first) for part in parts)
    return train, chosen, sealed


def check_shares(dev: float, test: float, limit: int | None) -> None:
    """Raises ValueError for shares that leave nothing to learn from, or a limit too small to split."""
    if min(dev, test) <= 0 or dev + test >= 0.9:
        raise ValueError("dev and test are shares above 0 that leave a tenth or more to learn from")
    if limit is not None and limit < 10:
        raise ValueError("limit is at least 10 examples")


def fingerprint(*indices: Tensor) -> list[str]:
    """A short name of each part, for the record: the same examples give the same one."""
    return [hashlib.sha256(i.numpy().tobytes()).hexdigest()[:12] for i in indices]


def record(parts: Sequence[Tensor]) -> dict[str, dict[str, Any]]:
    """Sizes and fingerprints of train, dev and test, for the facts."""
    names = ("train", "dev", "test")
    return {
        "examples": dict(zip(names, map(len, parts), strict=True)),
        "split": dict(zip(names, fingerprint(*parts), strict=True)),
    }
