"""`profundo tag`."""

import argparse
import os.path
import sys
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("people, places and other entities in a text")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help=_("a run that has learnt to tag, such as one of `ner_es`"))
    parser.add_argument("texts", nargs="+", metavar=_("TEXT"), help=_("a sentence, or a file with one a line"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.data.plain_text import lines
    from profundo.verbs.tagging import marked, tag

    # os.path, for a text too long to be a file's name is none
    texts = [line for text in arguments.texts for line in (lines(text) if os.path.isfile(text) else [text])]  # noqa: PTH113
    found = tag(arguments.run, texts)
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return "\n".join(marked(one, colours) for one in found), found
