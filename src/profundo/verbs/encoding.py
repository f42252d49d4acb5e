"""`embed` and `fill_mask`: what networks that read text from both sides make of a text."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profundo.core import UserError
from profundo.data.wordpiece import CONTINUES
from profundo.messages import _
from profundo.run import Run, writing
from profundo.serving.encoders import load


def embed(model: Run | str | Path, lines: Sequence[str], out: str | Path | None = None) -> dict[str, Any]:
    """Each line as a vector of length 1, so that a product of two is their cosine.

    model: a run of `bert_tiny` or `elmo_bilm`, "minilm", or a Hugging Face folder. out: an .npz that takes the vectors, x (N, D),
    and the lines. Returns {"lines", "width", "cosines": N rows of N, "cut": lines of which only the beginning was read}; with
    `out` no cosines but {"out"}. Raises UserError for anything a person can mend.
    """
    import numpy as np

    if not lines:
        raise UserError(_("There is nothing to read: the text is empty."))
    if out is not None and Path(out).suffix != ".npz":
        raise UserError(_("Vectors are written as .npz; call the file {out}.npz.").format(out=out))
    reader = load(model.path if isinstance(model, Run) else model)
    x = reader.vectors(lines)
    cut = sum(reader.most is not None and len(reader.ids(line)) > reader.most for line in lines)
    found = {"lines": list(lines), "width": x.shape[1], "cut": cut}
    if out is None:
        return found | {"cosines": (x @ x.T).tolist()}
    with writing(Path(out).parent):
        np.savez(out, x=x.numpy(), lines=np.array(lines))
    return found | {"out": str(out)}


def fill_mask(model: Run | str | Path, text: str, top: int = 5) -> list[list[dict[str, Any]]]:
    """What stood where [MASK] stands, for each [{"piece", "probability", "text": with it in its place}], likeliest first.

    model: a run of `bert_tiny`, or a Hugging Face folder with the weights of a BertForMaskedLM. Raises UserError for anything a
    person can mend.
    """
    if top < 1:
        raise UserError(_("--top is at least 1."))
    guesses = load(model.path if isinstance(model, Run) else model).guesses(text, top)
    return [
        [{"piece": piece, "probability": p, "text": filled(text, place, piece)} for piece, p in some]
        for place, some in enumerate(guesses)
    ]


def filled(text: str, place: int, piece: str) -> str:
    """The text with a piece instead of its [MASK] number `place`; a continuation joins what stands before."""
    where = [found.span() for found in re.finditer(r"\[MASK\]", text)][place]
    before = text[: where[0]]
    before = before.rstrip() if piece.startswith(CONTINUES) else before
    return before + piece.removeprefix(CONTINUES) + text[where[1] :]
