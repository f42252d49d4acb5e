"""`profundo tag`."""

import argparse
import os
import sys
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("people, places and other entities in a text")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help=_("a run that has learnt to tag, such as one of `ner_es`"))
    parser.add_argument("texts", nargs="+", metavar=_("TEXT"), help=_("a sentence, or a file with one a line"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.data.plain_text import texts
    from profundo.verbs.tagging import marked, tag

    found = tag(arguments.run, texts(arguments.texts))
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return "\n".join(marked(one, colours) for one in found), found
