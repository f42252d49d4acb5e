"""LeNet-5 in plain PyTorch, the same as profundo/networks/convolutional/lenet.py; Adam and the rate's one cycle."""

import torch
from torch import nn


def lenet() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


def adam(network: nn.Module, lr: float) -> torch.optim.Adam:
    return torch.optim.Adam(network.parameters(), lr=lr, fused=True)


def schedule(optimizer: torch.optim.Optimizer, lr: float, steps: int, one_cycle: bool) -> torch.optim.lr_scheduler.LRScheduler:
    """A step's rate: constant, or up to lr and down again."""
    if one_cycle:
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    return torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)
