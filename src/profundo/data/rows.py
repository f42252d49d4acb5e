"""Examples in memory: tensors on the device where the network is, indexed a batch at a time.

No worker processes, no per-example Python. Bytes stay bytes until a batch needs them as numbers: `prepare` runs on whole
batches, on the device. `streamed.py` offers the same two methods for what does not fit; whoever trains does not ask which.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Standardize:
    """(x - mean) / std, from bytes or floats. Mean and std are the training split's, per channel or one for all."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, x: Tensor) -> "Standardize":
        """Fitted to bytes (N, C, ...), exactly; a channel that never varies is centred only."""
        level = torch.arange(256, dtype=torch.float64)
        share = torch.stack([torch.bincount(channel.flatten(), minlength=256) for channel in x.unbind(1)]).double()
        share /= share.sum(1, keepdim=True)  # (C, 256)
        mean = share @ level
        std = (share * (level - mean[:, None]) ** 2).sum(1).sqrt()
        return cls(tuple(mean.tolist()), tuple(s or 1.0 for s in std.tolist()))

    def __call__(self, x: Tensor) -> Tensor:
        shape = (-1, *[1] * (x.ndim - 2))  # channels are axis 1
        mean, std = (torch.tensor(numbers, device=x.device).view(shape) for numbers in (self.mean, self.std))
        return torch.addcmul(-mean / std, x.float(), 1 / std)  # one pass over the batch


def as_it_is(x: Tensor) -> Tensor:
    return x


@dataclass(frozen=True)
class Rows:
    """N examples: inputs x (N, ...) and, where there are any, targets y (N,) or (N, ...)."""

    x: Tensor
    y: Tensor | None = None
    prepare: Callable[[Tensor], Tensor] = as_it_is
    """Raw inputs of a batch -> what the network reads."""
    y_scale: float = 1.0
    """Units of the target to one unit of y, where y is a standardized quantity."""

    def __len__(self) -> int:
        return len(self.x)

    def to(self, device: torch.device) -> "Rows":
        return replace(self, x=self.x.to(device), y=None if self.y is None else self.y.to(device))

    def take(self, index: Tensor) -> "Rows":
        """The examples at these positions."""
        return replace(self, x=self.x[index], y=None if self.y is None else self.y[index])

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, ...]]:
        """(x, y) or (x,), `size` examples at a time; the last batch may be smaller.

        order: positions, (N,); as they lie if None. start: the batch to begin with. share: (rank, world), when several
        processes divide every batch among them.
        """
        for index in divide(len(self), size, order, start, share):
            here = index.to(self.x.device)
            x = images_last(self.prepare(self.x[here]))
            yield (x,) if self.y is None else (x, self.y[here])


def images_last(x: Tensor) -> Tensor:
    """Pictures with their channels next to each other in memory: what convolutions read fastest."""
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def divide(n: int, size: int, order: Tensor | None, start: int, share: tuple[int, int]) -> Iterator[Tensor]:
    """Positions of each batch, or this rank's part of them. A batch smaller than the world goes to every rank whole."""
    order = torch.arange(n) if order is None else order
    rank, world = share
    for index in list(order.split(size))[start:]:
        yield index[rank::world] if world > 1 and len(index) >= world else index
