"""The one runner. It iterates a learning rule; what a run remembers of that, its `Keeper` writes (keeper.py).

    for step in train(recipe, run, seed=0): ...

Stop iterating and training stops, with everything written (a time budget, early stopping and pruning are a `break`).
Iterate again on the same run and it goes on, bit for bit, where the last checkpoint was.
"""

from collections.abc import Generator

import torch
from torch import nn

from profundo import machine
from profundo.core import Recipe, Splits, Step, TrainState, UserError
from profundo.data import opened
from profundo.messages import _
from profundo.options import flatten
from profundo.run import Run
from profundo.training import parallel
from profundo.training.keeper import Diverged, Keeper
from profundo.training.published import PUBLISHED
from profundo.training.transfer import begin_with, named


def train(recipe: Recipe, run: Run, seed: int = 0, device: str = "auto", start: Run | None = None) -> Generator[Step, None, None]:
    """Train, yielding every step; the last step of an epoch also carries dev_* scores. start: a run whose chosen weights to begin
    with; else published weights, where the recipe begins with some.

    Raises UserError if the seed is negative, the run directory belongs to other options or cannot be written, or the loss stops
    being finite.
    """
    if seed < 0:
        raise UserError(_("A seed is a whole number of at least 0, not {seed}.").format(seed=seed))
    with parallel.group(machine.choose_device(device)) as where:
        machine.prepare_processor()
        splits = opened(recipe.data)
        torch.manual_seed(seed)
        network = build(recipe, splits).to(where)
        origin = start or PUBLISHED.get(recipe.begins)
        drawn = begin_with(network, origin, flatten(recipe)) if origin else []
        if any(p.ndim == 4 for p in network.parameters()):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks the keyword
        splits = splits.to(where)
        state = TrainState(network, splits, where, seed)
        keeper = Keeper(recipe, run, state)
        keeper.begin({"start": {"run": named(origin), "drawn": drawn}} if origin else {})
        network.train()
        try:
            for step in recipe.rule.steps(state):
                yield keeper.take(step)
                keeper.resume()
        except Diverged as why:
            raise UserError(str(why)) from None
        finally:
            keeper.leave()


def build(recipe: Recipe, splits: Splits) -> nn.Module:
    """The network, after asking whether it fits the data.

    Raises UserError, naming both, where it does not.
    """
    config = recipe.network
    for name in (
        "channels",
        "size",
        "features",
        "classes",
        "neurons",
        "states",
        "actions",
        "vocabulary",
        "target_vocabulary",
        "context",
        "tags",
    ):
        here, there = getattr(config, name, None), splits.facts.get(name)
        if here is not None and there is not None and here != there:
            raise UserError(
                _("{network} expects {name} = {here}, but {data} has {name} = {there}; set --network.{name} {there}.").format(
                    network=type(config).__name__, data=type(recipe.data).__name__, name=name, here=here, there=there
                )
            )
    return config.build()
