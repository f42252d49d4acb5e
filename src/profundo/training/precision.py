"""Which numbers a step computes with.

A GPU that has bfloat16 uses it throughout (autocast). A processor with matrix units (AMX) multiplies bfloat16 matrices about
four times as fast as float32 ones, but a tanh of bfloat16 numbers takes it five times as long (measured, torch 2.13). So there
convolutions and dense layers compute in bfloat16, and what lies between them in float32.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor, nn

Precision = Literal["auto", "float32", "bfloat16"]


def halves(network: nn.Module, device: torch.device, precision: Precision) -> bool:
    """Does a step use bfloat16? "auto": on a GPU that has it, and for convolutions on a processor with matrix units."""
    if precision != "auto":
        return precision == "bfloat16"
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type == "cpu":
        convolves = any(isinstance(module, nn.Conv2d) for module in network.modules())
        return convolves and bool(torch.cpu.get_capabilities().get("amx_bf16", False))
    return False


@contextmanager
def float_between(network: nn.Module, device: torch.device) -> Iterator[None]:
    """On a processor: whatever precision a layer multiplies in, it hands on float32."""
    products = (nn.Conv2d, nn.Linear)
    layers = [m for m in network.modules() if isinstance(m, products)] if device.type == "cpu" else []
    hooks = [layer.register_forward_hook(_to_float) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _to_float(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    return output.float() if output.dtype == torch.bfloat16 else output
