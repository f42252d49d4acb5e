"""What a person does, as functions: the command line, notebooks and (later) the studio call these and nothing else.

run = train("lenet", rule={"epochs": 3})      # a TrainedRun
run.curves(); run.report(); run.predict("seven.png"); run.network; run.result
"""

import hashlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from profundo import machine, recipes
from profundo.core import Recipe, Step, UserError
from profundo.data import opened
from profundo.evaluation.evaluate import evaluate as _evaluate
from profundo.messages import _
from profundo.options import flatten
from profundo.progress import Display, display
from profundo.run import RUNS, Run
from profundo.study import operations
from profundo.study.doctor import diagnosis
from profundo.study.examination import examination
from profundo.study.footprint import meter
from profundo.study.stopping import gaining, until, within
from profundo.training import parallel
from profundo.training import train as _train
from profundo.training.expect import expected_seconds
from profundo.training.published import PUBLISHED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class TrainedRun(Run):
    """A run directory with what one can do with it."""

    @property
    def recipe(self) -> Recipe:
        return recipes.of(self)

    @property
    def network(self) -> nn.Module:
        """The chosen weights in a plain module, on the CPU, ready to evaluate."""
        network = self.recipe.network.build()
        network.load_state_dict(self.load_weights())
        return network.eval()

    @property
    def result(self) -> dict[str, Any]:
        """Everything that the end of training says, as plain data."""
        return summary(self)

    def curves(self) -> "Figure":
        """Loss and dev score over the run."""
        from profundo.study.figures import curves

        return curves(self)

    def evaluate(self, split: str = "test", device: str = "auto") -> dict[str, Any]:
        return _evaluate(self.recipe, self, split, device)

    def predict(self, raw: Any) -> Any:
        """What the network says of one input: a picture (path, PIL or array), a row of a table (dict)..."""
        from profundo.verbs.predicting import predict

        return predict(self, [raw])[0]

    def doctor(self) -> dict[str, Any]:
        """What is wrong with it, and what to try."""
        from profundo.verbs.diagnosing import doctor

        return doctor(self)

    def report(self) -> Path:
        return report(self)


def train(
    recipe: str,
    *,
    data: str | None = None,
    network: Mapping[str, Any] | None = None,
    rule: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    quick: bool = False,
    run: str | Path | None = None,
    seed: int = 0,
    device: str = "auto",
    seconds: float | None = None,
    joules: float | None = None,
    gain: float | None = None,
    start: Run | str | Path | None = None,
    freeze: str | None = None,
    show: Display | None = None,
) -> TrainedRun:
    """Train a recipe to the end, evaluate it on test, and return the run.

    data: a folder, .csv or .npz of your own. network, rule: fields to change, such as rule={"epochs": 3}; options: the same
    with full names, such as {"data.limit": 1000}. run: the directory (the same again resumes). seconds, joules: budgets
    of time and energy; gain: stop when dev gains less than this a kilojoule. start: a run to begin with the weights of, or the
    name of published ones; on own pictures those of the recipe's name are the default, and "scratch" does without. freeze:
    "backbone" for the last layer to learn alone. show: where progress goes (a bar in a terminal, live curves in a notebook).

    Raises UserError for anything a person can mend.
    """
    changes = {f"network.{k}": v for k, v in (network or {}).items()} | {f"rule.{k}": v for k, v in (rule or {}).items()}
    changes |= {"rule.tuning.freeze": freeze} if freeze else {}
    published = str(start) if str(start) in (recipes.SCRATCH, *PUBLISHED) and not Path(str(start)).exists() else None
    chosen = recipes.assemble(recipe, changes | dict(options or {}), data, quick, published)
    begin = None if start is None or published else load(start)
    if begin is None and not chosen.begins and flatten(chosen).get("rule.tuning.freeze") == "backbone":
        raise UserError(_("What is frozen has to have learnt something; give the run or the published weights with --from."))
    place = run or _unfinished(home(chosen, seed, RUNS, begin))
    directory = learn(chosen, place, seed, device, show, seconds, joules, gain, begin)
    if parallel.first():
        _evaluate(chosen, directory, "test", device)
        examination(chosen, directory)
        operations.keep(chosen, directory)
        directory.write("diagnosis.json", diagnosis(directory))
    return directory


