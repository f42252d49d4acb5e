"""`profundo playground`."""

import argparse
from typing import Any

from profundo.commands import seeded
from profundo.messages import _


def describe() -> str:
    return _("watch a small net learn to tell two colours of points apart")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shape", nargs="?", default="spiral", metavar=_("POINTS"), help="spiral, circle, xor, gauss, moons")
    seeded(parser)
    parser.add_argument("--quick", action="store_true", help=_("a smoke run of a few seconds"))
    parser.add_argument("--folder", default="runs", metavar=_("DIR"), help=_("where the pictures are written"))
    parser.set_defaults(options=None)
    parser.epilog = _("Any field of the recipe is an option: --network.hidden 4,2 --network.inputs x,y,xy --data.noise 0.2.")


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.summaries import aligned
    from profundo.verbs.playing import playground

    found = playground(arguments.shape, arguments.options, arguments.seed, arguments.quick, arguments.folder)
    head = (_("layer"), _("units"), _("a straight cut errs on train"), _("on dev"))
    body = [(str(r["layer"]), str(r["units"]), f"{r['error']:.1%}", f"{r['dev_error']:.1%}") for r in found["layers"]]
    said = _(
        "After {steps} steps the loss is {train:.4f} on train and {dev:.4f} on dev; {error:.1%} of dev is on the wrong side."
    )
    line = said.format(steps=found["steps"], train=found["train"]["loss"], dev=found["dev"]["loss"], error=found["dev"]["error"])
    return "\n".join([line, aligned([head, *body]), *(found[kind] for kind in ("page", "still", "bent"))]), found
