"""What the layers of a network say while it works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

NUMBERS = 400_000
"""Of pictures that go through a network together, so that its layers fit in memory."""


@contextmanager
def watching(network: nn.Module) -> Iterator[dict[str, Tensor]]:
    """A dict that fills, while the block runs, with what each layer says, by name, in the order in which they finish."""
    said: dict[str, Tensor] = {}

    def listen(name: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor):
                said.pop(name, None)
                said[name] = output

        return hook

    hooks = [module.register_forward_hook(listen(name)) for name, module in network.named_modules() if name]
    try:
        yield said
    finally:
        for hook in hooks:
            hook.remove()


def map_layers(network: nn.Module, x: Tensor) -> list[str]:
    """Names of the layers that move a window over x (1, C, H, W), in the order in which they work.

    They own kernels and answer with maps (1, M, h, w). Whose windows do not overlap only cuts the picture into patches, and
    is not among them.
    """
    return _windowed(network, _all(network, x))


def last_maps(network: nn.Module, x: Tensor) -> str | None:
    """The layer with the last maps as large as those of the last windows, nonlinearity and shortcut included."""
    said = _all(network, x)
    windowed = _windowed(network, said)
    if not windowed:
        return None
    names = list(said)
    last = windowed[-1]
    for name in names[names.index(last) + 1 :]:
        if said[name].ndim != 4 or said[name].shape[2:] != said[windowed[-1]].shape[2:]:
            break
        last = name
    return last


def _windowed(network: nn.Module, said: dict[str, Tensor]) -> list[str]:
    return [name for name, output in said.items() if output.ndim == 4 and _windows(network.get_submodule(name))]


def _all(network: nn.Module, x: Tensor) -> dict[str, Tensor]:
    with torch.no_grad(), watching(network) as said:
        network(x)
    return said


def _windows(layer: nn.Module) -> bool:
    if isinstance(layer, nn.Conv2d) and layer.stride == layer.kernel_size and layer.kernel_size != (1, 1):
        return False
    return any(w.ndim > 2 for w in (*layer.parameters(recurse=False), *layer.buffers(recurse=False)))


def at_a_time(x: Tensor) -> int:
    """How many pictures like x go through a network together."""
    return max(1, min(64, NUMBERS // x.numel()))
