"""`profundo translate`."""

import argparse
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("sentences in another language")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", help=_("a run that has learnt to translate, such as one of `bahdanau`"))
    parser.add_argument("texts", nargs="+", metavar=_("TEXT"), help=_("a sentence, or a file with one a line"))
    parser.add_argument(
        "--beam", type=int, default=1, metavar="N", help=_("beginnings kept while searching (default: 1, greedy)")
    )


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.data.plain_text import texts
    from profundo.verbs.translating import translate

    found = translate(arguments.run, texts(arguments.texts), arguments.beam)
    said = [f"{one['input']}  →  {one['said']}" for one in found]
    missing = sorted({word for one in found for word in one["unknown"]})
    if missing:
        said.append(_("Words that training did not know: {words}.").format(words=", ".join(missing[:10])))
    return "\n".join(said), found
