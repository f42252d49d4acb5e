"""Faults of inputs, splits and labels, planted in real small runs, beside healthy twins of which nothing is said."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from profundo import recipes, verbs
from profundo.catalogue import names
from profundo.core import Splits
from profundo.data.rows import Rows
from profundo.data.splits import record
from profundo.evaluation.evaluate import evaluate
from profundo.evaluation.split_facts import facts_of_test
from profundo.networks.dense.mlp import MLPConfig
from profundo.options import override
from profundo.progress import Silent
from profundo.run import Run
from profundo.study.doctor import Case, checks, data, labels
from profundo.study.examination import examination
from profundo.training.train import train

OURS = {name: check for name, check in checks().items() if check.__module__ in (data.__name__, labels.__name__)}
SMALL = {"rule.epochs": 10, "rule.batch_size": 32, "rule.optimizer.lr": 0.01, "network.hidden": "16"}
SHOWS_A_FAULT = {
    "random_labels": {"labels_shuffled"},
    "deep_sigmoids": {"not_better_than_a_linear_model"},
    "scrambled_faces": {"labels_differ"},
    "deep_rectifiers": {"not_better_than_a_linear_model"},
}
"""Recipes that are there to show what goes wrong: a check that notices is right."""


def found(run):
    """What the checks of these two files say of a run, by name."""
    return {name: finding for name, check in OURS.items() if (finding := check(Case(run)))}


def test_there_are_twelve_checks():
    assert len(OURS) == 12


@pytest.mark.parametrize("name", sorted(names()))
def test_quick_runs_hear_nothing_but_the_truth(name, quick_runs):
    assert found(quick_runs[name]).keys() <= SHOWS_A_FAULT.get(name, set())


def test_labels_drawn_by_lot_are_noticed(quick_runs):
    assert found(quick_runs["random_labels"])["labels_shuffled"].grave


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def noise(x, size):
    return size * torch.randn(x.shape, generator=rng(7))


def from_one(parts):
    for part in parts:
        part.y.add_(1)


def slipped(parts):
    for part in parts[:2]:
        part.y[:] = part.y.roll(1)


def shuffled(parts):
    for part in parts:
        part.y[:] = part.y[torch.randperm(len(part), generator=rng(5))]


def skewed(part):
    part.y[:60] = 0
    part.x[:60] = part.x[:60].abs()


FAULTS = {
    "": lambda parts: None,
    "inputs_not_finite": lambda parts: parts[1].x[3].fill_(torch.nan),
    "inputs_not_normalised": lambda parts: [part.x.mul_(50).add_(200) for part in parts],
    "divided twice": lambda parts: [part.x.div_(1000) for part in parts],
    "blank_inputs": lambda parts: parts[0].x[::10].zero_(),
    "a mask": lambda parts: [part.x[:, 1:].zero_() for part in parts],
    "labels_differ": lambda parts: skewed(parts[1]),
    "test differs": lambda parts: skewed(parts[2]),
    "duplicates_across_splits": lambda parts: (parts[1].x[:20].copy_(parts[0].x[:20]), parts[1].y[:20].copy_(parts[0].y[:20])),
    "test is train": lambda parts: (parts[2].x.copy_(parts[0].x[:200]), parts[2].y.copy_(parts[0].y[:200])),
    "near_duplicates_across_splits": lambda parts: parts[1].x[:20].copy_(parts[0].x[:20] + noise(parts[0].x[:20], 0.01)),
    "labels_shuffled": shuffled,
    "labels_off_by_one": slipped,
    "from one": from_one,
}


@dataclass(frozen=True)
class Blobs:
    """Three clouds of points in 25 dimensions, with a fault."""

    fault: str = ""
    licence: ClassVar[str] = "none"
    citation: ClassVar[str] = "none"

    def open(self) -> Splits:
        y = torch.randint(3, (1000,), generator=rng())
        x = torch.randn(1000, 25, generator=rng(1)) + 2 * torch.eye(25)[y]
        parts = [Rows(x[i].clone(), y[i].clone()) for i in torch.arange(1000).split([600, 200, 200])]
        FAULTS[self.fault](parts)
        facts = {"features": 25, "classes": 4 if self.fault == "from one" else 3, "task": "classify"}
        facts |= record(torch.arange(1000).split([600, 200, 200]))
        return Splits(parts[0], parts[1], lambda: parts[2], facts)


def run_of(source, network=None, **options):
    """A small run, trained, evaluated and examined."""
    network = network or MLPConfig(25, (16,), 4 if source.fault == "from one" else 3)
    recipe = override(recipes.load("mlp"), SMALL | options)
    recipe = replace(recipe, data=source, network=network)
    for _step in train(recipe, Run("run")):
        pass
    result = evaluate(recipe, Run("run"))
    splits = source.open()
    facts = facts_of_test(splits.train, splits.open_test(), splits.facts["classes"])
    Run("run").write("result.json", Run("run").read("result.json") | result | {"test_facts": facts})
    examination(recipe, Run("run"))
    return Run("run")


def test_a_healthy_run_hears_nothing():
    assert found(run_of(Blobs())) == {}


@pytest.mark.parametrize(
    ("fault", "check", "evidence"),
    [
        ("inputs_not_finite", "inputs_not_finite", {"train": 0, "dev": 1}),
        ("inputs_not_normalised", "inputs_not_normalised", {"mean": pytest.approx(204, abs=3)}),
        ("divided twice", "inputs_not_normalised", {"std": pytest.approx(0.001, rel=0.1)}),
        ("blank_inputs", "blank_inputs", {"blank_share": pytest.approx(0.1)}),
        ("a mask", "blank_inputs", {"constant_features": pytest.approx(0.96)}),
        ("labels_differ", "labels_differ", {"split": "dev", "class": 0}),
        ("test differs", "labels_differ", {"split": "test", "class": 0}),
        ("duplicates_across_splits", "duplicates_across_splits", {"split": "dev", "n": 20, "of": 200}),
        ("test is train", "duplicates_across_splits", {"split": "test", "n": 200, "of": 200}),
        ("near_duplicates_across_splits", "near_duplicates_across_splits", {"n": 20, "of": 200}),
        ("labels_shuffled", "labels_shuffled", {}),
        ("labels_off_by_one", "labels_off_by_one", {"shift": 1}),
        ("from one", "labels_count_from_one", {"lowest": 1, "outputs": 4}),
    ],
)
def test_a_planted_fault_is_named(fault, check, evidence):
    said = found(run_of(Blobs(fault)))
    consequences = {"not_better_than_a_linear_model"} if check == "inputs_not_normalised" or fault == "a mask" else set()
    assert said.keys() - consequences == {check}
    assert {name: said[check].evidence[name] for name in evidence} == evidence


def test_a_network_that_learns_too_slowly():
    said = found(run_of(Blobs(), **{"rule.optimizer.lr": 1e-5}))
    assert said.keys() == {"not_better_than_a_linear_model"}
    seen = said["not_better_than_a_linear_model"].evidence
    assert seen["dev"] > seen["linear"] + 2 * seen["standard_error"] > seen["linear"] + 0.05


@dataclass(frozen=True)
class Watched:
    """Users (first column) and films; `strangers` of them occur in dev only."""

    strangers: int = 0
    fault: ClassVar[str] = ""
    licence: ClassVar[str] = "none"
    citation: ClassVar[str] = "none"

    def open(self) -> Splits:
        x = torch.stack([torch.arange(800) % 20, torch.arange(800) // 20 % 40], 1)[torch.randperm(800, generator=rng())]
        y = (x.sum(1) % 2).long()
        train, dev = Rows(x[:600], y[:600]), Rows(x[600:].clone(), y[600:])
        dev.x[: self.strangers, 0] = 20
        facts = {"classes": 2, "task": "classify", **record(torch.arange(1000).split([600, 200, 200]))}
        return Splits(train, dev, lambda: dev, facts)


@dataclass(frozen=True)
class TwoIds:
    hidden: int = 8

    def build(self):
        return nn.Sequential(nn.Embedding(40, self.hidden), nn.Flatten(), nn.Linear(2 * self.hidden, 2))


@pytest.mark.parametrize(("strangers", "said"), [(0, set()), (30, {"unknown_ids"})])
def test_users_that_train_never_met(strangers, said):
    findings = found(run_of(Watched(strangers), TwoIds()))
    assert findings.keys() - {"duplicates_across_splits"} == said  # dev is also test here
    if said:
        assert findings["unknown_ids"].evidence["unknown_in_dev"] == [pytest.approx(0.15), 0.0]


def trained(path, name="mlp", **options):
    """A person's own data, with the command that a person gives."""
    options = SMALL | options if name == "mlp" else options
    return verbs.train(name, data=str(path), options=options, run="run", show=Silent())


