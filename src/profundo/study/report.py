"""A run as one page: what was learnt, how it compares, where it fails, what it cost, and how to repeat it.

The page is one file, with its figures inside and nothing fetched from anywhere; the figures also lie beside it in figures/.
What a run does not have (yet) is named on the page, with the command that makes it.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from markupsafe import Markup

from profundo import machine
from profundo.catalogue import describe, names
from profundo.core import Recipe, UserError
from profundo.data import opened
from profundo.evaluation.classification import Classification
from profundo.evaluation.evaluate import predictions
from profundo.evaluation.predictions import DEV_FILE, FILE, Predictions
from profundo.evaluation.regression import Regression
from profundo.messages import _
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.dense.mixer import Mixer, MixerConfig
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.networks.recurrent.lstm import LSTMConfig
from profundo.progress import duration
from profundo.recipes.watched import Elsewhere
from profundo.run import Run, writing
from profundo.study import attention_figure, figures, memory_figure
from profundo.study.answers import classified, plane, regressed
from profundo.study.doctor import Case, checks, diagnose
from profundo.study.drawing import Drawing
from profundo.study.inline import data_uri, inline, marked
from profundo.study.inside import inside
from profundo.study.layers import Layer, layers
from profundo.study.pages import environment
from profundo.study.repeat import changed, command
from profundo.study.verdict import judge, scores
from profundo.study.words import local, many, told, word
from profundo.summaries import cost

T = TypeVar("T")
SHEETS = 6
"""Sheets of samples that are shown, from the first epoch to the last."""


def report(recipe: Recipe, run: Run, device: str = "auto") -> Path:
    """Write RUN/report.html and RUN/figures/, and return the page's path.

    Raises UserError where the folder holds no run, or cannot be written.
    """
    Run.existing(run.path)
    page = environment()
    page.filters |= {"many": many, "local": local, "word": word, "told": told, "marked": marked}
    page.filters["duration"] = lambda seconds: local(duration(seconds))
    text = page.get_template("report.html.j2").render(Page(recipe, run, device).contents())
    path = run.path / "report.html"
    with writing(run.path):
        path.write_text(text, encoding="utf-8")
    return path


class Page:
    """What stands on the page, gathered from the run directory."""

    def __init__(self, recipe: Recipe, run: Run, device: str):
        self.recipe, self.run, self.device = recipe, run, device
        self.records = run.records()
        self.facts, self.result, self.energy = (run.read(f"{name}.json") for name in ("data", "result", "energy"))
        self.epochs = [r for r in self.records if f"dev_{recipe.evaluate.metric}" in r]
        self.chosen = next((r for r in reversed(self.epochs) if r.get("chosen")), {})
        self.watched = isinstance(recipe.network, Elsewhere)
        """Is the network somebody's own, in a program that was watched?"""
        self.answers = isinstance(recipe.evaluate, Classification | Regression)
        self.missing: list[str] = []

    def contents(self) -> dict[str, Any]:
        """Everything that the template asks for."""
        self.look_for_gaps()
        recipe, run = self.recipe, self.run
        made, different = run.read("recipe.json"), changed(recipe)
        verdict = judge(recipe, run, self.chosen, bool(different))
        said = self.attempt(self.predictions)
        table = self.attempt(self.layers) or self.attempt(lambda: layers(recipe.network.build())) or []
        return {
            "title": recipe.name,
            "subtitle": self.subtitle(),
            "changed": different,
            "verdict": verdict,
            "strip": self.keep_if("verdict", verdict.strip()),
            "scores": scores(recipe, run, self.chosen),
            "curves": self.keep("curves", figures.curves(run), self.curves_in_words()) if self.records else None,
            "classified": classified(said, self.facts, self.keep)
            if said and isinstance(recipe.evaluate, Classification)
            else None,
            "regressed": regressed(said, self.facts, self.keep) if said and isinstance(recipe.evaluate, Regression) else None,
            "plane": self.keep_if("plane", self.attempt(self.plane)),
            "patches": self.keep_if("patches", self.attempt(self.patches)),
            "memory": self.keep_if("memory", self.attempt(self.memory)),
            "samples": self.samples(),
            "layers": table,
            "paper": self.paper(),
            "chosen": self.chosen,
            "last": self.epochs[-1] if self.epochs else {},
            "seconds": next((r["seconds"] for r in reversed(self.records) if "seconds" in r), None),
            "energy": self.energy,
            "cost": self.cost(),
            "env": run.read("env.json"),
            "data": recipe.data,
            "facts": self.facts,
            "seed": made.get("seed"),
            "options": made.get("options", {}),
            "command": command(recipe, run),
            "run": run.path,
            "findings": diagnose(run),
            "checks": len(checks()),
            "inside": self.keep_if("inside", inside(Case(run).vitals)),
            "missing": self.missing,
        }

    # keeping and trying

    def keep(self, name: str, drawing: Drawing, alt: str) -> Markup:
        """Write a figure into figures/, and give it back as part of the page."""
        text = drawing.svg()
        with writing(self.run.path):
            folder = self.run.path / "figures"
            folder.mkdir(exist_ok=True)
            drawing.savefig(folder / f"{name}.png", dpi=150)
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
        return inline(text, name, alt)

    def keep_if(self, name: str, drawn: tuple[Drawing, str] | None) -> Markup | None:
        return self.keep(name, *drawn) if drawn else None

    def attempt(self, gather: Callable[[], T]) -> T | None:
        """A part of the page. Where it cannot be had (no weights yet, data that have moved), the page says why."""
        try:
            return gather()
        except UserError as why:
            if str(why) not in self.missing:
                self.missing.append(str(why))
            return None

    # what is not there

    def look_for_gaps(self) -> None:
        path, again = self.run.path, command(self.recipe, self.run)
        last = self.records[-1] if self.records else {}
        step, of = last.get("step", 0), last.get("of") or 0
        if not self.records:
            self.missing.append(_("Nothing was recorded yet; `{command} --run {path}` trains.").format(command=again, path=path))
            return
        if "joules" not in self.energy:
            self.missing.append(_("Nobody metered the energy of this run; `profundo train` does."))
        if self.watched:
            return
        patient = self.run.read("recipe.json").get("options", {}).get("rule.patience")
        if step < of and not (last.get("stopped") or patient):
            text = _("Training is at step {step} of {of}; if it does not run, `{command} --run {path}` goes on where it stopped.")
            self.missing.append(text.format(step=many(step), of=many(of), command=again, path=path))
        if "test" not in self.result:
            text = _("The test split is still sealed; `profundo evaluate {path}` opens it. Until then the figures are of dev.")
            self.missing.append(text.format(path=path))
        elif self.answers and not (path / FILE).is_file():
            text = _(
                "The answers on test were not kept; `profundo evaluate {path}` keeps them. Until then those of dev are shown."
            )
            self.missing.append(text.format(path=path))

    # the parts

    def subtitle(self) -> str:
        """What the recipe's file says first, without the course's own numbering."""
        if self.recipe.name not in names():
            return ""
        return re.sub(r"\s*\([A-Z]\d+\)\.?$", "", describe(self.recipe.name)["text"].splitlines()[0])

    def curves_in_words(self) -> str:
        """The ends of every curve, for those who cannot see them."""
        said = []
        for name in figures.recorded(self.records, self.recipe.evaluate.metric):
            for key in (name, f"dev_{name}"):
                values = self.run.curve(key)[1]
                if values:
                    said.append(f"{word(key)}: {told(name, values[0])} → {told(name, values[-1])}")
        return "; ".join(said)

    def predictions(self) -> Predictions | None:
        """The answers on test; on dev as long as those are not there."""
        if not self.answers or not self.records or (self.watched and not (self.run.path / DEV_FILE).is_file()):
            return None
        return predictions(self.recipe, self.run, "test" if (self.run.path / FILE).is_file() else "dev", self.device)

    def layers(self) -> list[Layer] | None:
        """With one dev example sent through, where the network takes examples; as they were noted while a loop was watched."""
        if self.watched:
            return [Layer(**noted) for noted in self.run.read("layers.json").get("layers", [])]
        if not self.answers:
            return None
        (x, *_y), network = next(iter(opened(self.recipe.data).dev.batches(1))), self.recipe.network.build()
        return layers(network, x)

    def plane(self) -> tuple[Drawing, str] | None:
        if not isinstance(self.recipe.evaluate, Classification) or self.facts.get("features") != 2 or not self.records:
            return None
        if self.watched:
            return None
        where = machine.choose_device(self.device)
        network = self.recipe.network.build()
        network.load_state_dict(self.run.load_weights())
        return plane(network.to(where), opened(self.recipe.data).to(where))

    def patches(self) -> tuple[Drawing, str] | None:
        """Where a network of patches looks, on a few dev pictures; None of other networks."""
        if not isinstance(self.recipe.network, VisionTransformerConfig | MixerConfig) or not self.records:
            return None
        network = self.recipe.network.build().eval()
        network.load_state_dict(self.run.load_weights())
        if isinstance(network, Mixer):
            return attention_figure.mixer(network)
        dev = opened(self.recipe.data).dev
        spread = torch.linspace(0, len(dev) - 1, attention_figure.SHOWN).long()  # classes lie one after another
        x, *_y = next(iter(dev.take(spread).batches(attention_figure.SHOWN)))
        return attention_figure.transformer(network, x)

    def memory(self) -> tuple[Drawing, str] | None:
        """What a recurrent network foresees, or holds, on dev; None of other networks."""
        if not isinstance(self.recipe.network, ElmanConfig | LSTMConfig) or not self.records:
            return None
        network = self.recipe.network.build().eval()
        network.load_state_dict(self.run.load_weights())
        return memory_figure.drawn(network, opened(self.recipe.data).dev, self.facts.get("tokens", ()))

    def cost(self) -> tuple[str, str, str]:
        """(energy, ", ", carbon and how both are known)."""
        known = self.energy if {"joules", "co2e_g"} <= self.energy.keys() else {"joules": None}
        return local(cost(known | {"energy": self.energy.get("method")})).partition(", ")

    def samples(self) -> list[dict[str, str]]:
        """Sheets from samples/, evenly from the first epoch to the last: name-epoch-0007.png."""
        sheets = sorted((self.run.path / "samples").glob("*-epoch-*.png"))
        kept = [sheets[round(i)] for i in torch.linspace(0, len(sheets) - 1, min(SHEETS, len(sheets))).tolist()]
        found = [(file, *file.stem.split("-epoch-")) for file in kept]
        return [{"name": word(name), "epoch": str(int(epoch)), "picture": data_uri(file)} for file, name, epoch in found]

    def paper(self) -> dict[str, str]:
        """What the network's file says of itself: its year, its paper, and where it departs from it."""
        module = sys.modules[type(self.recipe.network).__module__]
        parts = re.findall(r"^(Paper|Departs)\s+(.+(?:\n[ ]{6,}.+)*)", module.__doc__ or "", flags=re.MULTILINE)
        return {name.lower(): re.sub(r"\s+", " ", text) for name, text in parts}
