"""What may be wrong with somebody's loop, noticed while it goes on; study/doctor/loop.py says what to think of it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter
from torch.optim import Optimizer

from profundo.training.vitals import MOODS

NAMED = 20
"""Names that are written down of many."""


class Suspicions:
    """Keeps count of what a loop does that loops should not do. around: put around every hook, as in `Vitals`."""

    def __init__(
        self, parts: nn.Module, dev_examples: int, pretrained: bool, around: Callable[[Callable[..., None]], Callable[..., None]]
    ):
        self.around = around
        self.parameters = {name: p for name, p in parts.named_parameters() if p.requires_grad}
        self.moods = [module for module in parts.modules() if isinstance(module, MOODS)]
        self.before = _sums(self.parameters)
        self.fresh = freshness(parts) if pretrained else None
        self.small: dict[int, Tensor] = {}
        """Of each optimizer: a small parameter that gets a gradient."""
        self.cleared: dict[int, bool] = {}
        """Of each optimizer that is looked at: was that gradient ever empty since its last step?"""
        self.steps_looked_at = self.steps_uncleared = 0
        self.hooks: dict[int, Any] = {}
        self.dev_examples = dev_examples
        self.pending = self.idle = self.idle_in_training = 0
        """Examples of the last pass with gradients, and of those before it, that no backward pass followed."""
        self.in_training = False
        """Was that last pass made in training mode?"""
        self.resting = self.resting_in_training = 0
        """Examples that passed without gradients, one pass after the other."""
        self.backwards = 0
        self.evaluations = {
            "without_gradients": 0,
            "in_training_mode": 0,
            "with_gradients": 0,
            "with_gradients_in_training_mode": 0,
        }

    # dev passes, in the wrong mode or with gradients that nobody needs

    def asked(self, examples: int, batch: int, learns: bool) -> None:
        """The network is given so many examples, with gradients or without; a batch of training has `batch`."""
        in_training = bool(self.moods) and any(module.training for module in self.moods)
        if not learns:
            self.resting += examples
            self.resting_in_training += in_training * examples
            return
        if self.resting:
            self._rested(batch)
        self._end_pass()
        self.pending, self.in_training = examples, in_training

    def _end_pass(self) -> None:
        self.idle += self.pending
        self.idle_in_training += self.in_training * self.pending
        self.pending = 0

    def backed(self, batch: int) -> None:
        self.backwards += 1
        self.pending = 0
        if self.idle:
            self._idled(batch)

    def _enough(self, batch: int) -> float:
        """So many examples in a row are an evaluation."""
        return 0.5 * self.dev_examples if self.dev_examples else max(4 * batch, 1)

    def _rested(self, batch: int) -> None:
        if self.resting >= self._enough(batch):
            self.evaluations["without_gradients"] += 1
            self.evaluations["in_training_mode"] += self.resting_in_training > 0.5 * self.resting
        self.resting = self.resting_in_training = 0

    def _idled(self, batch: int) -> None:
        if self.idle >= self._enough(batch):
            self.evaluations["with_gradients"] += 1
            self.evaluations["with_gradients_in_training_mode"] += self.idle_in_training > 0.5 * self.idle
        self.idle = self.idle_in_training = 0

    # gradients that are never zeroed

    def listen(self, optimizers: Sequence[Optimizer]) -> None:
        """Look at the gradients of the step that begins: the first increment since the last step should find them empty."""
        for optimizer in optimizers:
            key = id(optimizer)
            if key in self.small and key not in self.hooks:
                self.cleared[key] = False
                empty = self.around(lambda _increment, key=key: self._incremented(key))
                self.hooks[key] = self.small[key].register_hook(empty)

    def _incremented(self, key: int) -> None:
        grad = self.small[key].grad
        self.cleared[key] |= grad is None or not bool(grad.any())

    def about_to_step(self, optimizer: Optimizer) -> None:
        key = id(optimizer)
        if key in self.hooks:
            self.hooks.pop(key).remove()
            self.steps_looked_at += 1
            self.steps_uncleared += not self.cleared[key]
        elif key not in self.small:
            ours = {id(p) for p in self.parameters.values()}
            candidates = [p for p in _held(optimizer) if id(p) in ours and p.grad is not None and not p.grad.is_sparse]
            moving = [p for p in sorted(candidates, key=Tensor.numel)[:5] if p.grad.any()]  # type: ignore[union-attr]  # just asked
            if moving:
                self.small[key] = moving[0]

    def forget(self) -> None:
        """Take every hook off."""
        for hook in self.hooks.values():
            hook.remove()
        self.hooks.clear()

    # at the end

    def told(self, optimizers: Sequence[Optimizer], batch: int) -> dict[str, Any]:
        """Everything, as plain data."""
        self._rested(batch)
        self._end_pass()
        self._idled(batch)
        held = {id(p) for optimizer in optimizers for p in _held(optimizer)}
        outside = {name: p for name, p in self.parameters.items() if id(p) not in held} if optimizers else {}
        after = _sums(self.parameters)
        return {
            "backwards": self.backwards,
            "parameters": sum(p.numel() for p in self.parameters.values()),
            "in_no_optimizer": {"names": list(outside)[:NAMED], "parameters": sum(p.numel() for p in outside.values())},
            "unchanged": after == self.before,
            "gradients": {"looked_at": self.steps_looked_at, "uncleared": self.steps_uncleared},
            "evaluations": self.evaluations,
            "moods": sorted({type(module).__name__ for module in self.moods}),
            "fresh": self.fresh,
        }


def _held(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _sums(parameters: Mapping[str, Tensor]) -> list[float]:
    """Two sums of every parameter: where none has changed, no weight has (but for a miracle)."""
    sums = []
    for p in parameters.values():
        if isinstance(p, UninitializedParameter):
            continue  # a lazy layer that has not been asked yet
        exact = torch.float32 if p.device.type == "mps" else torch.float64
        sums += [p.detach().sum(dtype=exact), p.detach().norm(dtype=exact)]
    return torch.stack(sums).tolist() if sums else []


def freshness(network: nn.Module) -> dict[str, Any]:
    """Which layers look as PyTorch draws them and as no training leaves them.

    Batch norms that have counted no batch, layer norms of ones and zeros, weights evenly spread between -1/sqrt(fan in) and
    1/sqrt(fan in). The last layer with weights is left out: a new head is meant to be fresh.
    """
    layers = [(name, m) for name, m in network.named_modules() if isinstance(m, nn.modules.batchnorm._BatchNorm | nn.LayerNorm)]
    dense = [(name, m) for name, m in network.named_modules() if isinstance(m, nn.Linear | nn.modules.conv._ConvNd)]
    looked_at = [*layers, *(dense[:-1] or dense)]
    fresh = [name for name, module in looked_at if _is_fresh(module)]
    return {"layers": len(looked_at), "fresh": len(fresh), "names": fresh[:NAMED]}


def _is_fresh(module: nn.Module) -> bool:
    if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.running_mean is not None:
        return not module.running_mean.any() and not (module.num_batches_tracked or 0)
    weight: Any = module.weight
    if isinstance(module, nn.LayerNorm | nn.modules.batchnorm._BatchNorm):
        return weight is None or bool((weight == 1).all())
    bound = 1 / math.sqrt(weight[0].numel())
    even = bound / math.sqrt(3)  # the deviation of a uniform distribution
    return bool(weight.abs().max() <= bound * (1 + 1e-6)) and abs(weight.std().item() / even - 1) < 3 / math.sqrt(weight.numel())
