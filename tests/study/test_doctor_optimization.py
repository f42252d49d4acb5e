"""Faults planted in real small runs, beside a healthy twin on which no check of these files speaks."""

import json
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from torch import nn

from profundo import recipes
from profundo.catalogue import names
from profundo.core import UserError
from profundo.evaluation.evaluate import evaluate
from profundo.networks.dense.mlp import MLPConfig
from profundo.options import override
from profundo.run import Run
from profundo.study.doctor import Case, chance, checks, diagnose, optimization
from profundo.training.train import train

OURS = {name: check for name, check in checks().items() if check.__module__ in (chance.__name__, optimization.__name__)}


@dataclass(frozen=True)
class Drawn(MLPConfig):
    """An MLP whose first weights are multiplied, layer by layer, or all made the same."""

    factors: tuple[float, ...] = field(default=())
    same: bool = False

    def build(self):
        network = super().build()
        linear = [m for m in network.modules() if isinstance(m, nn.Linear)]
        with torch.no_grad():
            for layer, factor in zip(linear, self.factors, strict=False):
                layer.weight.mul_(factor)
            for layer in linear if self.same else []:
                layer.weight.fill_(0.01)
        return network


def run_of(network=None, **options):
    """A small MLP on a thousand digits, trained and evaluated; the run directory."""
    recipe = override(recipes.load("mlp"), {"data.limit": 1000, "rule.epochs": 4, "network.hidden": "32", **options})
    if network is not None:
        recipe = replace(recipe, network=network)
    run = Run("run")
    for _step in train(recipe, run):
        pass
    evaluate(recipe, run)
    return run


def found(run):
    """What the checks of these files say of a run, by name."""
    return {name: finding for name, check in OURS.items() if (finding := check(Case(run)))}


def finding(run, check):
    return found(run)[check]


def told(run):
    """What a person hears, by name: causes, each with what it explains."""
    return {finding.check: finding for finding in diagnose(run)}


def test_a_healthy_run_hears_nothing():
    run = run_of()
    assert found(run) == {}
    assert set(told(run)) <= {"not_better_than_a_linear_model"}, "it was not examined"


def test_there_are_thirteen_checks():
    assert len(OURS) == 13


STUCK = {"deep_sigmoids", "temporal_order_rnn"}
"""That they learn nothing is what these recipes are there to show."""


@pytest.mark.parametrize("name", sorted(names()))
def test_of_quick_runs_nothing_grave_is_said(name, quick_runs):
    """benchmarks/doctor_alarms.py counts the others."""
    assert not {check for check, finding in found(quick_runs[name]).items() if finding.grave and name not in STUCK}


def test_a_smoke_run_that_learns_nothing_is_told_so_mildly():
    run = run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 1e-9, "rule.schedule": "constant"})
    made = run.read("recipe.json")
    run.write("recipe.json", made | {"options": made["options"] | {"data.limit": 2000, "rule.epochs": 2}})
    seen = finding(run, "no_better_than_learning_nothing")
    assert not seen.grave
    assert "--quick" in seen.advice


def test_where_nothing_was_left_to_learn_nothing_is_said():
    """In a person's own tagged words the dictionary of training may already be right every time."""
    run = run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 1e-9, "rule.schedule": "constant"})
    result = run.read("result.json")
    run.write("result.json", result | {"test": result["test"] | {"error": 0.0}, "baseline": {"error": 0.0}})
    assert "no_better_than_learning_nothing" not in found(run)


def test_what_was_published_is_no_failure():
    """A threshold unit has one of four answers of XOR wrong, as Minsky and Papert say."""
    run = run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 1e-9, "rule.schedule": "constant"})
    result = run.read("result.json")
    run.write("result.json", result | {"claim": {"met": True}})
    assert "no_better_than_learning_nothing" not in found(run)


def test_a_rate_that_is_much_too_large():
    run = run_of(**{"rule.optimizer.lr": 3.0})
    assert finding(run, "dead_units").evidence["share"] > 0.9
    assert "the rate is 3." in finding(run, "dead_units").sentence


