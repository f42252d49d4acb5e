"""The same run on several processes or hosts. Started by torchrun; alone, everything here is the identity.

torchrun --nproc-per-node 2 -m -- profundo train lenet                                            one host
torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint HOST:29500 -m -- profundo train lenet    on each
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn


@contextmanager
def group(device: torch.device) -> Iterator[torch.device]:
    """Join the other processes, if torchrun started any. Yields this process's device."""
    if launched() == 1 or dist.is_initialized():
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def launched() -> int:
    """How many processes torchrun started for this run; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def first() -> bool:
    """Is this the process that writes, prints and evaluates?"""
    return int(os.environ.get("RANK", "0")) == 0


def share() -> tuple[int, int]:
    """(rank, world)."""
    return (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)


def replicate(network: nn.Module) -> nn.Module:
    """The network, its gradients averaged over the processes as they are computed."""
    return nn.parallel.DistributedDataParallel(network) if dist.is_initialized() else network


def weight(mine: int, batch: int) -> float:
    """What this rank's mean loss counts for, so that the average over ranks is the mean over the batch."""
    world = share()[1]
    return mine * world / batch if mine < batch else 1.0


def mean(values: Tensor) -> Tensor:
    """The average over the processes."""
    if dist.is_initialized():
        dist.all_reduce(values)
        values = values / dist.get_world_size()
    return values
