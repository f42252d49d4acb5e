"""Sequences of different lengths: kept end to end in one tensor, filled up only within a batch.

A batch of training holds sequences of about the same length (they are sorted within pools of the shuffled order), so that
little is computed on filling. What is filled must change nothing: networks leave it out, objectives do not count it, and
tests/data/test_ragged.py holds that a loss and a gradient are those of the sequences one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from profundo.data.rows import divide

PADDING = 0
"""What fills up inputs, and targets that are text: the number of vocabulary.PAD."""
IGNORED = -100
"""What fills up targets that are classes: the number that cross-entropy leaves out."""
POOL = 50
"""Batches that are sorted by length together."""


@dataclass(frozen=True)
class Sequences:
    """N sequences of numbers, end to end."""

    flat: Tensor
    """(sum of lengths,), or (sum of lengths, C) where C numbers stand at each place."""
    ends: Tensor
    """Where each ends in `flat`, (N,)."""

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> "Sequences":
        flat = torch.tensor([number for one in lists for number in one], dtype=torch.int64)
        return cls(flat, torch.tensor([len(one) for one in lists], dtype=torch.int64).cumsum(0))

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def lengths(self) -> Tensor:
        """(N,)"""
        return self.ends.diff(prepend=self.ends.new_zeros(1))

    def to(self, device: torch.device) -> "Sequences":
        return Sequences(self.flat.to(device), self.ends.to(device))

    def take(self, index: Tensor) -> "Sequences":
        """The sequences at these positions."""
        lengths = self.lengths[index]
        ends = lengths.cumsum(0)
        begins = self.ends[index] - lengths
        shift = (begins - (ends - lengths)).repeat_interleave(lengths)
        return Sequences(self.flat[torch.arange(len(shift), device=self.flat.device) + shift], ends)

    def padded(self, index: Tensor, fill: int) -> Tensor:
        """The sequences at these positions side by side, (B, T) or (B, T, C), T the longest of them."""
        some = self.take(index)
        place = torch.arange(int(some.lengths.max()), device=self.flat.device)
        out = self.flat.new_full((len(some), len(place), *self.flat.shape[1:]), fill)
        out[place < some.lengths[:, None]] = some.flat
        return out


@dataclass(frozen=True)
class Ragged:
    """N examples: sequences x and, where there are any, targets y: a number each (N,), or sequences too."""

    x: Sequences
    y: Tensor | Sequences | None = None
    fill: int = IGNORED
    """What fills up targets that are sequences."""

    def __len__(self) -> int:
        return len(self.x)

    def to(self, device: torch.device) -> "Ragged":
        return replace(self, x=self.x.to(device), y=None if self.y is None else self.y.to(device))

    def take(self, index: Tensor) -> "Ragged":
        """The examples at these positions."""
        y = self.y.take(index) if isinstance(self.y, Sequences) else None if self.y is None else self.y[index]
        return replace(self, x=self.x.take(index), y=y)

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, ...]]:
        """(x, y) or (x,), x (B, T); the arguments are those of `Rows.batches`.

        With an order, examples of about the same length come together; without one, as they lie.
        """
        order = None if order is None else self.alike(order, size)
        for index in divide(len(self), size, order, start, share):
            here = index.to(self.x.ends.device)
            x = self.x.padded(here, PADDING)
            if isinstance(self.y, Sequences):
                yield x, self.y.padded(here, self.fill)
            else:
                yield (x,) if self.y is None else (x, self.y[here])

    def alike(self, order: Tensor, size: int) -> Tensor:
        """The same examples in an order in which each batch has about one length; a smaller batch stays the last one."""
        lengths = self.x.lengths.cpu()
        whole = len(order) // size * size
        sorted_pools = [pool[lengths[pool].argsort(stable=True)] for pool in order[:whole].split(POOL * size)]
        batches = list(torch.cat(sorted_pools).split(size)) if whole else []
        # short sequences first would be a curriculum: the batches change places, as the order itself says
        mixed = torch.randperm(len(batches), generator=torch.Generator().manual_seed(int(order[0]) if len(order) else 0))
        return torch.cat([*(batches[n] for n in mixed.tolist()), order[whole:]])
