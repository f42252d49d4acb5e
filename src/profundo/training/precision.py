"""Which numbers a step computes with.

A GPU that has bfloat16 uses it throughout (autocast). A processor with matrix units (AMX) multiplies bfloat16 matrices about
four times as fast as float32 ones, but a tanh of bfloat16 numbers takes it five times as long (measured, torch 2.13). So there
convolutions compute in bfloat16, and everything between them in float32; but a network that normalises its layers has nothing
else between them than cheap things, which take half the time on half the bytes: it computes in bfloat16 throughout.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor, nn

Precision = Literal["auto", "float32", "bfloat16"]


NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm)
SLOW = (nn.Tanh, nn.Sigmoid)


def halves(network: nn.Module, device: torch.device, precision: Precision) -> bool:
    """Does a whole step of this network run in bfloat16?"""
    if device.type == "cuda":
        return precision != "float32" and torch.cuda.is_bf16_supported()
    layers = list(network.modules())
    suits = any(isinstance(m, NORMS) for m in layers) and not any(isinstance(m, SLOW) for m in layers)
    return suits and precision == "auto" and _matrix_units(device)


def matrix_products(device: torch.device, precision: Precision) -> torch.autocast:
    """For rules that write their products out: all of them in bfloat16, on a GPU that has it and where there are matrix units."""
    able = torch.cuda.is_bf16_supported() if device.type == "cuda" else _matrix_units(device)
    half = precision == "bfloat16" or (precision == "auto" and able)
    return torch.autocast(device.type, torch.bfloat16, enabled=half)


@contextmanager
def half_products(network: nn.Module, device: torch.device, precision: Precision) -> Iterator[None]:
    """On a processor: matrix products in bfloat16, their results handed on in float32.

    "auto" takes the convolutions, where there are matrix units and not all of it is in bfloat16 (`halves`); "bfloat16" takes
    convolutions and dense layers anywhere.
    """
    layers: list[nn.Module] = []
    if device.type == "cpu" and precision == "bfloat16":
        layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    elif precision == "auto" and _matrix_units(device) and not halves(network, device, precision):
        layers = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    for layer in layers:
        layer.forward = _in_half(layer.forward)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward  # the class's own is back


def _in_half(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def half(x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return forward(x).float()

    return half


def _matrix_units(device: torch.device) -> bool:
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16", False))
