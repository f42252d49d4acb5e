"""Why a network says what it says of a picture, or of a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from profundo.core import UserError
from profundo.evaluation.classification import Classification
from profundo.evaluation.fooled import Fooled
from profundo.messages import _
from profundo.run import RUNS, Run, writing
from profundo.study.explaining.explanation import Panel, Question, answers, black_and_white, class_number
from profundo.verbs.predicting import Speaker, speaker
from profundo.verbs.single import load

if TYPE_CHECKING:
    from profundo.study.drawing import Drawing
    from profundo.study.explain_text import Table


@dataclass(frozen=True)
class Explanation:
    """What a network says of a picture, and each method's answer to why. Notebooks show its figure."""

    network: str
    """Whose it is: a run, a published one's name, or a file."""
    picture: Tensor
    """As the network reads it, (C, H, W) from 0 (black) to 1."""
    said: dict[str, float]
    """Probabilities by class, the likeliest first."""
    asked: str
    """The class that the methods were asked for."""
    probability: float
    """Of that class."""
    panels: list[Panel]
    left_out: dict[str, str]
    """Methods that do not suit the network, and why."""
    path: str
    """Of the figure."""

    @property
    def figure(self) -> "Drawing":
        from profundo.study.explain_figure import figure

        return figure(self.picture, self.said, self.asked, self.probability, self.panels)

    def _repr_png_(self) -> bytes:
        return self.figure._repr_png_()

    def record(self) -> dict[str, Any]:
        """The same in plain numbers, for --json."""
        return {
            "network": self.network,
            "said": dict(list(self.said.items())[:3]),
            "asked": self.asked,
            "probability": self.probability,
            "methods": [{"method": panel.method, **panel.facts} for panel in self.panels],
            "left_out": self.left_out,
            "figure": self.path,
        }


@dataclass(frozen=True)
class TextExplanation:
    """What a network says of a sentence, and tables of where it comes from. Notebooks show its figure."""

    network: str
    said: str
    tables: "list[Table]"
    path: str
    """Of the figure."""
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def figure(self) -> "Drawing":
        from profundo.study.explain_text import figure

        return figure(self.tables)

    def _repr_png_(self) -> bytes:
        return self.figure._repr_png_()

    def record(self) -> dict[str, Any]:
        """The same in plain numbers, for --json."""
        from profundo.study.explain_text import record

        return {"network": self.network, "said": self.said, "tables": record(self.tables), "figure": self.path}


def explain(
    run: Run | str | Path,
    picture: Any,
    methods: Sequence[str] = (),
    target: str | None = None,
    layer: str | None = None,
    check: bool = False,
) -> Explanation | TextExplanation:
    """Look into a network while it reads a picture (path, PIL image or array), and draw what is seen.

    run: a run, the name of a published network, or a file of weights, as `predict` takes them; the figure is written in the run's
    folder, or in runs/. methods: saliency, integrated, gradcam, rollout, occlusion, maximise, filters, maps; all that suit the
    network if none is named. target: the class to explain, the likeliest if None. layer: whose maps are read ("features.3").
    check: ask the same of the network with its weights shuffled. Raises UserError where the network does not sort pictures into
    classes, and for an unknown method, class or layer.

    Of a run that translates, `picture` is a sentence, and what is drawn is where each word of its translation comes from. Of one
    that sorts sentences or continues a text, it is a text, and what is drawn is which of its tokens count. Where attention has
    heads, those of `layer` are drawn too.
    """
    home = run.path if isinstance(run, Run) else Path(run)
    chosen = speaker(run)
    facts = chosen.facts
    if facts.get("task") in ("translate", "continue") or ("tokens" in facts and facts.get("task") == "classify"):
        if methods or check:
            raise UserError(_("--method and --check are for pictures; leave them out for a sentence."))
        return _of_sentence(chosen, home, str(picture), target, layer)
    judged = not home.is_dir() or isinstance(load(home).recipe.evaluate, Classification | Fooled)
    if not judged or not {"channels", "size", "names"} <= facts.keys():
        raise _no_pictures(home)
    network, x = chosen.network, chosen.data.encode(picture, facts)
    with torch.no_grad():
        output = network(x[None])
    if x.ndim != 3 or output.shape != (1, len(facts["names"])):
        raise _no_pictures(home)
    k = int(output.argmax()) if target is None else class_number(target, facts)
    low, high = black_and_white(chosen.data, facts, x)
    panels, left_out = answers(Question(network, x[None], k, low, high, layer), methods, check)
    folder, name = (home, "explain") if home.is_dir() else (RUNS, f"explain-{home.stem}")
    found = Explanation(
        network=str(home),
        picture=(x - low) / (high - low),
        said=chosen.data.decode(output[0], facts),
        asked=facts["names"][k],
        probability=output[0].float().softmax(-1)[k].item(),
        panels=panels,
        left_out=left_out,
        path=str(folder / f"{name}{_stem(picture)}.svg"),
    )
    with writing(folder):
        Path(found.path).write_text(found.figure.svg(), encoding="utf-8")
    return found


def _of_sentence(chosen: Speaker, home: Path, text: str, target: str | None, layer: str | None) -> TextExplanation:
    asked = chosen.network, chosen.data, chosen.facts, text
    if chosen.facts["task"] == "translate":
        from profundo.study.explain_text import translated
        from profundo.verbs.translating import encoded

        if target is not None:
            raise UserError(_("--class is for networks that choose a class or a next token; leave it out for a translation."))
        encoded(chosen, text)  # says what is wrong with it
        said, tables = translated(*asked, layer)
    else:
        from profundo.study.explaining.text import looked_into

        said, tables = looked_into(*asked, target, layer)
    name = "-".join(re.findall(r"\w+", text.lower()))[:40]
    found = TextExplanation(str(home), said, tables, str(home / f"explain-{name}.svg"))
    with writing(home):
        Path(found.path).write_text(found.figure.svg(), encoding="utf-8")
    return found


def _no_pictures(home: Path) -> UserError:
    return UserError(
        _(
            "{run} does not sort pictures into classes, and neither sorts, continues nor translates texts; only such networks "
            "are looked into here: try a run of `lenet` or `gpt_quijote`."
        ).format(run=home)
    )


def _stem(picture: Any) -> str:
    return f"-{Path(picture).stem}" if isinstance(picture, str | Path) else ""
