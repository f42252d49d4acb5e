"""How long will it take? A few steps on a copy, thrown away, tell."""

import itertools
import time

import torch

from profundo.core import Recipe, Splits, TrainState
from profundo.training.gradient_descent import GradientDescent
from profundo.training.train import build


def expected_seconds(recipe: Recipe, splits: Splits, device: torch.device) -> float | None:
    """Seconds that the rule's steps will take on this machine, dev scoring apart; None where a rule plans no number of steps, or
    reads all data before the first one.

    Costs a few hundredths of a second, and at most about one; the run's random numbers are not touched.
    """
    if isinstance(recipe.rule, GradientDescent) and recipe.rule.remembers:
        return None
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        state = TrainState(build(recipe, splits).to(device).train(), splits.to(device), device, seed=0)
        steps, times, began = recipe.rule.steps(state), [], time.perf_counter()
        for _step in itertools.islice(steps, 24):
            times.append(time.perf_counter())
            if times[-1] - began > 1.0:
                break
        steps.close()  # type: ignore[attr-defined]  # rules are generators
    if state.total is None or len(times) < 3:
        return None
    first = len(times) // 2  # the first steps pay for warming up
    return (times[-1] - times[first]) / (len(times) - 1 - first) * state.total
