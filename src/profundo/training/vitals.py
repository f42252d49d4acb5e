"""Vital signs: what goes on inside a network while it learns, seen without touching it.

Hooks are put on for one step and taken off again: they look at the very numbers that the step computes, so nothing is computed
twice, no random number is drawn, and the weights that come out are the same bits with and without. Steps 1, 2, 4, 8... are
looked at, so that a run of a million steps is seen twenty times.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

SATURATED = 0.02
"""So near to its bound, in units of its range, a sigmoid passes 4 x 0.02 x 0.98 = 8 % of the gradient that it can pass."""
BOUNDED: dict[type[nn.Module], tuple[float, float]] = {nn.Sigmoid: (0.0, 1.0), nn.Tanh: (-1.0, 1.0), nn.Hardtanh: (-1.0, 1.0)}
MOODS = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
"""Modules that work differently while learning."""
SMALL = 1_000_000
"""Numbers that a network may put out for a batch and be looked at more closely."""


def due(step: int, total: int | None = None) -> bool:
    """Is this step looked at? The powers of two, and the last."""
    return step & (step - 1) == 0 or step == total


class Vitals:
    """Listens to one network. around: put around every hook, by those who count its time or forgive its mistakes."""

    def __init__(self, network: nn.Module, around: Callable[[Callable[..., None]], Callable[..., None]] = lambda hook: hook):
        self.network, self.around = network, around
        self.leaves = {name: m for name, m in network.named_modules() if not list(m.children())}
        self.parameters: dict[str, Tensor] = {}
        """Those that learn while it listens."""
        self.listening = False
        self.on_modules: list[Any] = []
        self.on_parameters: list[Any] = []
        self.resumed = time.perf_counter()
        """When the step began: its time until the network is asked is spent on getting the batch."""
        self._forget()

    def _forget(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}
        self.gradients: dict[str, Tensor] = {}
        self.network_seen: dict[str, Any] = {}
        self.frozen: set[str] = set()
        self.unmasked: Tensor | None = None

    def listen(self) -> None:
        """Look at the passes from now on, until `heard`."""
        if self.listening:
            return
        self.listening = True
        self._forget()
        self.parameters = {name: p for name, p in self.network.named_parameters() if p.requires_grad}
        for name, p in self.parameters.items():
            hook = self.around(lambda p, name=name: self._gradient(name, p))
            self.on_parameters.append(p.register_post_accumulate_grad_hook(hook))
        self.attend()

    def attend(self) -> None:
        """Put the hooks on the modules again, after `look_away`."""
        if self.on_modules or not self.listening:
            return
        network, around = self.network, self.around
        self.on_modules = [
            network.register_forward_pre_hook(around(self._asked)),
            network.register_forward_hook(around(self._answered)),
        ]
        for name, leaf in self.leaves.items():
            seen = around(lambda m, _inputs, output, name=name: self._leaf(name, m, output))
            self.on_modules.append(leaf.register_forward_hook(seen))

    def look_away(self) -> None:
        """Take the hooks off the modules between two passes, for those whose network may be copied or pickled there."""
        for hook in self.on_modules:
            hook.remove()
        self.on_modules = []

    def heard(self) -> dict[str, Any]:
        """Stop listening; what was seen, as plain numbers. {} where the network did not learn by gradients meanwhile."""
        self.look_away()
        for hook in self.on_parameters:
            hook.remove()
        self.on_parameters = []
        self.listening = False
        if not self.gradients:
            return {}
        record = {
            **self.network_seen,
            "layers": {name: _plain(signs) for name, signs in self.seen.items()},
            "gradients": {
                name: {"gradient": self.gradients[name].item(), "weight": _rms(p)}
                for name, p in self.parameters.items()
                if name in self.gradients
            },
            "without_gradient": [name for name, p in self.parameters.items() if p.requires_grad and name not in self.gradients],
            "in_evaluation_mode": sorted(self.frozen),
        }
        if self.unmasked is not None:
            record["examples_without_gradient"] = 1.0 - self.unmasked.float().mean().item()
        return record

    def at_birth(self) -> dict[str, Any]:
        """The weights as they are before the first step."""
        return {"step": 0, "parameters": sum(p.numel() for p in self.network.parameters()), "weights": _weights(self.network)}

    # hooks: they look, and return None

    def _asked(self, _module: nn.Module, inputs: Any) -> None:
        if not torch.is_grad_enabled() or "waited" in self.network_seen:
            return
        self.network_seen["waited"] = time.perf_counter() - self.resumed
        x = inputs[0] if inputs and isinstance(inputs[0], Tensor) else None
        if x is not None and x.is_floating_point():
            self.network_seen["input"] = {"mean": x.detach().mean().item(), "std": x.detach().float().std(correction=0).item()}

    def _answered(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.requires_grad:
            said = output.detach().float()
            self.network_seen["output"] = {"shape": list(output.shape), "std": said.std(correction=0).item()}
            looked_at = said.clone() if 0 < said.numel() <= SMALL else None  # the loss may change it in place
            output.register_hook(self.around(lambda gradient: self._output_gradient(gradient, looked_at)))

    def _output_gradient(self, gradient: Tensor, said: Tensor | None) -> None:
        if gradient.ndim > 1:
            self.unmasked = gradient.flatten(1).any(1)
        if said is not None and len(said):
            self.network_seen["output"] |= loss_of(said.detach(), gradient.float())

    def _leaf(self, name: str, module: nn.Module, output: Any) -> None:
        if not torch.is_grad_enabled():
            return
        if isinstance(module, MOODS) and not module.training and self._learns(module):
            self.frozen.add(name)
        first = output[0] if isinstance(output, tuple) else output
        if not isinstance(first, Tensor) or not first.is_floating_point() or first.ndim < 2 or not len(first):
            return
        a = first.detach().float()
        units = a.flatten(2).transpose(0, 1).flatten(1) if a.ndim > 3 else a.flatten(0, -2).T  # (units, everything else)
        signs: dict[str, Any] = {"kind": type(module).__name__, "mean": a.mean(), "std": a.std(correction=0)}
        signs["spread"] = units.std(1, correction=0).mean()  # over the examples: what a unit tells one from another by
        if isinstance(module, nn.ReLU):
            signs["dead"] = (units <= 0).all(1).float().mean()
        for kind, (low, high) in BOUNDED.items():
            if isinstance(module, kind):
                share = (a - low) / (high - low)
                signs["saturated"] = ((share < SATURATED) | (share > 1 - SATURATED)).float().mean()
        self.seen[name] = signs

    def _learns(self, module: nn.Module) -> bool:
        """Who freezes its weights means its mode too; dropout, which has none, goes with those of the whole network."""
        own = [p.requires_grad for p in module.parameters()]
        return any(own) if own else all(p.requires_grad for p in self.network.parameters())

    def _gradient(self, name: str, p: Tensor) -> None:
        if p.grad is not None:
            self.gradients[name] = p.grad.detach().float().square().mean().sqrt()


def loss_of(said: Tensor, gradient: Tensor) -> dict[str, Any]:
    """What the gradient of the output tells about the loss. said, gradient: (N, K), or one number an example.

    `same_target`: the gradient is a straight line of the output, so all examples had one target, or each had all of them.
    `probabilities`: every row of the output is a distribution. `cross_entropy`: the gradient is (softmax of the output - 1 for
    one class) / N, so the output was taken for logits. `unwanted`: classes that no example asked for.
    """
    n = len(said)
    if said.numel() == n:
        x, g = said.flatten() - said.mean(), gradient.flatten() - gradient.mean()
        length = x.norm() * g.norm()
        return {"same_target": bool((x @ g).abs() > 0.9999 * length)} if n >= 8 and length > 0 else {}
    if said.ndim != 2:
        return {}
    there = gradient.any(1)
    wanted = (said.softmax(1) - gradient * there.sum())[there]  # 1 for the right class, if the loss is cross-entropy
    one = ((wanted.amax(1) - 1).abs() < 1e-2) & ((wanted.abs().sum(1) - 1).abs() < 2e-2)
    unwanted = (~(gradient < 0).any(0)).nonzero().flatten().tolist() if said.shape[1] <= 100 else []
    return {
        "probabilities": bool((said >= 0).all() and ((said.sum(1) - 1).abs() < 1e-4).all()),
        "cross_entropy": bool(len(one) and one.all()),
        "unwanted": unwanted,
    }


def _rms(x: Tensor) -> float:
    return x.detach().float().square().mean().sqrt().item()


def _plain(signs: dict[str, Any]) -> dict[str, Any]:
    return {name: value.item() if isinstance(value, Tensor) else value for name, value in signs.items()}


def _weights(network: nn.Module) -> dict[str, dict[str, Any]]:
    """Of every weight matrix or kernel: its deviation, its fan-in, and whether its units are copies of each other."""
    found = {}
    for name, p in network.named_parameters():
        if p.ndim >= 2 and len(p) > 1 and not name.endswith("bias"):
            rows = p.detach().flatten(1)
            found[name] = {"std": rows.std().item(), "fan_in": rows.shape[1], "twins": bool((rows == rows[:1]).all())}
    return found
