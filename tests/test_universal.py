"""What holds for every recipe, found by discovery: a new file is tested without writing a line here."""

import copy

import pytest
import torch

from profundo import recipes
from profundo.catalogue import describe, names
from profundo.data import opened
from profundo.options import flatten, override
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam

ALL = sorted(names())
BY_GRADIENT = [name for name in ALL if isinstance(recipes.load(name).rule, GradientDescent)]
STUCK = {"deep_sigmoids"}
"""That learn nothing is what these recipes are there to show."""
CHANCE = {"elman_xor", "reber_lstm"}
"""Most of what these are asked nobody can know, not even of a batch."""


def quick(name):
    recipe = recipes.load(name)
    return override(recipe, recipe.quick)


@pytest.mark.parametrize("name", ALL)
def test_builds_and_its_options_rebuild_it(name):
    recipe = recipes.load(name)
    assert override(recipe, flatten(recipe)) == recipe
    recipe.network.build()


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_explained_or_plain(name):
    found = describe(name)
    assert found["claim"] is None or found["claim"]["source"]
    assert found["options"]


@pytest.mark.parametrize("name", ALL)
def test_quick_and_space_name_real_options(name):
    recipe = recipes.load(name)
    assert recipe.quick, "every recipe has a smoke run"
    options = flatten(override(recipe, recipe.quick))
    assert set(recipe.quick) <= set(options)
    assert set(recipe.space) <= set(options)


@pytest.mark.parametrize("name", ALL)
def test_weights_round_trip(name):
    network = recipes.load(name).network.build()
    twin = recipes.load(name).network.build()
    twin.load_state_dict(copy.deepcopy(network.state_dict()))
    assert all(torch.equal(a, b) for a, b in zip(network.state_dict().values(), twin.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", BY_GRADIENT)
def test_every_parameter_gets_a_gradient_and_one_batch_is_overfitted(name):
    torch.manual_seed(0)
    recipe = quick(name)
    batch = next(iter(opened(recipe.data).train.batches(8)))
    network = recipe.network.build().train()
    first = recipe.rule.objective(network, batch)["loss"]
    first.backward()
    dead = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not dead
    assert any(_overfits(recipe, batch, rate) for rate in (3e-3, 3e-4)) == (name not in STUCK | CHANCE)


def _overfits(recipe, batch, rate):
    torch.manual_seed(0)
    network = recipe.network.build().train()
    first = recipe.rule.objective(network, batch)["loss"].item()
    optimizer = Adam().build(network)
    for _step in range(150):
        loss = recipe.rule.objective(network, batch)["loss"]
        loss.backward()
        optimizer.step(rate)
    return loss.item() < 0.1 * first


@pytest.mark.parametrize("name", ALL)
def test_facts_agree_with_the_network(name):
    recipe = quick(name)
    facts = opened(recipe.data).facts
    for field in ("channels", "size", "features", "classes"):
        here, there = getattr(recipe.network, field, None), facts.get(field)
        assert here is None or there is None or here == there
