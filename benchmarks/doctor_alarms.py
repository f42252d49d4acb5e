"""How often does the doctor cry wolf, and what does it miss?

uv run python benchmarks/doctor_alarms.py                     quick runs of every recipe, faults in small runs; five minutes
uv run python benchmarks/doctor_alarms.py --full              recipes as they are; hours
uv run python benchmarks/doctor_alarms.py --recipes mlp,lenet --faults none

False alarms: every recipe is trained with each seed, all in one folder, as people do, and every finding is counted, but for those
that a recipe is there to show. Misses: each fault is planted in `mlp` and `lenet` on 2,000 digits, with each seed; it counts as
named if one of its checks is told, as seen if one spoke (and another finding claims to explain it), and otherwise as missed. The
same runs without a fault are the healthy twins.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor, nn

import records
from profundo import recipes
from profundo.catalogue import names
from profundo.core import Facts, Recipe, Splits, UserError
from profundo.data.mnist import MNIST
from profundo.data.rows import Rows
from profundo.evaluation.evaluate import evaluate
from profundo.options import override
from profundo.progress import Silent
from profundo.run import Run
from profundo.study.doctor import diagnose
from profundo.study.examination import examination
from profundo.training.objectives import cross_entropy
from profundo.verbs import learn

SHOWN: dict[str, set[str]] = {
    "random_labels": {"labels_shuffled"},
    "scrambled_faces": {"labels_differ"},
    "deep_sigmoids": {"signal_lost_at_the_start", "vanishing_gradients", "loss_is_flat"},
    "overfitting": {"best_epoch_long_before_the_last"},
}
"""What some recipes are there to show: that is no alarm."""
SMALL = {"data.limit": 2000, "rule.epochs": 5}

# Faults of data


class Part(NamedTuple):
    """Digits (N, 1, 28, 28) and their classes (N,), to be damaged in place."""

    x: Tensor
    y: Tensor


def shuffled(train: Part, dev: Part, rng: torch.Generator) -> None:
    for part in (train, dev):
        part.y[:] = part.y[torch.randperm(len(part.y), generator=rng)]


def slipped(train: Part, dev: Part, rng: torch.Generator) -> None:
    for part in (train, dev):
        part.y[:] = part.y.roll(1)


def skewed(train: Part, dev: Part, rng: torch.Generator) -> None:
    """Half of dev's digits become ones."""
    ones = (dev.y == 1).nonzero().flatten()
    dev.x[: len(dev.y) // 2], dev.y[: len(dev.y) // 2] = dev.x[ones.repeat(len(dev.y))[: len(dev.y) // 2]], 1


def copied(train: Part, dev: Part, rng: torch.Generator) -> None:
    dev.x[:20], dev.y[:20] = train.x[:20], train.y[:20]


def nearly_copied(train: Part, dev: Part, rng: torch.Generator) -> None:
    dev.x[:20] = train.x[:20] + 4 * torch.randn(train.x[:20].shape, generator=rng)
    dev.y[:20] = train.y[:20]


def blank(train: Part, dev: Part, rng: torch.Generator) -> None:
    train.x[::12] = 0


def not_finite(train: Part, dev: Part, rng: torch.Generator) -> None:
    train.x[5, 0, 3, 3] = torch.nan


def noisy(train: Part, dev: Part, rng: torch.Generator) -> None:
    """A third of the answers are drawn by lot."""
    for part in (train, dev):
        lots = torch.rand(len(part.y), generator=rng) < 0.33
        part.y[lots] = torch.randint(10, (int(lots.sum()),), generator=rng)


Damage = Callable[[Part, Part, torch.Generator], None]
DAMAGES: dict[str, Damage] = {
    damage.__name__: damage for damage in (shuffled, slipped, skewed, copied, nearly_copied, blank, not_finite, noisy)
}


@dataclass(frozen=True)
class Damaged:
    """MNIST with something wrong."""

    source: MNIST
    damage: str = ""
    raw: bool = False
    """Bytes as they come, from 0 to 255."""
    licence: ClassVar[str] = MNIST.licence
    citation: ClassVar[str] = MNIST.citation

    def open(self) -> Splits:
        splits = self.source.open()
        prepare = torch.Tensor.float if self.raw else splits.train.prepare
        train, dev = (Part(part.x.float(), part.y.clone()) for part in (splits.train, splits.dev))
        if self.damage:
            DAMAGES[self.damage](train, dev, torch.Generator().manual_seed(1))
        return replace(splits, train=Rows(*train, prepare), dev=Rows(*dev, prepare))

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        return self.source.encode(raw, facts)

    def decode(self, output: Tensor, facts: Facts) -> Any:
        return self.source.decode(output, facts)


# Faults of the network and of the rule


@dataclass(frozen=True)
class Drawn:
    """A network whose first weights are wrong: the last layer's too large, or all of a layer alike."""

    config: Any
    last: float = 1.0
    alike: bool = False

    def build(self) -> nn.Module:
        network = self.config.build()
        weights = [p for p in network.parameters() if p.ndim > 1]
        with torch.no_grad():
            weights[-1].mul_(self.last)
            for w in weights if self.alike else []:
                w.fill_(0.01)
        return network


def restless(network: nn.Module, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """Noise that no seed reaches."""
    values = cross_entropy(network, batch)
    return values | {"loss": values["loss"] * random.uniform(0.5, 1.5)}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and the checks that name it."""

    name: str
    checks: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    damage: str = ""
    raw: bool = False
    last: float = 1.0
    alike: bool = False
    twice: bool = False
    """Is test opened twice?"""
    objective: Any = None
    """Instead of cross-entropy, in a run that is made twice."""

    def recipe(self, name: str) -> Recipe:
        """The recipe with the fault."""
        made = override(recipes.load(name), SMALL)
        if self.damage or self.raw:
            assert isinstance(made.data, MNIST)
            made = replace(made, data=Damaged(made.data, self.damage, self.raw))
        made = override(made, self.options)
        if self.last != 1 or self.alike:
            made = replace(made, network=Drawn(made.network, self.last, self.alike))
        if self.objective:
            made = replace(made, rule=replace(made.rule, objective=self.objective))  # type: ignore[type-var]
        return made


CONSTANT = {"rule.schedule": "constant", "rule.optimizer": "sgd"}
FAULTS = (
    Fault("a rate a thousand times too large", ("diverged", "dead_units", "saturated_units"), {"rule.optimizer.lr": 3.0}),
    Fault("a rate a hundred thousand times too small", ("loss_is_flat",), {"rule.optimizer.lr": 1e-8}),
    Fault("no number any more", ("diverged",), CONSTANT | {"rule.optimizer.lr": 1e9}),
    Fault("stopped much too soon", ("still_improving",), CONSTANT | {"rule.optimizer.lr": 0.02, "rule.epochs": 8}),
    Fault("bytes from 0 to 255", ("inputs_not_normalised",), raw=True),
    Fault("an input that is no number", ("inputs_not_finite",), damage="not_finite"),
    Fault("a twelfth of the pictures are blank", ("blank_inputs",), damage="blank"),
    Fault("answers shuffled", ("labels_shuffled",), damage="shuffled"),
    Fault("answers slipped by a row", ("labels_off_by_one",), damage="slipped"),
    Fault("dev is half ones", ("labels_differ",), damage="skewed"),
    Fault("20 of dev are in train", ("duplicates_across_splits",), damage="copied"),
    Fault("20 of dev are in train, with noise", ("near_duplicates_across_splits",), damage="nearly_copied"),
    Fault("all units alike", ("twin_units",), alike=True),
    Fault("a last layer 300 times too large", ("initial_loss_far_from_ln_k",), last=300.0),
    Fault(
        "noisy answers learnt by heart",
        ("best_epoch_long_before_the_last",),
        {"rule.schedule": "constant", "rule.epochs": 30, "rule.optimizer.lr": 3e-3},
        damage="noisy",
    ),
    Fault("test opened twice", ("test_opened_often",), twice=True),
    Fault("chance that no seed reaches", ("not_reproducible",), objective=restless),
)
HEALTHY = Fault("nothing is wrong", ())


# The counting


def spoken(run: Run) -> tuple[list[str], list[str], list[str]]:
    """Checks whose findings are told, those of them that are grave, and those that another finding explains."""
    found = diagnose(run)
    told, grave = [f.check for f in found], [f.check for f in found if f.grave]
    return told, grave, [name for f in found for name in f.explains]


def finished(recipe: Recipe, path: Path, seed: int, twice: bool = False) -> Run:
    """Trained, evaluated (unless it diverged) and examined."""
    run = Run(path)
    try:
        run = learn(recipe, path, seed, show=Silent())
        for _time in range(1 + twice):
            evaluate(recipe, run)
    except UserError:
        pass  # the loss was no number: the doctor is asked all the same
    examination(recipe, run)
    return run


def alarms(chosen: Sequence[str], seeds: range, full: bool, folder: Path) -> list[dict[str, Any]]:
    """A row a recipe: its runs, and how often each check was told that the recipe is not there to show."""
    rows = []
    for name in chosen:
        recipe = recipes.assemble(name, {}, quick=not full)
        told, grave, began = Counter[str](), Counter[str](), time.monotonic()
        for seed in seeds:
            here, serious, _explained = spoken(finished(recipe, folder / f"{name}-s{seed}", seed))
            told.update(set(here) - SHOWN.get(name, set()))
            grave.update(set(serious) - SHOWN.get(name, set()))
        rows.append({"recipe": name, "runs": len(seeds), "told": dict(told), "grave": dict(grave)})
        said = ", ".join(f"{check} {n}{' !' if check in grave else ''}" for check, n in told.items()) or "-"
        print(f"{name:24} {time.monotonic() - began:6.1f} s   {said}", flush=True)
    return rows


def misses(seeds: range, folder: Path) -> list[dict[str, Any]]:
    """A row a fault and network: how often it was named, seen, missed; and what else was told."""
    rows = []
    for fault in (HEALTHY, *FAULTS):
        for name in ("mlp", "lenet"):
            named, seen, others = 0, 0, Counter[str]()
            for seed in seeds:
                home = folder / f"{fault.name.replace(' ', '-')}-{name}-{seed}"  # of its own: no neighbours
                if fault.objective:
                    finished(fault.recipe(name), home / "before", seed)
                told, _grave, explained = spoken(finished(fault.recipe(name), home / "run", seed, fault.twice))
                named += bool(set(told) & set(fault.checks))
                seen += not set(told) & set(fault.checks) and bool(set(explained) & set(fault.checks))
                others.update(set(told) - set(fault.checks))
            row = {"fault": fault.name, "recipe": name, "runs": len(seeds), "named": named, "seen": seen, "others": dict(others)}
            rows.append(row)
            said = ", ".join(f"{check} {n}" for check, n in others.items()) or "-"
            print(f"{fault.name:44} {name:6} named {named}  seen {seen}  of {len(seeds)}   {said}", flush=True)
    return rows


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--full", action="store_true")
    words.add_argument("--recipes", default="all", help="names, all or none")
    words.add_argument("--faults", choices=("all", "none"), default="all")
    words.add_argument("--rehearse", action="store_true", help="record nothing")
    asked = words.parse_args()
    seeds = range(asked.seeds)
    chosen = {"all": sorted(names()), "none": []}.get(asked.recipes, asked.recipes.split(","))
    with tempfile.TemporaryDirectory() as folder:
        rows = alarms(chosen, seeds, asked.full, Path(folder))
        faults = misses(seeds, Path(folder)) if asked.faults == "all" else []
    runs, false = sum(row["runs"] for row in rows), sum(sum(row["told"].values()) for row in rows)
    grave = sum(sum(row["grave"].values()) for row in rows)
    planted = [row for row in faults if row["fault"] != HEALTHY.name]
    total, named, seen = (sum(row[key] for row in planted) for key in ("runs", "named", "seen"))
    print(f"{false} alarms, {grave} of them grave, in {runs} {'full' if asked.full else 'quick'} runs of {len(rows)} recipes")
    print(f"{total - named - seen} of {total} planted faults missed, {seen} seen and put down to another cause")
    if not asked.rehearse:
        summary = {"runs": runs, "alarms": false, "grave": grave, "planted": total, "named": named, "seen": seen}
        records.append("doctor_alarms", full=asked.full, seeds=list(seeds), **summary, recipes=rows, faults=faults)


if __name__ == "__main__":
    main()
