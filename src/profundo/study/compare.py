"""Runs side by side: one row a configuration, its mean and spread over seeds, and whether the spread allows a conclusion."""

import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profundo.messages import _
from profundo.run import Run
from profundo.study.drawing import PALETTE, SOFT, WIDE, Drawing, axes, counted, scale
from profundo.study.figures import clock
from profundo.study.words import local, plain, scored, told

OWN = ("ImageFolder", "Table", "Arrays")
"""Kinds of data that are as many as there are paths."""
SIGNIFICANT = 0.05
"""Of Welch's t-test: the usual threshold."""


def compare_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """A row for each recipe with the same options: its test figure over the seeds. The best row first.

    A row: name, recipe, metric, lower_is_better, on ("test", or "dev" for loops that were watched), n (seeds), seeds, values,
    mean, sd (None for one seed), seconds, joules (means; None where unknown), data (their kind, or path), split (fingerprints of
    the data), runs, unfinished (runs without a figure). Two runs of one seed are the same run twice and count once.
    """
    groups = _groups(runs)
    rows = [_row(group) for group in groups]
    for row, name in zip(rows, labels([group[0].read("recipe.json") for group in groups]), strict=True):
        row["name"] = name
    for name in {row["name"] for row in rows}:
        same = [row for row in rows if row["name"] == name]
        for row in same if len(same) > 1 else []:
            row["name"] += f" ({', '.join(Path(run).name for run in row['runs'] or row['unfinished'])})"
    return sorted(rows, key=_rank)


def _groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs that differ in nothing but their seed, and in the data that each seed drew for itself."""
    made = [run.read("recipe.json") for run in runs]
    drawn_apart = {_alike(one, "data.seed") for one in made if one.get("options", {}).get("data.seed") != one.get("seed")}
    groups: dict[str, list[Run]] = {}
    for run, one in zip(runs, made, strict=True):
        alike = _alike(one, "data.seed")
        if alike in drawn_apart:
            alike = _alike(one)
        if one.get("watched") and one.get("seed") in [other.read("recipe.json").get("seed") for other in groups.get(alike, [])]:
            alike = str(run.path)  # somebody's loop with the same seed again: what is different is not written in its options
        groups.setdefault(alike, []).append(run)
    return list(groups.values())


def _alike(made: dict[str, Any], but: str = "") -> str:
    """The same text for runs of the same recipe with the same options, whatever option `but` is."""
    return repr((made.get("recipe"), sorted((name, value) for name, value in made.get("options", {}).items() if name != but)))


def _row(group: Sequence[Run]) -> dict[str, Any]:
    results = [(run, run.read("recipe.json").get("seed"), _result(run)) for run in group]
    finished = {seed: (run, result) for run, seed, result in results if result}
    first = next((result for _run, result in finished.values()), {"metric": "", "lower_is_better": True, "on": "test"})
    values = [result["value"] for _run, result in finished.values()]
    used = [run for run, _result in finished.values()]
    return {
        "name": "",
        "recipe": group[0].read("recipe.json").get("recipe", ""),
        "metric": first["metric"],
        "lower_is_better": first["lower_is_better"],
        "on": first["on"],
        "n": len(values),
        "seeds": list(finished),
        "values": values,
        "mean": statistics.fmean(values) if values else None,
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "seconds": _mean([_seconds(run) for run in used]),
        "joules": _mean([run.read("energy.json").get("joules") for run in used]),
        "data": _data(group[0].read("recipe.json").get("options", {})),
        "split": group[0].read("data.json").get("split", {}),
        "runs": [str(run.path) for run in used],
        "unfinished": [str(run.path) for run, _seed, result in results if not result],
    }


def _data(options: dict[str, Any]) -> str:
    """What was learnt from: the innermost source by its kind, a person's own by its path. "" for a loop that was watched."""
    path = "data"
    while f"{path}.source" in options:
        path += ".source"
    kind = options.get(path, "")
    return str(options[f"{path}.path"]) if kind in OWN else kind


def _result(run: Run) -> dict[str, Any]:
    """The figure that a run is compared by: on test, or, where a loop was watched and no test is known, of the chosen weights on
    dev. {} where there is none."""
    result = run.read("result.json")
    metric, lower = result.get("metric"), result.get("lower_is_better", True)
    if metric in result.get("test", {}):
        return {"metric": metric, "lower_is_better": lower, "on": "test", "value": result["test"][metric]}
    seen = run.read("examination.json") if run.read("recipe.json").get("watched") else {}
    chosen = [r for r in run.records() if r.get("chosen") and f"dev_{seen.get('metric')}" in r]
    if not chosen:
        return {}
    value = chosen[-1][f"dev_{seen['metric']}"]
    return {"metric": seen["metric"], "lower_is_better": seen["lower_is_better"], "on": "dev", "value": value}


