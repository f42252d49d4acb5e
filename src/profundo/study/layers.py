"""A network layer by layer: what comes out, how many parameters it holds, how much it computes.

FLOPs are those of one example going forward: twice the multiply-adds of matrix products and convolutions, which is nearly all
there is. Biases, activations, pooling and normalisation count nothing, as is the custom of papers.

`torch.utils.flop_counter` does the same one level lower; it brings in the compiler (three seconds) and misses recurrent layers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode


@dataclass(frozen=True)
class Layer:
    """A module that holds parameters of its own, or has no parts."""

    name: str
    """Its path in the network, such as "features.0"; "" is the network itself."""
    kind: str
    shape: tuple[int, ...] | None
    """Of its output for one example, without the batch axis; None where it was not seen at work."""
    parameters: int
    """Its own; one that is shared counts where it comes first."""
    flops: int


def layers(network: nn.Module, example: Tensor | None = None) -> list[Layer]:
    """The layers in the order in which they work (or are written, without an example).

    example: a batch of one, on the network's device. The network is left in the mode it was in.
    """
    meter = _Meter()
    order: dict[nn.Module, tuple[int, ...] | None] = {}
    if example is not None:
        order = _watch(network, example, meter)
    seen: set[int] = set()
    modules = {module: name for name, module in network.named_modules()}
    table = []
    for module in [*order, *(m for m in modules if m not in order)]:
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen |= {id(p) for p in own}
        if own or not list(module.children()) or meter.flops.get(module):
            count = sum(p.numel() for p in own)
            table.append(Layer(modules[module], type(module).__name__, order.get(module), count, meter.flops.get(module, 0)))
    return table


def _watch(network: nn.Module, example: Tensor, meter: "_Meter") -> dict[nn.Module, tuple[int, ...] | None]:
    """Send the example through; the modules in the order in which they began, with the shapes of their outputs."""
    shapes: dict[nn.Module, tuple[int, ...] | None] = {}

    def enter(module: nn.Module, _inputs: Any) -> None:
        shapes.setdefault(module, None)
        meter.inside.append(module)

    def leave(module: nn.Module, _inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple | list) else output  # recurrent layers also return their state
        shapes[module] = tuple(first.shape[1:]) if isinstance(first, Tensor) else None
        meter.inside.pop()

    hooks = [m.register_forward_pre_hook(enter) for m in network.modules()]
    hooks += [m.register_forward_hook(leave) for m in network.modules()]
    training = network.training
    try:
        with torch.no_grad(), meter:
            network.eval()(example)
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return shapes


class _Meter(TorchFunctionMode):
    """Counts the FLOPs of every call of PyTorch, in the innermost module at work."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[nn.Module] = []
        self.flops: dict[nn.Module, int] = {}

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        output = func(*args, **(kwargs or {}))
        formula = FORMULAS.get(getattr(func, "__name__", ""))
        if formula and self.inside:
            module = self.inside[-1]
            self.flops[module] = self.flops.get(module, 0) + 2 * formula(args, output)
        return output


# Multiply-adds of a call: (its arguments, its output) -> number


def _product(args: tuple[Any, ...], output: Tensor) -> int:
    """(..., M, K) @ (..., K, N): K for each number that comes out."""
    return output.numel() * args[0].shape[-1]


def _added_product(args: tuple[Any, ...], output: Tensor) -> int:
    """addmm(c, a, b) = c + a @ b."""
    return _product(args[1:], output)


def _convolution(args: tuple[Any, ...], output: Tensor) -> int:
    """Weight (O, I / groups, k...): its I k numbers for each number that comes out."""
    return output.numel() * args[1][0].numel()


def _transposed_convolution(args: tuple[Any, ...], output: Tensor) -> int:
    """Weight (I, O / groups, k...): its O k numbers for each number that goes in."""
    return args[0].numel() * args[1][0].numel()


def _recurrent(args: tuple[Any, ...], output: Any) -> int:
    """Input (T, B, I): every matrix of every layer and direction, for each step of each sequence."""
    return math.prod(args[0].shape[:-1]) * sum(w.numel() for w in args[2] if w.ndim == 2)


def _attention(args: tuple[Any, ...], output: Tensor) -> int:
    """Queries (..., L, E), keys (..., S, E), values (..., S, V): L S scores of E, then L S weights of V."""
    query, key, value = args[:3]
    return math.prod(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1])


def _multi_head_attention(args: tuple[Any, ...], output: Any) -> int:
    """Queries (L, B, E), keys and values (S, B, E): four projections of E x E, and attention between them."""
    (length, batch, width), source = args[0].shape, args[1].shape[0]
    return batch * width * (2 * (length + source) * width + 2 * length * source)


def _einsum(args: tuple[Any, ...], output: Tensor) -> int:
    """ "bij,bjk->bik": for each number that comes out, one multiply-add for each combination of the letters that vanish."""
    left, _arrow, right = args[0].replace(" ", "").partition("->")
    operands = args[1] if isinstance(args[1], list | tuple) else args[1:]
    sizes: dict[str, int] = {}
    for letters, operand in zip(left.replace("...", "").split(","), operands, strict=True):
        sizes |= dict(zip(letters, operand.shape[operand.ndim - len(letters) :], strict=True))
    summed = [size for letter, size in sizes.items() if letter not in right]
    return output.numel() * math.prod(summed) if len(operands) > 1 else 0


FORMULAS: dict[str, Callable[[tuple[Any, ...], Any], int]] = (
    dict.fromkeys(("linear", "matmul", "__matmul__", "mm", "bmm", "mv", "dot"), _product)
    | dict.fromkeys(("addmm", "baddbmm", "addmv"), _added_product)
    | dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution)
    | dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed_convolution)
    | dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _recurrent)
    | {"scaled_dot_product_attention": _attention, "multi_head_attention_forward": _multi_head_attention, "einsum": _einsum}
)
