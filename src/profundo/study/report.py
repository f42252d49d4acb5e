"""A run as one page: what was learnt, how it compares, where it fails, what it cost, and how to repeat it.

The page is one file, with its figures inside and nothing fetched from anywhere; the figures also lie beside it in figures/.
What a run does not have (yet) is named on the page, with the command that makes it.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import jinja2
import torch
from markupsafe import Markup

from profundo import machine
from profundo.catalogue import describe, names
from profundo.core import Recipe, UserError
from profundo.data import opened
from profundo.evaluation.classification import Classification
from profundo.evaluation.evaluate import predictions
from profundo.evaluation.modes import evaluating
from profundo.evaluation.predictions import FILE, Predictions
from profundo.evaluation.regression import Regression
from profundo.messages import _
from profundo.progress import duration
from profundo.run import Run, writing
from profundo.study import figures
from profundo.study.classified import classified
from profundo.study.figures import Drawing
from profundo.study.layers import Layer, layers
from profundo.study.repeat import changed, command
from profundo.study.words import local, many, told, word
from profundo.summaries import cost

T = TypeVar("T")
ROLES = {figures.INK: "ink", figures.SOFT: "soft", figures.GRID: "grid", figures.PAPER: "paper"} | {
    figures.TRAIN: "train",
    figures.DEV: "dev",
    figures.TEST: "test",
}
"""Colours that the page gives to figures, so that they follow it into the dark."""


def report(recipe: Recipe, run: Run, device: str = "auto") -> Path:
    """Write RUN/report.html and RUN/figures/, and return the page's path.

    Raises UserError where the folder holds no run, or cannot be written.
    """
    Run.existing(run.path)
    page = Page(recipe, run, device)
    text = _environment().get_template("report.html.j2").render(page.contents())
    path = run.path / "report.html"
    with writing(run.path):
        path.write_text(text, encoding="utf-8")
    return path


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    environment.filters |= {"many": many, "local": local, "word": word}
    return environment


class Page:
    """What stands on the page, gathered from the run directory."""

    def __init__(self, recipe: Recipe, run: Run, device: str):
        self.recipe, self.run, self.device = recipe, run, device
        self.records = run.records()
        self.result, self.facts = run.read("result.json"), run.read("data.json")
        self.env, self.energy = run.read("env.json"), run.read("energy.json")
        self.missing: list[str] = []
        self.scored = [r for r in self.records if f"dev_{recipe.evaluate.metric}" in r]
        self.chosen = next((r for r in reversed(self.scored) if r.get("chosen")), None)
        self.changed = changed(recipe)

    def contents(self) -> dict[str, Any]:
        """Everything that the template asks for."""
        self._look_for_gaps()
        said = self._try(self._predictions)
        table = self._try(self._layers) or layers(self.recipe.network.build())
        sections = {
            "title": self.recipe.name,
            "subtitle": self._subtitle(),
            "changed": self.changed,
            "verdict": self._verdict(),
            "scores": self._scores(),
            "curves": self.figure("curves", figures.curves(self.run), _("Curves of everything that was recorded.")),
            "classes": classified(said, self.facts, self.figure) if said and isinstance(self.recipe.evaluate, Classification) else None,
            "scatter": self._scatter(said) if said and isinstance(self.recipe.evaluate, Regression) else None,
            "boundary": self._try(self._boundary),
            "samples": self._samples(),
            "layers": self._layer_rows(table),
            "totals": {"parameters": sum(x.parameters for x in table), "flops": sum(x.flops for x in table)},
            "paper": self._paper(),
            "epochs": self._best_and_last(),
            "cost": self._cost(),
            "machine": {k: v for k, v in self.env.items() if v is not None},
            "data": self._data(),
            "seed": self.run.read("recipe.json").get("seed"),
            "command": command(self.recipe, self.run),
            "options": self.run.read("recipe.json").get("options", {}),
            "run": str(self.run.path),
        }
        return sections | {"missing": self.missing}

    def figure(self, name: str, drawing: Drawing, alt: str) -> Markup:
        """Keep a figure in figures/, and give it back as part of the page."""
        with writing(self.run.path):
            folder = self.run.path / "figures"
            folder.mkdir(exist_ok=True)
            drawing.savefig(folder / f"{name}.png", dpi=150)
            text = drawing.svg()
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
        return inline(text, name, alt)

    def _try(self, gather: Callable[[], T]) -> T | None:
        """A part of the page; where it cannot be had (the data have moved, no weights yet), the page says why."""
        try:
            return gather()
        except UserError as why:
            if str(why) not in self.missing:
                self.missing.append(str(why))
            return None

    # what is not there

    def _look_for_gaps(self) -> None:
        path, again = self.run.path, command(self.recipe, self.run)
        last = self.records[-1] if self.records else {}
        step, of = last.get("step", 0), last.get("of")
        if not self.records:
            self.missing.append(_("Nothing was recorded: training did not reach its first step. Start it with `{command}`.").format(command=again))
        elif of and step < of:
            self.missing.append(
                _("Training stopped at step {step} of {of}; `{command} --run {path}` goes on from the last checkpoint.").format(
                    step=many(step), of=many(of), command=again, path=path
                )
            )
        if self.records and "test" not in self.result:
            self.missing.append(
                _("The test split has not been opened; `profundo evaluate {path}` does it. Until then, figures are of dev.").format(path=path)
            )
        elif self.result and isinstance(self.recipe.evaluate, Classification | Regression) and not (path / FILE).is_file():
            self.missing.append(_("What was said of the test split was not kept; `profundo evaluate {path}` keeps it.").format(path=path))
        if self.records and "joules" not in self.energy:
            self.missing.append(_("Energy was not metered in this run; `profundo train` meters it."))

    # the head

    def _subtitle(self) -> str:
        if self.recipe.name not in names():
            return ""
        first = describe(self.recipe.name)["text"].splitlines()[0]
        return re.sub(r"\s*\([A-Z]\d+\)\.?$", "", first)  # the course's own numbering

    def _verdict(self) -> dict[str, Any]:
        """The figure, and what it means beside the published one and beside learning nothing."""
        judge, test = self.recipe.evaluate, self.result.get("test", {})
        split = "test" if judge.metric in test else "dev"
        value = test.get(judge.metric, (self.chosen or {}).get(f"dev_{judge.metric}"))
        claim, baseline = self.result.get("claim"), self.result.get("baseline", {}).get(judge.metric)
        n = self.facts.get("examples", {}).get(split)
        interval = wilson(value, n) if isinstance(judge, Classification) and value is not None and n else None
        state, sentences = "open", []
        if claim and claim.get("met") is not None:
            state, sentences = self._against(claim, test, interval)
        elif value is not None and baseline is not None and split == "test":
            better = value < baseline if judge.lower_is_better else value > baseline
            sentences.append(_("Better than learning nothing.") if better else _("No better than learning nothing."))
            state = "met" if better else "missed"
        opened_times = self.result.get("test_opened", 0)
        if opened_times > 1:
            sentences.append(_("The test split was opened {n} times; choose on dev.").format(n=opened_times))
        return {
            "state": state,
            "label": f"{_('test') if split == 'test' else _('dev')} {word(judge.metric)}",
            "value": told(judge.metric, value),
            "interval": [told(judge.metric, end) for end in interval] if interval else None,
            "n": n,
            "sentences": sentences,
            "strip": self._strip(split, value, claim, baseline, interval),
        }

    def _against(self, claim: dict[str, Any], test: dict[str, float], interval: tuple[float, float] | None) -> tuple[str, list[str]]:
        value = told(claim["metric"], claim["value"])
        text = _("Meets the published {value}.") if claim["met"] else _("Misses the published {value}.")
        sentences = [text.format(value=value)]
        if interval and claim["metric"] == self.recipe.evaluate.metric and interval[0] <= claim["value"] <= interval[1]:
            sentences.append(_("The published figure lies within the 95 % interval: with so few test examples, one run cannot tell the two apart."))
        if self.changed:
            sentences.append(_("This run changes the recipe, so the published figure is a landmark and not a test of it."))
        return "met" if claim["met"] else "missed", sentences

    def _strip(self, split: str, value: float | None, claim: Any, baseline: float | None, interval: Any) -> Markup | None:
        """The figure among its landmarks, on one line."""
        metric = self.recipe.evaluate.metric
        if value is None or not math.isfinite(value):
            return None
        points = [(_("this run"), value, figures.TEST if split == "test" else figures.DEV)]
        if claim and claim["metric"] == metric:
            points.append((_("published"), claim["value"], figures.INK))
        if baseline is not None:
            points.append((_("learning nothing"), baseline, figures.SOFT))
        if len(points) == 1:
            return None
        alt = "; ".join(f"{label}: {told(metric, x)}" for label, x, _colour in points)
        return self.figure("verdict", figures.landmarks(metric, points, interval), alt)

    def _scores(self) -> list[dict[str, str]]:
        """A row a figure: dev at the chosen epoch, test, learning nothing, published."""
        test, baseline, claim = self.result.get("test", {}), self.result.get("baseline", {}), self.result.get("claim") or {}
        dev = {k.removeprefix("dev_"): v for k, v in (self.chosen or {}).items() if k.startswith("dev_")}
        return [
            {
                "name": word(name),
                "dev": told(name, dev.get(name)),
                "test": told(name, test.get(name)),
                "baseline": told(name, baseline.get(name)),
                "published": told(name, claim.get("value")) if claim.get("metric") == name else "-",
            }
            for name in dict.fromkeys([self.recipe.evaluate.metric, *test, *dev])
        ]

    # the parts

    def _predictions(self) -> Predictions | None:
        if not isinstance(self.recipe.evaluate, Classification | Regression):
            return None
        if (self.run.path / FILE).is_file():
            return predictions(self.recipe, self.run, "test")
        return predictions(self.recipe, self.run, "dev", self.device) if self.records else None