def saved(x, y):
    path = Path.cwd() / "own.npz"  # every test has a folder of its own
    np.savez(path, x=x, y=y)
    return path


def clouds(n=600, seed=0):
    chance = np.random.default_rng(seed)
    y = chance.integers(3, size=n)
    return (chance.normal(size=(n, 10)) + 2 * np.eye(10)[y]).astype(np.float32), y


def test_own_arrays_hear_nothing():
    assert found(trained(saved(*clouds()))) == {}


def test_own_rows_that_were_written_twice():
    x, y = clouds(400)
    said = found(trained(saved(np.concatenate([x, x]), np.concatenate([y, y]))))
    assert said.keys() == {"duplicates_across_splits"}
    assert said["duplicates_across_splits"].grave


def test_own_answers_that_lost_a_line():
    x, y = clouds(900)
    y[:-1] = y[1:].copy()
    assert found(trained(saved(x, y))).keys() == {"labels_off_by_one"}


@pytest.mark.parametrize(("kind", "said"), [(np.float64, {"float_labels"}), (np.int64, set())])
def test_classes_saved_as_decimals(kind, said):
    x, y = clouds()
    y = (y + 1 if kind is np.float64 else y).astype(kind)
    assert found(trained(saved(x, y), **{"rule.epochs": 20})).keys() == said


