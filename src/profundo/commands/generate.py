"""`profundo generate`."""

import argparse
import sys
from typing import Any

from profundo.commands import seeded
from profundo.messages import _


def describe() -> str:
    return _("a language model goes on with a text, or answers")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", metavar=_("MODEL"), help=_("a run, smollm2, a .gguf file, or a folder of transformers' or its name")
    )
    parser.add_argument("prompt", metavar=_("TEXT"), help=_('what it goes on from, such as "To be"'))
    parser.add_argument("--tokens", type=int, default=200, help=_("write at most so many (default: 200)"))
    parser.add_argument("--temperature", type=float, default=0.8, help=_("0 takes the likeliest token each time (default: 0.8)"))
    parser.add_argument("--top-k", type=int, help=_("draw among so many of the likeliest tokens"))
    parser.add_argument("--top-p", type=float, help=_("draw among the likeliest tokens that make up this share, such as 0.9"))
    parser.add_argument(
        "--beams", type=int, metavar="N", help=_("search for the likeliest text with N beginnings; nothing is drawn")
    )
    seeded(parser)
    parser.add_argument("--plain", action="store_true", help=_("go on with the words, also where the model was taught to answer"))
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, mps")
    parser.add_argument("--precision", default="auto", choices=("auto", "float32", "bfloat16"), help=_("of published weights"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.verbs.generating import Continuation

    a = arguments
    text = Continuation(
        a.model, a.prompt, a.tokens, a.temperature, a.top_k, a.top_p, a.beams, a.seed, a.plain, a.device, a.precision
    )
    out = sys.stderr if a.json else sys.stdout
    for note in text.notes:
        print(note, file=sys.stderr)
    pieces = []
    if not text.answers:
        print(a.prompt, end="", file=out)
    for piece in text:
        pieces.append(piece)
        print(piece, end="", file=out, flush=True)
    print(file=out)
    rate = _("{tokens} tokens, {rate:.1f} a second.")
    print(rate.format(tokens=text.tokens, rate=text.tokens / max(text.seconds, 1e-9)), file=sys.stderr)
    found = {"model": text.model.name, "prompt": a.prompt, "text": "".join(pieces)}
    return "", found | {"tokens": text.tokens, "seconds": round(text.seconds, 3), "ended": text.ended}
