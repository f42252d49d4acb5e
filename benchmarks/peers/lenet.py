"""LeNet-5 in plain PyTorch, the same as profundo/networks/convolutional/lenet.py, with its optimizer and rate."""

import torch
from bench import Bench
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


def optimizer(network: nn.Module, bench: Bench, fused: bool) -> torch.optim.Optimizer:
    """Adam as everybody has it in experiment a; the best that was found in experiment b."""
    if bench.own:
        return torch.optim.AdamW(network.parameters(), bench.lr, betas=(0.9, 0.99), weight_decay=0.2, fused=fused)
    return torch.optim.Adam(network.parameters(), bench.lr, fused=fused)


def schedule(optimizer: torch.optim.Optimizer, bench: Bench, steps: int) -> torch.optim.lr_scheduler.LRScheduler:
    """The rate of every step: constant, or up within a tenth of the run and down again."""
    if bench.own:
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, bench.lr, total_steps=steps, pct_start=0.1, div_factor=10)
    return torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)
