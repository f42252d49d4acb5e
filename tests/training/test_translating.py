"""A translator that was killed goes on bit for bit: batches, dropout and optimizer are where they were."""

from contextlib import closing

import pytest
import torch

from profundo import recipes
from profundo.options import override
from profundo.run import Run
from profundo.training.train import train


@pytest.mark.parametrize("name", ["seq2seq", "bahdanau"])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(name, tmp_path):
    recipe = recipes.load(name)
    small = {"network.dropout": 0.2, "rule.epochs": 2, "rule.batch_size": 16, "evaluate.sentences": 10, "data.limit": 150}
    recipe = override(recipe, recipe.quick | small)
    facts = recipe.data.open().facts
    recipe = override(recipe, {f"network.{field}": facts[field] for field in ("vocabulary", "target_vocabulary")})
    whole, stopped = Run(tmp_path / "whole"), Run(tmp_path / "stopped")
    steps = [step.step for step in train(recipe, whole)]
    with closing(train(recipe, stopped)) as some:
        assert any(step.step == 6 for step in some)  # in the midst of the first epoch
    assert [step.step for step in train(recipe, stopped)] == steps[6:]
    here, there = (run.load_state()["state"]["network"] for run in (whole, stopped))
    assert all(torch.equal(here[key], there[key]) for key in here)
