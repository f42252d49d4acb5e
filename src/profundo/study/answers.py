"""What a network said of a split, for reading: per class, confusions, mistakes; predicted against true."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from markupsafe import Markup
from torch import Tensor, nn

from profundo.core import Splits
from profundo.evaluation.modes import evaluating
from profundo.evaluation.predictions import Predictions, confusion_matrix, confusions, worst_mistakes
from profundo.messages import _
from profundo.study import figures
from profundo.study.drawing import Drawing
from profundo.study.words import local, many, shortened, told

Keep = Callable[[str, Drawing, str], Markup]
"""(name, figure, the same in words) -> the figure as part of the page."""
CLASSES = 40
"""Rows of the table per class; beyond, the worst."""
COLUMNS = 8
"""Columns of a table that are shown of an example."""


def classified(said: Predictions, facts: Mapping[str, Any], keep: Keep) -> dict[str, Any]:
    """Everything that a page shows of a classifier's answers."""
    names = [str(name) for name in facts.get("names", range(said.outputs.shape[1]))]
    matrix = confusion_matrix(said.outputs, said.targets)
    pairs = confusions(said.outputs, said.targets)
    labels = [f"{names[true]} → {names[other]} · {many(n)}×" for true, other, n, _shown in pairs]
    wrong = worst_mistakes(said.outputs, said.targets)
    total = int(matrix.sum() - matrix.trace())
    words = "; ".join(labels) or _("no mistakes")
    section: dict[str, Any] = {
        "split": said.split,
        "rows": per_class(said, names),
        "classes": len(names),
        "wrong": total,
        "examples": len(said.targets),
        "shown": len(wrong),
        "matrix": keep("confusion", figures.confusion(matrix, names, _split(said.split)), _("Commonest confusions: ") + words),
        "pairs": None,
        "mistakes": None,
        "table": None,
    }
    if said.inputs.ndim == 4 and said.inputs.shape[1] in (1, 3) and wrong:
        shown = [(label, [said.input(i) for i in members]) for label, (*_pair, members) in zip(labels, pairs, strict=True)]
        section["pairs"] = keep("confusions", figures.confused(shown), words)
        lines = [_mistake(said, i, names) for i in wrong]
        gap = " " if max(len(m["true"] + m["said"]) for m in lines) <= 8 else "\n"
        captions = [f"{shortened(m['true'])}{gap}→ {shortened(m['said'])}\n{m['probability']}" for m in lines]
        pictures = figures.pictures([said.input(i) for i in wrong], captions)
        section["mistakes"] = keep("mistakes", pictures, "; ".join(caption.replace("\n", " ") for caption in captions))
    elif wrong and said.inputs.ndim == 2:
        section["table"] = [_mistake(said, i, names) | {"cells": cells(said.input(i), facts)} for i in wrong]
    return section


def _mistake(said: Predictions, position: int, names: Sequence[str]) -> dict[str, str]:
    probability, answer = said.outputs[position].softmax(-1).max(-1)
    return {
        "true": names[int(said.targets[position])],
        "said": names[int(answer)],
        "probability": local(f"{100 * probability.item():.1f} %"),
    }


def per_class(said: Predictions, names: Sequence[str]) -> list[dict[str, Any]]:
    """Precision, recall, F1 and support of each class; of the worst ones by F1 where there are very many. Then their means."""
    from sklearn.metrics import precision_recall_fscore_support

    answers, k = said.outputs.argmax(-1), len(names)
    columns: Any = precision_recall_fscore_support(said.targets, answers, labels=range(k), zero_division=0.0)  # type: ignore[arg-type]
    rows = [_class_row(*row) for row in zip(names, *columns, strict=True)]
    if k > CLASSES:
        rows = sorted(rows, key=lambda row: row["f1"])[:CLASSES]
    for average, label in (("macro", _("mean of classes")), ("weighted", _("mean of examples"))):
        means: Any = precision_recall_fscore_support(said.targets, answers, average=average, zero_division=0.0)  # type: ignore[arg-type]
        precision, recall, f1, _none = means
        rows.append(_class_row(label, precision, recall, f1, len(answers)) | {"mean": True})
    return rows


def _class_row(name: str, precision: float, recall: float, f1: float, support: int) -> dict[str, Any]:
    return {"name": name, "precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(support)}


def regressed(said: Predictions, facts: Mapping[str, Any], keep: Keep) -> dict[str, Any]:
    """Everything that a page shows of predicted quantities, in the units of the target."""
    name, mean, std = str(facts.get("names", [""])[0]), facts.get("y_mean", 0.0), facts.get("y_std", 1.0)
    answers, targets = said.outputs * std + mean, said.targets * std + mean
    worst = (answers - targets).abs().argsort(descending=True).tolist()
    alt = _("Predicted against true {name} of {n} examples; the largest error is {error}.").format(
        name=name, n=many(len(targets)), error=_number((answers - targets).abs().max())
    )
    rows = [
        {
            "true": _number(targets[i]),
            "said": _number(answers[i]),
            "off": _number(answers[i] - targets[i]),
            "cells": cells(said.input(i), facts),
        }
        for i in worst
        if i in said.kept.tolist()
    ]
    return {
        "split": said.split,
        "name": name,
        "figure": keep("scatter", figures.scatter(answers, targets, name), alt),
        "rows": rows if said.inputs.ndim == 2 else [],
    }


def plane(network: nn.Module, splits: Splits) -> tuple[Drawing, str]:
    """How a classifier of two numbers divides the plane, with the dev examples on it."""
    rows, names = splits.dev, [str(name) for name in splits.facts.get("names", (0, 1))]
    labels = [_("{name}, in standard deviations").format(name=name) for name in splits.facts.get("inputs", [])] or ["x1", "x2"]

    def say(points: Tensor) -> Tensor:
        with evaluating(network):
            return torch.cat([network(rows.prepare(part)).argmax(-1).cpu() for part in points.to(rows.x.device).split(10_000)])

    alt = _("The line that the network draws between {classes}, with the dev examples.").format(classes=", ".join(names))
    return figures.boundary(say, rows.x.cpu(), rows.y.cpu(), names, labels), alt


def cells(x: Tensor, facts: Mapping[str, Any]) -> dict[str, str]:
    """A row of a table as its owner wrote it, the first columns of it; or a sentence. x: (features,), or numbers of tokens."""
    if "tokens" in facts and not x.is_floating_point():  # a sentence; 0 fills it up
        return {_("sentence"): " ".join(facts["tokens"][n] for n in x.tolist() if n)}
    names = facts.get("inputs") or [f"x{i}" for i in range(1, len(x) + 1)]
    values = dict(zip(names, x.tolist(), strict=True))
    if "columns" not in facts:
        return {name: _number(value) for name, value in list(values.items())[:COLUMNS]}
    shown = {}
    for column in facts["columns"][:COLUMNS]:
        name = column["name"]
        if values.get(f"{name} missing"):
            shown[name] = "-"
        elif column["kind"] == "number":
            shown[name] = _number(values[name] * column["std"] + column["mean"])
        else:
            shown[name] = max((v, slot.removeprefix(f"{name}=")) for slot, v in values.items() if slot.startswith(f"{name}="))[1]
    return shown


def _number(value: Any) -> str:
    return told("", float(value))


def _split(split: str) -> str:
    return {"test": _("test"), "dev": _("dev")}[split]
