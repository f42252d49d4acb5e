"""`profundo explain`."""

import argparse
from typing import Any

from profundo.messages import _

METHODS = "saliency, integrated, gradcam, rollout, occlusion, maximise, filters, maps"


def describe() -> str:
    return _("why a network says what it says of a picture or a sentence")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help=_("a run, a published network such as mobilenet, or a file of weights"))
    parser.add_argument("picture", metavar=_("PICTURE"), help=_("a picture; or the text that a run is asked, in quotes"))
    parser.add_argument("--method", metavar="A,B", help=_("only these: {methods}").format(methods=METHODS))
    parser.add_argument("--class", dest="target", metavar=_("NAME"), help=_("the class to explain (default: the likeliest)"))
    parser.add_argument("--layer", metavar=_("NAME"), help=_("whose maps are read, such as features.3"))
    parser.add_argument("--check", action="store_true", help=_("ask the same of the network with its weights shuffled"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.summaries import predicted
    from profundo.verbs.explaining import explain

    methods = arguments.method.split(",") if arguments.method else ()
    found = explain(arguments.run, arguments.picture, methods, arguments.target, arguments.layer, arguments.check)
    lines = [predicted([{"input": arguments.picture, "said": found.said}])]
    return "\n".join([*lines, *found.left_out.values(), found.path]), found.record()
