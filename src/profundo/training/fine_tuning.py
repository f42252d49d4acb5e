"""Fine-tuning: how much of what a network has learnt may change, and how fast.

The first layers see what every picture is made of, the last ones what the old task was about; so the last layer learns alone
(Yosinski et al. 2014), or each group of layers more slowly than the one above it, or one group after the other, from above.

Paper     Howard and Ruder (2018), Universal language model fine-tuning for text classification, sections 3.2 and 3.3.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn

from profundo.data.rows import Rows
from profundo.data.streamed import Streamed
from profundo.data.waiting import waiting
from profundo.messages import _
from profundo.training import parallel
from profundo.training.checkpoints import head
from profundo.training.optimizers import Optimizer, OptimizerConfig
from profundo.training.weights import Weights

AT_ONCE = 64
"""Examples that a frozen network reads together."""


@dataclass(frozen=True)
class FineTuning:
    """Which layers learn, when, and at what share of the rate. As it stands: all, always, at the same rate."""

    freeze: Literal["nothing", "backbone"] = "nothing"
    """"backbone": the last layer learns alone; the others keep their weights and the statistics of their batch norms."""
    divide: float = 1.0
    """Each group of layers learns at the rate of the group above it, divided by so much (the paper: 2.6)."""
    unfreeze: int = 0
    """The last layer begins, and every so many epochs the next group joins in (the paper: 1); 0: all begin together."""
    groups: int = 4
    """Into how many groups the layers are divided, by depth; the last layer is one of them."""

    def __post_init__(self) -> None:
        if self.divide < 1:
            raise ValueError(_("divide is at least 1: the first layers are not to learn faster than the last"))
        if self.unfreeze < 0:
            raise ValueError(_("unfreeze is a number of epochs, at least 0"))
        if self.groups < 2:
            raise ValueError(_("groups is at least 2: the last layer, and the others"))

    @property
    def freezes(self) -> bool:
        """Are there layers that do not learn, for a time or at all?"""
        return self.freeze == "backbone" or self.unfreeze > 0

    @property
    def splits(self) -> bool:
        """Do groups differ?"""
        return self.freeze == "nothing" and (self.divide > 1 or self.unfreeze > 0)

    def optimizer(self, config: OptimizerConfig, network: nn.Module) -> Optimizer:
        """What moves the weights that are to learn. The network is frozen here, where that is asked for."""
        if self.freeze == "backbone":
            for name, p in network.named_parameters():
                p.requires_grad_(name.startswith(f"{head(network)}."))
        return Grouped(config, network, self.groups, self.divide) if self.splits else config.build(network)

    def settle(self, network: nn.Module, optimizer: Optimizer, epoch: int) -> None:
        """Before an epoch: what is frozen works as in use (statistics stay, nothing is dropped out), the rest learns."""
        if self.freeze == "backbone":
            network.eval().get_submodule(head(network)).train()
        if isinstance(optimizer, Grouped):
            optimizer.wake(1 + epoch // self.unfreeze if self.unfreeze else self.groups)


class Grouped:
    """An optimizer for each group of layers, the first layers first; their weights are windows into one vector."""

    def __init__(self, config: OptimizerConfig, network: nn.Module, n: int, divide: float):
        self.groups = by_depth(network, n)
        self.parts = [config.build(nn.ParameterList(group)) for group in self.groups]
        self.weights = Weights(p for group in self.groups for p in group)
        start = 0
        for part in self.parts:
            window = slice(start, start := start + len(part.weights.w))
            part.weights.w, part.weights.g = self.weights.w[window], self.weights.g[window]
        self.shares = [divide ** (i + 1 - len(self.parts)) for i in range(len(self.parts))]
        of_group = {id(p): i for i, group in enumerate(self.groups) for p in group}
        norms = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) and m.affine]
        self.norms = [(m, of_group[id(m.weight)]) for m in norms]
        self.asleep = 0
        """Groups, from the first, that do not learn yet."""

    def wake(self, many: int) -> None:
        """So many groups from above learn; the others keep their weights and the statistics of their batch norms."""
        self.asleep = max(0, len(self.groups) - many)
        for i, group in enumerate(self.groups):
            for p in group:
                # several processes agree on the gradients that they exchange once, at the beginning
                p.requires_grad_(i >= self.asleep or parallel.launched() > 1)
        for norm, i in self.norms:
            norm.train(i >= self.asleep)

    def step(self, lr: float) -> None:
        """Each group that learns moves at its share of the rate."""
        for part, share in list(zip(self.parts, self.shares, strict=True))[self.asleep :]:
            part.step(share * lr)
        self.weights.g.zero_()

    def state_dict(self) -> dict[str, Any]:
        return {f"group {i}": part.state_dict() for i, part in enumerate(self.parts)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for i, part in enumerate(self.parts):
            part.load_state_dict(state_dict[f"group {i}"])


def by_depth(network: nn.Module, n: int) -> list[list[nn.Parameter]]:
    """The parameters in at most n groups, the first layers first, the last layer by itself.

    Layers are what the network lists, or what the chains that it lists are made of; they are dealt out in equal numbers.
    """
    last = head(network)
    layers: dict[str, list[nn.Parameter]] = {}
    for name, p in network.named_parameters():
        if not name.startswith(f"{last}."):
            layers.setdefault(_layer(network, name), []).append(p)
    several = list(layers.values())
    many = min(n - 1, len(several))
    ends = [round(i * len(several) / many) for i in range(many + 1)] if many else []
    lower = [[p for layer in several[a:b] for p in layer] for a, b in pairwise(ends)]
    return [*lower, list(network.get_submodule(last).parameters())]


def _layer(network: nn.Module, parameter: str) -> str:
    """The layer that a parameter belongs to; "" where it is the network's own."""
    first, *rest = parameter.split(".")[:-1] or [""]
    chained = first and isinstance(network.get_submodule(first), nn.Sequential | nn.ModuleList | nn.ModuleDict)
    return ".".join([first, *rest[:1]]) if chained else first


@torch.no_grad()
def remembered(network: nn.Module, rows: Rows | Streamed) -> tuple[nn.Module, Rows] | None:
    """The last layer, and what it is told of every example by the others, which stay as they are: (head, features (N, D)).

    Learning from these is learning from the examples, at the price of one layer. None where the network makes something else of
    the last layer's answer than its own.
    """
    last, told = network.get_submodule(head(network)), list[Tensor]()
    hook = last.register_forward_pre_hook(lambda _layer, inputs: told.append(inputs[0]))
    network.eval()
    try:
        batches = waiting(rows.batches(AT_ONCE), math.ceil(len(rows) / AT_ONCE), _("Reading with the frozen layers"))
        for number, (x, *_targets) in enumerate(batches):
            said = network(x)
            if len(told) != number + 1 or not torch.equal(last.forward(told[-1]), said):
                return None
    finally:
        hook.remove()
        network.train()
    return last, Rows(torch.cat(told), rows.y, y_scale=rows.y_scale)
