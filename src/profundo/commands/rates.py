"""`profundo rates`."""

import argparse
from typing import Any

from profundo.commands import reads, seeded, trains
from profundo.messages import _


def describe() -> str:
    return _("which learning rate? a range test")


def arguments(parser: argparse.ArgumentParser) -> None:
    trains(parser)
    reads(parser)
    seeded(parser)


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs

    found = verbs.rates(
        arguments.recipe,
        options=arguments.options,
        data=arguments.data,
        quick=arguments.quick,
        seed=arguments.seed,
        device=arguments.device,
    )
    text = _("a good rate is about {rate}: profundo train {recipe} --rule.lr {rate}").format(
        rate=f"{found['suggested']:.2g}", recipe=arguments.recipe
    )
    return f"{text}\n{found['figure']}", found