def learn(
    recipe: Recipe,
    run: str | Path,
    seed: int = 0,
    device: str = "auto",
    show: Display | None = None,
    seconds: float | None = None,
    joules: float | None = None,
    gain: float | None = None,
    start: Run | None = None,
) -> TrainedRun:
    """Train with everything that belongs to it (screen, energy, a time budget), and leave the test split sealed.

    A run that is finished is left as it is; one that was stopped goes on. Raises UserError for anything a person can mend.
    """
    where = machine.choose_device(device)
    machine.prepare_processor()
    directory, screen = TrainedRun(run), show or display()
    splits = opened(recipe.data)
    expected = expected_seconds(recipe, splits, where) if parallel.launched() == 1 else None
    ended: list[str] = []  # the budget that ran out, if one did
    step: Step | None = None
    screen.begin(recipe, directory, machine.describe(where), seed, expected, splits.facts.get("notes", []))
    try:
        with closing(_train.train(recipe, directory, seed, str(where), start)) as steps, meter(directory) as account:
            limited: Iterator[Step] = steps
            if joules is not None:
                limited = within(limited, joules, account.reading, lambda: ended.append("joules"))
            if gain is not None:
                judge, enough = recipe.evaluate, lambda: ended.append("gain")
                limited = gaining(limited, gain, account.reading, judge.metric, judge.lower_is_better, ended=enough)
            if seconds is not None:
                deadline = time.monotonic() + seconds
                limited = until(limited, lambda _step: time.monotonic() >= deadline, lambda: ended.append("seconds"))
            for step in limited:
                screen.step(step)
    finally:
        screen.end()
    if ended and step and step.step != step.of and parallel.first():
        directory.log(step=step.step, seen=step.seen, of=step.of, stopped=ended[0])
    return directory


def home(recipe: Recipe, seed: int, folder: Path, start: Run | None = None) -> Path:
    """runs/lenet-s0, with a short hash where options differ from the recipe's own, and with what it started from."""
    defaults = flatten(recipes.load(recipe.name))
    changed = {k: v for k, v in flatten(recipe).items() if defaults.get(k) != v}
    name = f"{recipe.name}-s{seed}"
    if changed:
        name += "-" + hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:6]
    return folder / (f"{name}-from-{start.path.name}" if start else name)


def _unfinished(home: Path) -> Path:
    """The same command after a kill goes on; after the end it starts anew, beside."""
    tries = (home if n == 1 else home.with_name(f"{home.name}-{n}") for n in itertools.count(1))
    return next(path for path in tries if not (path / "result.json").exists())


def summary(run: Run) -> dict[str, Any]:
    """A run in one JSON object: test, claim, baseline, best and last epoch, seconds, joules, grams."""
    made, result, energy = run.read("recipe.json"), run.read("result.json"), run.read("energy.json")
    records = run.records()
    metric = result.get("metric") or run.read("examination.json").get("metric") or _judged(records)  # test is sealed
    dev = [(r["epoch"], r[f"dev_{metric}"]) for r in records if f"dev_{metric}" in r]
    best = [(r["epoch"], r[f"dev_{metric}"]) for r in records if r.get("chosen") and f"dev_{metric}" in r]
    timed = [r["seconds"] for r in records if "seconds" in r]
    return {
        "run": str(run.path),
        "recipe": made.get("recipe"),
        "seed": made.get("seed"),
        "device": run.read("env.json").get("device"),
        "metric": metric,
        "test": result.get("test"),
        "interval": result.get("interval"),
        "test_opened": result.get("test_opened", 0),
        "claim": result.get("claim"),
        "baseline": result.get("baseline"),
        "best": {"epoch": best[-1][0], "dev": best[-1][1]} if best else None,
        "last": {"epoch": dev[-1][0], "dev": dev[-1][1]} if dev else None,
        "stopped": _stopped(made, records),
        "seconds": timed[-1] if timed else 0.0,
        "joules": energy.get("joules"),
        "co2e_g": energy.get("co2e_g"),
        "energy": energy.get("method"),
        "doctor": run.read("diagnosis.json"),
    }


def _stopped(made: Mapping[str, Any], records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Why a run ended before its last step, "seconds", "joules", "gain" or "patience", with that step and the steps planned.
    None where it did not, or where its rule had nothing more to learn.
    """
    planned = next((record for record in reversed(records) if record.get("of")), None)
    if planned is None or planned["step"] >= planned["of"]:
        return None
    why = records[-1].get("stopped") or ("patience" if made.get("options", {}).get("rule.patience") else None)
    return {"why": why, "step": planned["step"], "of": planned["of"]} if why else None


def _judged(records: list[dict[str, Any]]) -> str:
    """The figure that chooses the best epoch: evaluators score it first."""
    chosen = (name for record in records if record.get("chosen") for name in record if name.startswith("dev_"))
    return next(chosen, "").removeprefix("dev_")


def load(run: Run | str | Path) -> TrainedRun:
    """The run in a directory, or of another view of it. Raises UserError where there is none."""
    if isinstance(run, TrainedRun):
        return run
    path = run.path if isinstance(run, Run) else run
    TrainedRun.existing(path)
    return TrainedRun(path)


def evaluate(run: Run | str | Path, split: str = "test", device: str = "auto") -> dict[str, Any]:
    """Score a run's chosen weights on dev or test."""
    return load(run).evaluate(split, device)


def report(run: Run | str | Path) -> Path:
    """Write RUN/report.html and RUN/figures/, and return the page's path."""
    from profundo.study.report import report as write

    trained = load(run)
    return write(trained.recipe, trained)


def runs(folder: str | Path = RUNS) -> list[dict[str, Any]]:
    """The runs in a folder, the latest first."""
    found = sorted(Path(folder).glob("*/recipe.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [summary(Run(path.parent)) for path in found]