def test_quantities_that_are_called_so_are_believed():
    x, y = clouds()
    assert found(trained(saved(x, y + 1.0), **{"data.task": "regress", "rule.epochs": 20})) == {}


def test_answers_that_differ_are_told_of_quantities_too(tmp_path):
    x, y = clouds()
    run = trained(saved(x, y + 0.37 * x[:, 5]), **{"rule.epochs": 20})
    assert found(run) == {}
    seen = run.read("examination.json")
    seen["labels"]["dev"]["mean"] += 0.5
    run.write("examination.json", seen)
    assert found(run)["labels_differ"].evidence["shift"] == pytest.approx(0.5, abs=0.15)


def test_equal_measurements_are_legal():
    """Three coarse columns: nearly every row of dev occurs in train, sometimes with another answer."""
    chance = np.random.default_rng(0)
    x = chance.integers(4, size=(800, 3)).astype(np.float32)
    y = (x.sum(1) + chance.normal(size=800) > 4.5).astype(int)
    run = trained(saved(x, y))
    assert run.read("examination.json")["duplicates"]["n"] > 100
    assert "duplicates_across_splits" not in found(run)


def test_rows_in_order_are_no_slip():
    """A slow series, and classes one after the other: a row resembles both its neighbours."""
    chance = np.random.default_rng(0)
    x = chance.normal(size=(600, 8)).cumsum(0).astype(np.float32)
    assert "labels_off_by_one" not in found(trained(saved(x, x[:, 0] + x[:, 1])))


def test_classes_one_after_the_other_are_no_slip():
    x, y = clouds()
    assert found(trained(saved(x[np.argsort(y)], np.sort(y)))) == {}


def test_a_rare_class_is_no_shuffle():
    """One in twenty; no rival is better than always saying the other class, and the labels are sound."""
    chance = np.random.default_rng(0)
    y = (chance.random(1500) < 0.05).astype(int)
    x = chance.normal(size=(1500, 6)).astype(np.float32)
    x[:, 0] += 1.2 * y
    run = trained(saved(x, y))
    seen = run.read("examination.json")["rivals"]
    assert seen["linear"] > seen["majority"] - 0.02
    assert found(run) == {}


def paint(folder, noisy):
    """Two kinds of stripes; of a quarter of them a second, slightly noisy copy if `noisy`."""
    chance = np.random.default_rng(0)
    for kind in ("across", "along"):
        (folder / kind).mkdir(parents=True)
        for i in range(80):
            wave = 127 + 50 * np.sin(np.arange(24) * chance.uniform(0.5, 0.9) + chance.uniform(0, 6))
            picture = np.tile(wave, (24, 1)) + chance.normal(0, 40, (24, 24))
            picture = picture if kind == "along" else picture.T
            copies = [picture, picture + chance.normal(0, 4, (24, 24))] if noisy and i < 20 else [picture]
            for k, copy in enumerate(copies):
                Image.fromarray(copy.clip(0, 255).astype(np.uint8)).save(folder / kind / f"{i}-{k}.png")
    return folder


@pytest.mark.parametrize(("noisy", "said"), [(False, set()), (True, {"near_duplicates_across_splits"})])
def test_own_photographs_and_their_copies(tmp_path, noisy, said):
    options = {"data.size": 24, "rule.epochs": 4, "rule.batch_size": 16}
    findings = found(trained(paint(tmp_path / "photos", noisy), "lenet", **options))
    assert findings.keys() == said
