"""`profundo train`."""

import argparse
from typing import Any

from profundo.commands import reads, seeded, trains
from profundo.messages import _


def describe() -> str:
    return _("train a recipe, on its data or yours, and evaluate it")


def arguments(parser: argparse.ArgumentParser) -> None:
    trains(parser)
    reads(parser)
    parser.add_argument("--run", metavar=_("DIR"), help=_("where the run lives; the same again resumes"))
    parser.add_argument(
        "--from", dest="start", metavar=_("RUN"), help=_("begin with its weights, or with published ones by name")
    )
    parser.add_argument("--freeze", choices=("backbone",), help=_("the last layer learns alone"))
    seeded(parser)
    parser.add_argument("--seconds", type=float, help=_("a time budget"))
    parser.add_argument("--joules", type=float, help=_("an energy budget, in joules"))
    parser.add_argument("--gain-per-kilojoule", type=float, help=_("stop when dev gains less than this a kilojoule"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import trained
    from profundo.training import parallel

    run = verbs.train(
        arguments.recipe,
        data=arguments.data,
        options=arguments.options,
        quick=arguments.quick,
        run=arguments.run,
        seed=arguments.seed,
        device=arguments.device,
        seconds=arguments.seconds,
        joules=arguments.joules,
        gain=arguments.gain_per_kilojoule,
        start=arguments.start,
        freeze=arguments.freeze,
    )
    return (trained(run.result), run.result) if parallel.first() else ("", None)
