"""`profundo tune`."""

import argparse
from typing import Any

from profundo.commands import reads, seeded, trains
from profundo.messages import UserError, _

SHOWN = 10
"""Trials in the table; --json has them all."""


def describe() -> str:
    return _("search for better options, on dev")


def arguments(parser: argparse.ArgumentParser) -> None:
    trains(parser)
    reads(parser)
    parser.add_argument("--trials", type=int, default=20, help=_("sets of options to try (default: 20)"))
    parser.add_argument("--seconds", type=float, help=_("a time budget; the same command goes on"))
    parser.add_argument("--sampler", default="gp", help="gp, tpe, random, grid")
    parser.add_argument("--prune", default="median", help=_("when to give a trial up early: median, hyperband, none"))
    parser.add_argument(
        "--space",
        action="append",
        default=[],
        metavar=_("OPTION=VALUES"),
        help=_("what to search: {forms}").format(
            forms="rule.lr=log:1e-4:1e-1, network.dropout=range:0:0.5, rule.batch_size=32,64"
        ),
    )
    seeded(parser)
    parser.add_argument("--seeds", type=int, default=1, help=_("trainings a trial, of which the mean counts"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.verbs.searching import tune

    found = tune(
        arguments.recipe,
        arguments.trials,
        arguments.seconds,
        arguments.sampler,
        arguments.seed,
        options=arguments.options,
        space=_space(arguments.space),
        data=arguments.data,
        quick=arguments.quick,
        device=arguments.device,
        seeds=arguments.seeds,
        prune=arguments.prune,
    )
    return told(found), found


def _space(words: list[str]) -> dict[str, str]:
    for word in words:
        if "=" not in word:
            raise UserError(_("--space {word} has no values; write --space {word}=log:1e-4:1e-1.").format(word=word))
    return dict(word.split("=", 1) for word in words)


def told(found: dict[str, Any]) -> str:
    """The result as people read it."""
    from profundo.progress import duration
    from profundo.study.amounts import joules
    from profundo.study.words import local, scored
    from profundo.study.words import told as figure

    metric, trials = found["metric"], found["trials"]
    counts = {state: sum(trial["state"] == state for trial in trials) for state in ("complete", "pruned", "failed")}
    lines = [*_table(found), ""]
    lines.append(
        _("{complete} trials finished, {pruned} given up early, {failed} failed · {time} · {energy}").format(
            **counts,
            time=local(duration(found["seconds"])),
            energy=_("energy unknown") if found["joules"] is None else joules(found["joules"]),
        )
    )
    if found["left"]:
        lines.append(_("Time was up with {n} trials to go; the same command goes on.").format(n=found["left"]))
    if found["importances"]:
        shares = ", ".join(f"{option} {100 * share:.0f} %" for option, share in found["importances"].items())
        lines.append(_("what matters (variance explained alone): {shares}").format(shares=shares))
    best = _("best {figure}: {value} in trial {number}").format(
        figure=scored("dev", metric), value=figure(metric, found["best"]["dev"]), number=found["best"]["trial"]
    )
    if found["start"] and found["start"]["dev"] is not None:
        best += " " + _("(the recipe as it stands: {value})").format(value=figure(metric, found["start"]["dev"]))
    lines += [best, _("The best of many flatters itself on dev; test, once, tells:"), f"  {found['command']}"]
    return "\n".join([*lines, *found["figures"]])


def _table(found: dict[str, Any]) -> list[str]:
    """The best trials, a line each."""
    from profundo.study.search_space import text
    from profundo.study.words import told as figure

    sign = 1 if found["lower_is_better"] else -1
    ranked = sorted((t for t in found["trials"] if t["value"] is not None), key=lambda t: (sign * t["value"], t["number"]))
    rows = [(_("trial"), _("dev"), *found["best"]["options"])]
    rows += [
        (str(trial["number"]), figure(found["metric"], trial["value"]), *map(text, trial["options"].values()))
        for trial in ranked[:SHOWN]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
