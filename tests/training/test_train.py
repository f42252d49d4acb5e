"""The runner: it learns, keeps the best, says when the loss is no number, composes, and refuses what does not fit."""

import dataclasses
from dataclasses import dataclass

import pytest
import torch

from profundo import recipes
from profundo.core import Splits, UserError
from profundo.data.rows import Rows
from profundo.evaluation.evaluate import evaluate
from profundo.options import override
from profundo.run import Run
from profundo.training.gradient_descent import GradientDescent
from profundo.training.train import train


def small(name="mlp", **options):
    return override(recipes.load(name), {"data.limit": 600, "rule.epochs": 2, **options})


def test_one_run_leaves_what_a_reader_needs():
    run = Run("run")
    steps = list(train(small(), run, seed=3))
    assert [s.step for s in steps] == list(range(1, 11))
    assert steps[-1].seen == 2 * run.read("data.json")["examples"]["train"]
    assert steps[-1].of == 10
    assert {"recipe.json", "env.json", "data.json", "metrics.jsonl", "state.pt", "vitals.jsonl", "weights.safetensors"} == {
        p.name for p in run.path.iterdir()
    }
    assert run.read("recipe.json")["seed"] == 3
    assert [r["epoch"] for r in run.records() if "epoch" in r] == [1, 2]
    result = evaluate(small(), run)
    assert result["test"]["error"] < 0.35 < result["baseline"]["error"]
    assert run.read("result.json")["test_opened"] == 1


def test_the_best_epoch_is_chosen_on_dev():
    run = Run("run")
    scores = [s.values["dev_error"] for s in train(small(**{"rule.epochs": 6, "rule.lr": 0.05}), run) if "dev_error" in s.values]
    chosen = [r["dev_error"] for r in run.records() if r.get("chosen")]
    assert chosen[-1] == min(scores)
    assert evaluate(small(**{"rule.epochs": 6, "rule.lr": 0.05}), run, "dev")["dev"]["error"] == min(scores)


def test_a_finished_run_trained_again_does_nothing():
    first = list(train(small(), Run("run")))
    assert first
    assert list(train(small(), Run("run"))) == []


def test_other_options_on_the_same_directory_are_refused():
    list(train(small(), Run("run")))
    with pytest.raises(UserError, match=r"rule.epochs is 2 there and 3 here"):
        list(train(small(**{"rule.epochs": 3}), Run("run")))


def test_a_loss_that_is_no_number_names_the_step_and_the_rate():
    run = Run("run")
    recipe = small(**{"rule.optimizer": "sgd", "rule.lr": 1e6, "rule.schedule": "constant", "rule.epochs": 20})
    with pytest.raises(UserError, match=r"step \d+, with a rate of 1e\+06; try --rule.lr 1e\+05") as why:
        list(train(recipe, run))
    said = int(str(why.value).split("step ")[1].split(",")[0])
    assert 1 < said < 20
    saved = run.load_state()
    if saved is not None:
        assert all(t.isfinite().all() for t in saved["state"]["network"].values())


def test_a_checkpoint_from_before_the_divergence_is_kept(monkeypatch):
    monkeypatch.setattr("profundo.training.keeper.CHECKPOINT_SECONDS", 0.0)

    def poisoned(network, batch):
        loss = torch.nn.functional.cross_entropy(network(batch[0]), batch[1])
        poisoned.calls += 1
        return {"loss": loss * (float("nan") if poisoned.calls > 7 else 1.0)}

    poisoned.calls = 0
    recipe = small()
    recipe = dataclasses.replace(recipe, rule=dataclasses.replace(recipe.rule, objective=poisoned))
    run = Run("run")
    with pytest.raises(UserError, match="step 8"):
        list(train(recipe, run))
    saved = run.load_state()
    assert saved["state"]["step"] == 5
    assert all(t.isfinite().all() for t in saved["state"]["network"].values())


def test_a_network_that_does_not_fit_names_both():
    with pytest.raises(UserError, match=r"MLPConfig expects features = 10, but MNIST has features = 784"):
        list(train(small(**{"network.features": 10}), Run("run")))


def test_a_device_that_is_not_there():
    with pytest.raises(UserError, match=r"--device is auto, cpu, cuda or mps"):
        list(train(small(), Run("run"), device="tpu"))
    if not torch.cuda.is_available():
        with pytest.raises(UserError, match="This machine has no cuda"):
            list(train(small(), Run("run"), device="cuda"))


def test_stopping_early_still_leaves_weights_and_a_checkpoint():
    steps = train(small(), Run("run"))
    next(steps)
    next(steps)
    steps.close()
    assert Run("run").load_state()["state"]["step"] == 2
    assert evaluate(small(), Run("run"))["test"]["error"] < 1


@dataclass(frozen=True)
class FirstOneThenTheOther:
    """A composed rule: fit the last layer alone, then everything."""

    inner: GradientDescent

    def steps(self, state):
        last = state.network.layers[-1]
        with torch.no_grad():
            hidden = state.network.layers[:-1](state.data.train.prepare(state.data.train.x).flatten(1))
        part = Splits(Rows(hidden, state.data.train.y), None, state.data.open_test)
        yield from self.inner.steps(state.on(network=last, data=part))
        yield from self.inner.steps(state.on())


@pytest.mark.parametrize("stop", [3, 8])
def test_composed_rules_resume_in_either_half(stop):
    recipe = small()
    recipe = dataclasses.replace(recipe, rule=FirstOneThenTheOther(recipe.rule))
    whole = [s.step for s in train(recipe, Run("whole"))]
    assert whole == list(range(1, 21))
    steps = train(recipe, Run("halves"))
    for _ in range(stop):
        next(steps)
    steps.close()
    assert [s.step for s in train(recipe, Run("halves"))] == list(range(stop + 1, 21))
    a, b = (Run(name).load_state()["state"]["network"] for name in ("whole", "halves"))
    assert all(torch.equal(a[k], b[k]) for k in a)


def test_a_smaller_last_batch_weighs_less():
    recipe = small(**{"rule.epochs": 1, "rule.batch_size": 400, "rule.optimizer.lr": 0.0})
    run = Run("run")
    steps = list(train(recipe, run))
    first, last = (float(step.values["loss"]) for step in steps)
    examples = run.read("data.json")["examples"]["train"]
    recorded = [record["loss"] for record in run.records() if "loss" in record]
    assert len(recorded) == 2  # the first step, then the rest of the epoch
    assert steps[0].seen == 400
    assert examples - 400 < 400
    assert recorded == pytest.approx([first, last])


def test_a_record_is_the_mean_over_its_examples(monkeypatch):
    monkeypatch.setattr("profundo.training.keeper.Keeper.take", _quietly)
    recipe = small(**{"rule.epochs": 1, "rule.batch_size": 150})
    steps = list(train(recipe, Run("run")))
    sizes = [b.seen - a for a, b in zip([0, *(s.seen for s in steps)], steps, strict=False)]
    assert len(set(sizes)) == 2
    expected = sum(n * float(s.values["loss"]) for n, s in zip(sizes, steps, strict=True)) / sum(sizes)
    assert Run("run").records()[-1]["loss"] == pytest.approx(expected)


def _quietly(keeper, step):
    """Take a step without a record of its own: the end of the run averages all."""
    keeper.last = step
    keeper.window.append(step)
    return step
