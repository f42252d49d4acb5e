"""`profundo embed`."""

import argparse
from typing import Any

from profundo.messages import _

MOST, LONG = 12, 40
"""Lines whose cosines are shown; letters of a line that are."""


def describe() -> str:
    return _("texts as vectors, and how alike they are")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar=_("MODEL"), help=_("a run of bert_tiny or elmo_bilm, minilm, or a Hugging Face folder"))
    parser.add_argument("texts", nargs="+", metavar=_("TEXT"), help=_("a text, or a file with one a line"))
    parser.add_argument("--out", metavar="FILE.npz", help=_("write the vectors, x (N, D), and the lines"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.data.plain_text import texts
    from profundo.verbs.encoding import embed

    found = embed(arguments.model, texts(arguments.texts), arguments.out)
    return _shown(found), found


def _shown(found: dict[str, Any]) -> str:
    from profundo.summaries import aligned

    said = [_("{n} vectors of {width} numbers").format(n=len(found["lines"]), width=found["width"])]
    if found["cut"]:
        said.append(_("Only the beginning was read of {n} of them: the network reads no longer texts.").format(n=found["cut"]))
    if "out" in found:
        return "\n".join([*said, found["out"]])
    rows = [
        (str(n + 1), *(f"{cosine:.3f}" for cosine in cosines[:MOST]), line[:LONG] + "…" * (len(line) > LONG))
        for n, (cosines, line) in enumerate(zip(found["cosines"], found["lines"], strict=True))
    ]
    head = ("", *(str(n + 1) for n in range(min(len(rows), MOST))), _("cosines"))
    if len(rows) > MOST:
        said.append(_("The first {most} of them; --out FILE.npz writes all.").format(most=MOST))
    return "\n".join([aligned([head, *rows[:MOST]]), *said])
