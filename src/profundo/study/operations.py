"""How much arithmetic a training takes.

    operations = 2 x multiply-adds of a forward pass x 3 x examples seen      the backward pass costs two forward passes

compute.json keeps them with each run: {"operations", "forward" (of one example), "seen"}. Nothing is counted while a network
learns: one example is sent through it afterwards.
"""

from typing import Any

from torch import Tensor, nn

from profundo.core import Recipe
from profundo.data import opened
from profundo.run import Run
from profundo.study.layers import layers
from profundo.training.gradient_descent import GradientDescent

FILE = "compute.json"


def operations(network: nn.Module, example: Tensor, seen: float) -> float:
    """Of training on so many examples. example: a batch of one."""
    return 3 * _forward(network, example) * seen


def counted(recipe: Recipe, seen: float) -> dict[str, Any]:
    """What compute.json holds; {} for rules other than gradient descent, for networks that one example is not enough for, and for
    those of which a part is frozen: it costs no backward pass.
    """
    if not isinstance(recipe.rule, GradientDescent) or recipe.rule.tuning.freezes:
        return {}
    try:
        x, *_targets = next(iter(opened(recipe.data).dev.batches(1)))
        forward = _forward(recipe.network.build(), x)
    except Exception:  # a network that wants something else than one tensor complains in its own way
        return {}
    return {"operations": 3 * forward * seen, "forward": forward, "seen": seen} if forward else {}


def keep(recipe: Recipe, run: Run) -> None:
    """Write compute.json of a run that has learnt, where its operations can be counted."""
    found = counted(recipe, examples_seen(run))
    if found.get("operations"):
        run.write(FILE, found)


def examples_seen(run: Run) -> int:
    return max((record.get("seen", 0) for record in run.records()), default=0)


def _forward(network: nn.Module, example: Tensor) -> int:
    """FLOPs of one example."""
    return sum(layer.flops for layer in layers(network, example))