def test_a_rate_beyond_all_measure():
    """In a run of two epochs there are three records, and they are enough."""
    run = run_of(**{"rule.optimizer.lr": 100.0, "rule.epochs": 2})
    seen = finding(run, "diverged")
    assert seen.evidence["highest"] > 1000 * seen.evidence["first"]
    assert seen.evidence["lr"] == 100
    assert list(told(run)) == ["diverged"], "one cause, one finding"
    assert {"dead_units"} <= set(told(run)["diverged"].explains)


def test_a_loss_that_leapt_and_came_to_rest():
    """SGD with a rate of 10: the units die, and what is left says the same of every digit."""
    run = run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 10.0, "rule.schedule": "constant"})
    assert "leapt" in finding(run, "diverged").sentence or "rose" in finding(run, "diverged").sentence
    assert finding(run, "dead_units")
    assert told(run)["diverged"].grave


def test_several_losses_may_rise():
    """A member of an ensemble begins where its predecessor had learnt; players of a game pull both ways."""
    run = run_of(**{"rule.optimizer.lr": 100.0})
    made = run.read("recipe.json")
    run.write("recipe.json", made | {"options": made["options"] | {"rule": "Bagging"}})
    assert "diverged" not in found(run)


def test_nothing_learnt_is_told_against_the_majority():
    run = run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 1e-9, "rule.schedule": "constant"})
    assert {"no_better_than_learning_nothing", "loss_is_flat"} <= found(run).keys()
    assert told(run)["loss_is_flat"].explains[0] == "no_better_than_learning_nothing"
    assert "no_better_than_learning_nothing" not in told(run)
    assert finding(run, "loss_is_flat").evidence["relative_update"] < 1e-5
    assert finding(run, "no_better_than_learning_nothing").grave


def test_a_loss_that_is_no_number():
    with pytest.raises(UserError):
        run_of(**{"rule.optimizer": "sgd", "rule.optimizer.lr": 1e9, "rule.schedule": "constant"})
    assert "diverged" in found(Run("run"))
    assert finding(Run("run"), "diverged").evidence["lr"] == 1e9


def test_a_loss_that_rises(tmp_path):
    run = run_of()
    text = (run.path / "metrics.jsonl").read_text().splitlines()
    losses = Case(run).series("loss")
    last = text[-1].replace(f'"loss": {losses[-1]}', f'"loss": {9 * losses[0]}')
    (run.path / "metrics.jsonl").write_text("\n".join([*text[:-1], last]))
    assert "diverged" in found(run)


def test_classes_that_are_never_said():
    generator = np.random.default_rng(0)
    y = generator.choice(3, 900, p=(0.6, 0.37, 0.03))
    x = generator.normal(size=(900, 4)).astype("float32")
    x[:, 0] += 4 * (y == 1)  # the rare class 2 looks like class 0
    np.savez("rare.npz", x=x, y=y)
    recipe = recipes.assemble("mlp", {"rule.epochs": 5}, data="rare.npz")
    for _step in train(recipe, Run("run")):
        pass
    evaluate(recipe, Run("run"))
    assert finding(Run("run"), "predicts_few_classes").evidence["never"] == [2]


def test_first_outputs_that_are_too_sure():
    run = run_of(Drawn(hidden=(32,), factors=(1, 40)))
    assert finding(run, "initial_loss_far_from_ln_k").evidence["first"] > 5


def test_a_network_that_has_seen_the_labels():
    recipe = override(recipes.load("mlp"), {"data.limit": 1000, "rule.epochs": 6, "network.hidden": "32"})
    run_of(**{"rule.epochs": 6})
    learnt = Run("run").load_weights()

    @dataclass(frozen=True)
    class Learnt(MLPConfig):
        def build(self):
            network = super().build()
            network.load_state_dict(learnt)
            return network

    for _step in train(replace(recipe, network=Learnt(hidden=(32,))), Run("again")):
        pass
    assert finding(Run("again"), "initial_loss_far_from_ln_k").evidence["first"] < 1


