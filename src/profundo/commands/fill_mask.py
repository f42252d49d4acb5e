"""`profundo fill-mask`."""

import argparse
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("guess the word that [MASK] hides")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", metavar=_("MODEL"), help=_("a run of bert_tiny, or a Hugging Face folder with a BertForMaskedLM")
    )
    parser.add_argument("text", metavar=_("TEXT"), help=_('with [MASK] in it: "don [MASK] de la mancha"'))
    parser.add_argument("--top", type=int, default=5, help=_("how many guesses (default: 5)"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.summaries import aligned
    from profundo.verbs.encoding import fill_mask

    found = fill_mask(arguments.model, arguments.text, arguments.top)
    tables = [aligned([(f"{guess['probability']:.3f}", guess["piece"], guess["text"]) for guess in some]) for some in found]
    return "\n\n".join(tables), found
