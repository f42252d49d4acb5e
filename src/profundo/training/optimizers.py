"""Optimizers: one vector of weights w, one vector of gradients g, and the formulas of the papers.

The parameters of a network are laid end to end in one vector, and so are their gradients; the network's own tensors become
windows into it. A formula is then written once, as on paper, and runs as a handful of operations however many layers there are.
(torch.optim does the same arithmetic, and the tests hold ours to it; its first constructor imports the whole compiler.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import nn


class Weights:
    """The trainable parameters of a network as one vector w, their gradients as one vector g."""

    def __init__(self, parameters: Iterable[nn.Parameter]):
        trainable = [p for p in parameters if p.requires_grad]
        if not trainable:
            raise ValueError("the network has no parameter to train")
        size, like = sum(p.numel() for p in trainable), trainable[0]
        self.w = torch.empty(size, dtype=like.dtype, device=like.device)
        self.g = torch.zeros_like(self.w)
        start = 0
        for p in trainable:
            # a window with the same order in memory as the parameter had (channels first or last)
            window = lambda v, p=p, at=start: v[at : at + p.numel()].as_strided(p.shape, p.stride())  # noqa: E731
            window(self.w).copy_(p.detach())
            p.data, p.grad = window(self.w), window(self.g)
            start += p.numel()

    def clip(self, norm: float) -> None:
        """Scale g so that its length is at most `norm` (Pascanu et al. 2013)."""
        self.g.mul_((norm / (self.g.norm() + 1e-6)).clamp(max=1.0))


class Optimizer(Protocol):
    """Made for one network by an OptimizerConfig; its memory is saved with checkpoints."""

    weights: Weights

    def step(self, lr: float) -> None:
        """Move w against g, then forget g."""
        ...

    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: dict[str, Any]) -> None: ...


class OptimizerConfig(Protocol):
    @property
    def lr(self) -> float: ...

    def build(self, network: nn.Module) -> Optimizer: ...


class _Moments:
    """What optimizers remember: vectors as long as w, and the number of steps."""

    def __init__(self, network: nn.Module, *names: str):
        self.weights = Weights(network.parameters())
        self.t = 0
        self.memory = {name: torch.zeros_like(self.weights.w) for name in names}

    def state_dict(self) -> dict[str, Any]:
        return {"t": self.t, **self.memory}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.t = state_dict["t"]
        for name, vector in self.memory.items():
            vector.copy_(state_dict[name])


@dataclass(frozen=True)
class SGD:
    """v <- momentum v + g;  w <- w - lr v  (Robbins and Monro 1951; Polyak 1964; Nesterov 1983 looks ahead)."""

    lr: float = 0.1
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def build(self, network: nn.Module) -> Optimizer:
        return _SGD(network, self)


class _SGD(_Moments):
    def __init__(self, network: nn.Module, config: SGD):
        super().__init__(network, *(["v"] if config.momentum else []))
        self.config = config

    @torch.no_grad()
    def step(self, lr: float) -> None:
        w, g, c = self.weights.w, self.weights.g, self.config
        if c.weight_decay:
            g.add_(w, alpha=c.weight_decay)
        if c.momentum:
            v = self.memory["v"].mul_(c.momentum).add_(g)
            g = g.add_(v, alpha=c.momentum) if c.nesterov else v
        w.sub_(g, alpha=lr)
        self.weights.g.zero_()
        self.t += 1


@dataclass(frozen=True)
class Adam:
    """m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2;  w <- w - lr m^ / (sqrt(v^) + eps)  (Kingma and Ba 2015).

    m^ = m / (1 - b1^t) and v^ = v / (1 - b2^t) undo the start from zero. `weight_decay` shrinks w apart from the gradient
    (Loshchilov and Hutter 2019).
    """

    lr: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def build(self, network: nn.Module) -> Optimizer:
        return _Adam(network, self)


class _Adam(_Moments):
    def __init__(self, network: nn.Module, config: Adam):
        super().__init__(network, "m", "v")
        self.config = config

    @torch.no_grad()
    def step(self, lr: float) -> None:
        w, g, c = self.weights.w, self.weights.g, self.config
        m, v = self.memory["m"], self.memory["v"]
        self.t += 1
        m.lerp_(g, 1 - c.beta1)
        v.mul_(c.beta2).addcmul_(g, g, value=1 - c.beta2)
        if c.weight_decay:
            w.mul_(1 - lr * c.weight_decay)
        unbias_m, unbias_v = 1 - c.beta1**self.t, 1 - c.beta2**self.t
        w.addcdiv_(m, (v / unbias_v).sqrt_().add_(c.epsilon), value=-lr / unbias_m)
        g.zero_()
