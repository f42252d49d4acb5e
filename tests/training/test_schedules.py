"""Schedules are torch.optim.lr_scheduler's where it has them, and their papers' elsewhere."""

import inspect
import math

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from profundo import recipes
from profundo.core import UserError
from profundo.options import override
from profundo.training import schedules
from profundo.training.schedules import Constant, Cosine, Exponential, InverseSquareRoot, Linear, Milestones, OneCycle, StepDecay

N = 60
"""Steps of the run."""

PAIRS = {
    "constant": (Constant(), lambda o: lr_scheduler.ConstantLR(o, 1.0)),
    "cosine": (Cosine(), lambda o: lr_scheduler.CosineAnnealingLR(o, N)),
    "cosine to a tenth": (Cosine(final=0.1), lambda o: lr_scheduler.CosineAnnealingLR(o, N, eta_min=0.1)),
    "warm restarts": (Cosine(cycles=3), lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, N // 3)),
    "warmed cosine": (
        Cosine(warmup=0.25),
        lambda o: lr_scheduler.SequentialLR(o, [warm(o, N // 4), lr_scheduler.CosineAnnealingLR(o, N - N // 4)], [N // 4]),
    ),
    "milestones": (Milestones(at=(0.4, 0.8), gamma=0.5), lambda o: lr_scheduler.MultiStepLR(o, [2 * N // 5, 4 * N // 5], 0.5)),
    "linear": (Linear(), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, N)),
    "linear to a fifth": (Linear(final=0.2), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.2, N)),
    "warmed linear": (
        Linear(warmup=0.1),
        lambda o: lr_scheduler.SequentialLR(o, [warm(o, N // 10), lr_scheduler.LinearLR(o, 1, 0, N - N // 10)], [N // 10]),
    ),
    "steps": (StepDecay(), lambda o: lr_scheduler.StepLR(o, N // 3, 0.1)),
    "small steps": (StepDecay(0.7, 0.05), lambda o: lr_scheduler.StepLR(o, N // 20, 0.7)),
    "exponential": (Exponential(0.01), lambda o: lr_scheduler.ExponentialLR(o, 0.01 ** (1 / N))),
}


def warm(optimizer, steps):
    return lr_scheduler.LinearLR(optimizer, 1e-12, 1.0, steps)  # torch does not start from 0


def torchs(scheduler, steps):
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), 1.0)
    schedule, rates = scheduler(optimizer), []
    for _step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


@pytest.mark.filterwarnings("ignore:The epoch parameter")  # SequentialLR's own
@pytest.mark.parametrize("name", PAIRS)
def test_equals_torch(name):
    ours, theirs = PAIRS[name]
    assert [ours.factor(step / N) for step in range(N)] == pytest.approx(torchs(theirs, N), abs=1e-9)


def test_one_cycle_equals_torchs_whose_last_step_is_at_the_end():
    rise = (0.3 * N - 1) / (N - 1)  # torch counts from the first step to the last one, we to the end after it
    rates = torchs(lambda o: lr_scheduler.OneCycleLR(o, 1.0, N, pct_start=0.3, div_factor=10, final_div_factor=1e12), N)
    assert [OneCycle(rise, 0.1).factor(step / (N - 1)) for step in range(N)] == pytest.approx(rates, abs=1e-9)


def test_inverse_square_root_is_vaswanis_shape():
    """d^-0.5 min(step^-0.5, step warmup^-1.5), divided by its peak, (d warmup)^-0.5."""
    steps, warmup, d = 100_000, 4_000, 512
    for step in (1, 100, 4_000, 4_001, 25_000, 99_999):
        paper = d**-0.5 * min(step**-0.5, step * warmup**-1.5)
        assert InverseSquareRoot(0.04).factor(step / steps) == pytest.approx(paper * math.sqrt(d * warmup), rel=1e-9)
    assert InverseSquareRoot().factor(0.0) == 0.0


def test_every_schedule_stays_between_nothing_and_the_whole_rate():
    kinds = [c for c in vars(schedules).values() if inspect.isclass(c) and hasattr(c, "__dataclass_fields__")]
    assert len(kinds) == 8
    for kind in kinds:
        factors = [kind().factor(step / 1000) for step in range(1000)]
        assert min(factors) >= 0.0
        assert 0.99 < max(factors) <= 1.0


def test_chosen_by_name_and_refused_in_a_sentence():
    recipe = recipes.load("mlp")
    chosen = override(recipe, {"rule.schedule": "step-decay", "rule.schedule.every": "0.5"}).rule.schedule
    assert chosen == StepDecay(every=0.5)
    for name, option, value, says in (
        ("cosine", "warmup", "1", "share of the run"),
        ("stepdecay", "every", "0", "share of the run"),
        ("cosine", "cycles", "0", "at least 1"),
        ("inversesquareroot", "warmup", "0", "above 0"),
    ):
        with pytest.raises(UserError, match=says):
            override(recipe, {"rule.schedule": name, f"rule.schedule.{option}": value})
