"""Attention by head: what each head of a layer takes from each token.

Whatever attention a network has is listened to while it reads: a layer that can say its `weights` is asked for them, with the
very inputs that it is called with. So a network needs nothing of its own to be looked into.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from profundo.evaluation.modes import evaluating
from profundo.networks.recurrent.elman import Recurrent


@runtime_checkable
class Attention(Protocol):
    """A layer whose `weights`, asked as its `forward` is, are (B, N, T, S): what head n, at token t, takes from token s."""

    def weights(self, *inputs: Tensor) -> Tensor: ...


def by_head(network: nn.Module, *inputs: Tensor) -> dict[str, Tensor]:
    """(N, T, S) of every layer of attention, by its name, in the order in which they are called. inputs: a batch of one."""
    with evaluating(network), torch.no_grad(), _listening(network) as heard:
        network(*inputs)
    return heard


@contextmanager
def _listening(network: nn.Module) -> Iterator[dict[str, Tensor]]:
    heard: dict[str, Tensor] = {}

    def listener(name: str) -> Any:
        def listen(layer: Any, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
            heard[name] = layer.weights(*inputs, **named)[0].float()

        return listen

    hooks = [
        network.get_submodule(name).register_forward_pre_hook(listener(name), with_kwargs=True)
        for name, layer in network.named_modules()
        if isinstance(layer, Attention) and not isinstance(layer, Recurrent)  # whose `weights` are those of a layer
    ]
    try:
        yield heard
    finally:
        for hook in hooks:
            hook.remove()
