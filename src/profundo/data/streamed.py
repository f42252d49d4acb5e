"""Examples that do not fit in memory: read from disk a batch ahead, by worker processes, in the order the caller gives.

The same methods as `rows.Rows`, and the same batches: whoever trains does not ask which of the two it has.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import torch
from torch import Tensor

from profundo import machine
from profundo.core import UserError
from profundo.data.rows import as_it_is, divide, images_last


def cores() -> int:
    """Processor cores that this process may use, up to eight."""
    return min(8, machine.cores())


@dataclass(frozen=True)
class Streamed:
    """N examples on disk: what to read, in order, and the function that reads one."""

    items: Sequence[str]
    """What `read` takes, such as the paths of pictures."""
    read: Callable[[str], Tensor]
    """One raw input, all of one shape. It runs in other processes, so it is a module's function or a partial of one."""
    y: Tensor | None = None
    """Targets (N,) or (N, ...), in memory."""
    prepare: Callable[[Tensor], Tensor] = as_it_is
    """Raw inputs of a batch -> what the network reads; on the device."""
    y_scale: float = 1.0
    """Units of the target to one unit of y."""
    device: torch.device = torch.device("cpu")  # noqa: RUF009  # immutable
    workers: int = field(default_factory=cores)

    def __len__(self) -> int:
        return len(self.items)

    def to(self, device: torch.device) -> "Streamed":
        """The same examples, with batches that arrive on `device`."""
        return replace(self, device=device, y=None if self.y is None else self.y.to(device))

    def take(self, index: Tensor) -> "Streamed":
        """The examples at these positions."""
        y = None if self.y is None else self.y[index.to(self.y.device)]
        return replace(self, items=[self.items[i] for i in index.tolist()], y=y)

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, ...]]:
        """(x, y) or (x,), `size` examples at a time; the arguments are those of `Rows.batches`.

        Raises UserError for an example that cannot be read.
        """
        from torch.utils.data import DataLoader

        positions = list(divide(len(self), size, order, start, share))
        loader = DataLoader(
            cast(Any, _Reader(self.items, self.read)),  # a Dataset in all but its base class, which would be imported always
            batch_sampler=[index.tolist() for index in positions],
            num_workers=self.workers,
            collate_fn=cast(Any, _as_read),
            pin_memory=self.device.type == "cuda",
            generator=torch.Generator(),  # the global one would give a resumed run other random numbers
        )
        for index, x in zip(positions, loader, strict=True):
            if isinstance(x, UserError):
                raise x
            x = images_last(self.prepare(x.to(self.device, non_blocking=True)))
            yield (x,) if self.y is None else (x, self.y[index.to(self.y.device)])


@dataclass(frozen=True)
class _Reader:
    """What a worker process holds."""

    items: Sequence[str]
    read: Callable[[str], Tensor]

    def __len__(self) -> int:
        return len(self.items)

    def __getitems__(self, index: list[int]) -> Tensor | UserError:
        """A batch. A refusal travels as a value: raised here, it would arrive wrapped in the worker's traceback."""
        try:
            return torch.stack([self.read(self.items[i]) for i in index])
        except UserError as refusal:
            return refusal


def _as_read(batch: Tensor | UserError) -> Tensor | UserError:
    return batch
