"""Examples that do not fit in memory: read from disk two batches ahead, by threads, in the order the caller gives.

The same methods as `rows.Rows`, and the same batches: whoever trains does not ask which of the two it has. Threads serve
because Pillow lets go of the interpreter while it decodes; processes would start anew, and import torch anew, every epoch.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice

import torch
from torch import Tensor

from profundo import machine
from profundo.data.rows import as_it_is, divide, images_last

AHEAD = 2
"""Batches being read while the network learns from one."""


def cores() -> int:
    """Processor cores that this process may use, up to eight."""
    return min(8, machine.cores())


@dataclass(frozen=True)
class Streamed:
    """N examples on disk: what to read, in order, and the function that reads one."""

    items: Sequence[str]
    """What `read` takes, such as the paths of pictures."""
    read: Callable[[str], Tensor]
    """One raw input, all of one shape. It runs in several threads at once."""
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

        Raises what `read` raises when the batch of that example comes.
        """
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="reading")

        def ask(index: Tensor) -> tuple[Tensor, Iterator[Tensor]]:
            return index, pool.map(self.read, [self.items[i] for i in index.tolist()])  # they begin now; the iterator waits

        positions = divide(len(self), size, order, start, share)
        coming = deque(map(ask, islice(positions, AHEAD)))
        try:
            while coming:
                index, examples = coming.popleft()
                coming.extend(map(ask, islice(positions, 1)))
                x = torch.stack(list(examples)).to(self.device)
                x = images_last(self.prepare(x))
                yield (x,) if self.y is None else (x, self.y[index.to(self.y.device)])
        finally:  # also where the caller stops early, or an example cannot be read
            pool.shutdown(cancel_futures=True)