def _seconds(run: Run) -> float | None:
    timed = run.curve("seconds")[1]
    return timed[-1] if timed else None


def _mean(values: Sequence[float | None]) -> float | None:
    """Of all, or None where one is missing."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known and len(known) == len(values) else None


def labels(made: Sequence[dict[str, Any]]) -> list[str]:
    """The recipe, and the options in which it differs from another row of the same recipe: "lenet epochs=2".

    What belongs to a part is held against rows with a part of that kind only: "mlp optimizer=SGD lr=0.1", beside one with
    another rate, but "mlp optimizer=Adam" where there is one Adam.
    """
    names = []
    for one in made:
        options = one.get("options", {})
        others = [other.get("options", {}) for other in made if other.get("recipe") == one.get("recipe")]
        different = [name for name in options if any(_differ(name, options, other) for other in others)]
        names.append(
            " ".join([one.get("recipe", ""), *(f"{_short(name, options)}={typed(options[name])}" for name in different)])
        )
    return names


def _differ(name: str, options: dict[str, Any], other: dict[str, Any]) -> bool:
    """Another value, within parts of the same kinds: {"rule.optimizer": "Adam"} and "SGD" need no word about their rates."""
    words = name.split(".")
    parts = [".".join(words[:n]) for n in range(1, len(words))]
    return other.get(name) != options[name] and all(other.get(part) == options.get(part) for part in parts)


def _short(name: str, options: dict[str, Any]) -> str:
    """The end of a path that no other option has: "epochs", of rule.epochs."""
    words = name.split(".")
    ends = [".".join(words[n:]) for n in reversed(range(len(words)))]
    return next((end for end in ends if sum(f".{other}".endswith(f".{end}") for other in options) == 1), name)


def typed(value: Any) -> str:
    """A value as one types it: none, true, 1, 64,32."""
    if isinstance(value, list):
        return ",".join(map(typed, value))
    return (str(value).lower() if value is None or isinstance(value, bool) else str(value)).removesuffix(".0")


def _rank(row: dict[str, Any]) -> tuple[bool, str, float]:
    """Finished rows first, figures of one kind together, the best of each on top."""
    if row["mean"] is None:
        return True, row["metric"], 0.0
    return False, row["metric"], row["mean"] if row["lower_is_better"] else -row["mean"]


def verdict(rows: Sequence[dict[str, Any]]) -> str:
    """What the two best rows allow to say, in one sentence (two, where they learnt from different data)."""
    finished = [row for row in rows if row["n"]]
    if not finished:
        return _("No run has a test figure yet; `profundo evaluate RUN` makes it.")
    if len(finished) == 1:
        return _("{name}: {figure}.").format(name=finished[0]["name"], figure=_told(finished[0]))
    best, second = finished[:2]
    names = {"best": best["name"], "second": second["name"], "first": _told(best), "other": _told(second)}
    if (best["metric"], best["on"]) != (second["metric"], second["on"]):
        return _("{best} and {second} are judged by different figures and cannot be compared.").format(**names)
    if len(learnt := list(dict.fromkeys(row["data"] for row in finished if row["data"]))) > 1:
        return _apart(learnt)
    text = _sentence(best, second, names)
    if best["split"] != second["split"]:
        text += " " + _("They did not learn from the same examples.")
    return text


def _apart(learnt: Sequence[str]) -> str:
    """That nothing follows from different data, and what would make the comparison fair, where there is something."""
    from profundo.data import NAMED

    text = _("They learnt from different data ({data}), so nothing follows.").format(data=", ".join(learnt))
    known = [one for one in learnt if Path(one).exists()] + [name for name, kind in NAMED.items() if kind in learnt]
    if known:
        text += " " + _("`--data {name}` gives all of them the same.").format(name=known[-1])
    return text


def _sentence(best: dict[str, Any], second: dict[str, Any], names: dict[str, str]) -> str:
    if best["mean"] == second["mean"]:
        return _("{best} and {second} are equal: {first}.").format(**names)
    if min(best["n"], second["n"]) < 2:
        return _(
            "{best} ({first}) is ahead of {second} ({other}), but without the spread over several seeds this says little; "
            "`profundo compare ... --seeds 3` measures it."
        ).format(**names)
    p = local(f"{welch(best['values'], second['values']):.2g}")
    if welch(best["values"], second["values"]) < SIGNIFICANT:
        return _("{best} ({first}) is better than {second} ({other}): Welch's t-test, p = {p}.").format(p=p, **names)
    return _(
        "{best} ({first}) and {second} ({other}) differ by less than the spread over seeds can tell apart: "
        "Welch's t-test, p = {p}."
    ).format(p=p, **names)


def welch(a: Sequence[float], b: Sequence[float]) -> float:
    """The probability of a difference at least as large, were the means equal (Welch 1947). Each side has two values or more."""
    if statistics.pvariance(a) == statistics.pvariance(b) == 0:  # no spread at all: the test divides by it
        return 1.0 if statistics.fmean(a) == statistics.fmean(b) else 0.0
    from scipy.stats import ttest_ind

    return float(ttest_ind(a, b, equal_var=False).pvalue)  # type: ignore[attr-defined]  # scipy's stub hides it


def _told(row: dict[str, Any]) -> str:
    """ "1.03 % ± 0.05 %, 3 seeds"."""
    text = told(row["metric"], row["mean"])
    if row["sd"] is None:
        return text
    return _("{mean} ± {sd}, {n} seeds").format(mean=text, sd=told(row["metric"], row["sd"]), n=row["n"])


def compare_figure(runs: Sequence[Run]) -> Drawing:
    """Dev over training and test at its end, a colour a row.

    Left the mean over seeds, in a band from the lowest to the highest; right each seed, the mean and the standard deviation (on
    dev for loops that were watched).
    """
    rows = [row for row in compare_rows(runs) if row["n"]]
    metric, on = (rows[0]["metric"], rows[0]["on"]) if rows else ("", "test")
    rows = [row for row in rows if (row["metric"], row["on"]) == (metric, on)]
    lines = max((1 + row["name"].count(" ") for row in rows), default=1)
    drawing = Drawing(WIDE, max(3.6, 1.6 + max(0.45, 0.19 * lines) * len(rows)))
    if not rows:
        drawing.text(0.5, 0.5, _("No run has a test figure yet."), ha="center", color=SOFT, fontsize=11)
        return drawing
    left = axes(drawing, (1, 2, 1), scored("dev", metric))
    seen: list[float] = []
    for number, row in enumerate(rows):
        label, values = _band(left, [Run(path) for path in row["runs"]], row, PALETTE[number % len(PALETTE)])
        counted(left, label)
        seen += values
    scale(left, "y", metric, seen)
    _dots(axes(drawing, (1, 2, 2), scored(on, metric)), rows, metric)
    return drawing


def _band(ax: Any, runs: Sequence[Run], row: dict[str, Any], colour: str) -> tuple[str, list[float]]:
    """The dev curves of one row; returns the x axis's name and the values drawn."""
    key, curves, label = f"dev_{row['metric']}", [], ""
    for run in runs:
        records = run.records()
        place, label = clock(records, run.read("data.json"))
        curves.append([(place(r), r[key]) for r in records if key in r])
    points = list(zip(*curves, strict=False))  # as far as all seeds got
    x = [statistics.fmean(at for at, _value in point) for point in points]
    columns = [[value for _at, value in point] for point in points]
    ax.fill_between(x, list(map(min, columns)), list(map(max, columns)), color=colour, alpha=0.18, linewidth=0)
    ax.plot(x, list(map(statistics.fmean, columns)), color=colour, linewidth=1.8)
    return label, [value for column in columns for value in column]


def _dots(ax: Any, rows: Sequence[dict[str, Any]], metric: str) -> None:
    for number, row in enumerate(rows):
        colour = PALETTE[number % len(PALETTE)]
        ax.plot(row["values"], [number] * row["n"], "o", color=colour, alpha=0.45, markersize=6, markeredgewidth=0)
        ax.errorbar(
            [row["mean"]], [number], xerr=[row["sd"] or 0.0], fmt="D", color=colour, markersize=8, capsize=5, linewidth=1.8
        )
    values = [value for row in rows for value in row["values"]]
    scale(ax, "x", metric, [v for v in values if math.isfinite(v)])
    ax.set_yticks(range(len(rows)), [plain(row["name"]).replace(" ", "\n") for row in rows])
    for number, label in enumerate(ax.get_yticklabels()):
        label.set_color(PALETTE[number % len(PALETTE)])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(False, axis="y")