def test_stopped_while_it_still_improves():
    slow = {"rule.optimizer": "sgd", "rule.optimizer.lr": 3e-3, "rule.schedule": "constant", "rule.epochs": 12}
    run = run_of(**slow)
    assert found(run).keys() == {"still_improving"}
    made = run.read("recipe.json")
    cut = {"data.limit": 2000, "rule.epochs": 2}
    run.write("recipe.json", made | {"options": made["options"] | cut})
    assert found(run) == {}, "of a smoke run nobody expects that it comes to an end"


def test_a_noisy_curve_is_no_trend():
    """A perceptron's loss on dev leaps about; that its last two values are lower than the two before says nothing."""
    run = run_of(**{"rule.epochs": 10, "rule.schedule": "constant"})
    lines = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    losses = iter((1.2, 2.1, 0.9, 2.4, 0.8, 1.1, 2.0, 4.2, 0.7, 0.8))
    for line in lines:
        if "dev_loss" in line:
            line |= {"dev_loss": next(losses), "chosen": line["epoch"] == 10}
    (run.path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "still_improving" not in found(run)


def test_noisy_labels_learnt_by_heart():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(1500, 10)).astype("float32")
    y = (x[:, 0] > 0).astype(int)
    y = np.where(generator.random(1500) < 0.3, 1 - y, y)
    np.savez("noisy.npz", x=x, y=y)
    options = {"rule.epochs": 40, "rule.schedule": "constant", "rule.optimizer.lr": 3e-3}
    recipe = recipes.assemble("mlp", options, data="noisy.npz")
    for _step in train(recipe, Run("run")):
        pass
    evaluate(recipe, Run("run"))
    seen = finding(Run("run"), "best_epoch_long_before_the_last")
    assert seen.evidence["gap"] > 0.05
    lines = [json.loads(line) for line in (Run("run").path / "metrics.jsonl").read_text().splitlines()]
    best = Case(Run("run")).dev
    lines = [
        {**line, "dev_loss": 0.5, "dev_error": best * 1.01} if "dev_loss" in line and not line["chosen"] else line
        for line in lines
    ]
    (Run("run").path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    Run("run").write("data.json", Run("run").read("data.json") | {"task": "compute"})  # of such a figure no noise is known
    assert "best_epoch_long_before_the_last" not in found(Run("run")), "a hundredth worse is as good"


def test_sigmoids_at_their_bounds():
    run = run_of(Drawn(hidden=(32,), activation="sigmoid", factors=(60, 1)))
    assert finding(run, "saturated_units").evidence["share"] > 0.6


def test_gradients_that_vanish():
    deep = Drawn(hidden=(32,) * 8, activation="sigmoid", factors=(0.2,) * 8)
    run = run_of(deep)
    assert finding(run, "vanishing_gradients").evidence["ratio"] < 1e-3
    assert list(told(run)) == ["signal_lost_at_the_start"], "the first weights are to blame for all that follows"


def test_gradients_that_explode():
    deep = Drawn(hidden=(32,) * 8, factors=(6,) * 8)
    assert finding(run_of(deep, **{"rule.optimizer.lr": 1e-5}), "exploding_gradients").evidence["largest"] > 1e3


def test_gradients_that_explode_on_their_way_down():
    """Written into a healthy run: the last layer receives two thousandths of what the first does."""
    run = run_of(Drawn(hidden=(32,) * 3, activation="tanh", factors=(1, 1, 1, 1)))
    lines = [json.loads(line) for line in (run.path / "vitals.jsonl").read_text().splitlines()]
    for line in lines:
        if line.get("gradients"):
            line["gradients"]["layers.9.weight"]["gradient"] = line["gradients"]["layers.0.weight"]["gradient"] / 2e3
    (run.path / "vitals.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    seen = finding(run, "exploding_gradients")
    assert seen.evidence["ratio"] == pytest.approx(2e3)
    assert "first layer" in seen.sentence


def test_units_that_are_copies():
    run = run_of(Drawn(hidden=(32, 32), same=True))
    assert finding(run, "twin_units").evidence["layers"][0] == "layers.0.weight"


def test_a_signal_that_is_lost_on_its_way():
    run = run_of(Drawn(hidden=(32,) * 6, activation="tanh", factors=(0.1,) * 6))
    assert finding(run, "signal_lost_at_the_start").evidence["ratio"] < 1e-2
