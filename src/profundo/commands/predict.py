"""`profundo predict`."""

import argparse
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("what a network says of pictures or rows")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help=_("a run, a published network such as mobilenet, or a file of weights"))
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar=_("INPUT"),
        help=_('pictures, tables of rows, or what the run was asked in training, such as "Colin aunt"'),
    )
    parser.add_argument("--recipe", help=_("whose weights a file holds"))
    parser.set_defaults(options=None)
    parser.epilog = _("With a file of weights, fields of the network are options: --recipe resnet20 --network.depth 56.")


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import predicted

    asked = verbs.speaker(arguments.run, arguments.recipe, arguments.options)
    said = [{"input": name, "said": asked.says(raw)} for name, raw in verbs.inputs(arguments.inputs).items()]
    return predicted(said), said
