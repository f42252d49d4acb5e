"""`translate`: sentences in another language, by a run that has learnt to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from profundo.core import UserError
from profundo.data.pairs import words
from profundo.data.ragged import PADDING, Sequences
from profundo.data.vocabulary import UNKNOWN
from profundo.evaluation.modes import evaluating
from profundo.evaluation.translation import beam, greedy
from profundo.messages import _
from profundo.run import Run
from profundo.verbs.predicting import Speaker, speaker

MOST = 500
"""Words and marks that a sentence may have."""
BATCH = 50


def translate(run: Run | str | Path, texts: Sequence[str], width: int = 1) -> list[dict[str, Any]]:
    """Translations of sentences: [{"input", "said", "unknown"}], the last the words that training did not know.

    width: how many beginnings are kept while searching; 1 takes the likeliest word each time. Raises UserError for a run that
    does not translate, and for a text without a word, or of more than 500.
    """
    if width < 1:
        raise UserError(_("The beam is 1 or wider, not {width}.").format(width=width))
    chosen = translator(run)
    if not texts:
        return []
    read = [encoded(chosen, text) for text in texts]
    said: list[str] = []
    with evaluating(chosen.network):
        if width > 1:
            best = [beam(chosen.network, ids[None], width)[0][0] for ids in read]
            said = [chosen.data.decode(torch.tensor(words, dtype=torch.long), chosen.facts) for words in best]
        else:
            together = Sequences.of([ids.tolist() for ids in read])
            for some in torch.arange(len(read)).split(BATCH):
                rows = greedy(chosen.network, together.padded(some, PADDING))
                said += [chosen.data.decode(row, chosen.facts) for row in rows]
    return [
        {"input": text, "said": answer, "unknown": unknown(chosen, text, ids)}
        for text, ids, answer in zip(texts, read, said, strict=True)
    ]


def translator(run: Run | str | Path) -> Speaker:
    """The network of a run that translates. Raises UserError for another one."""
    chosen = speaker(run)
    if chosen.facts.get("task") != "translate":
        raise UserError(_("{run} does not translate; train `bahdanau`, and give its run.").format(run=run))
    return chosen


def encoded(chosen: Speaker, text: str) -> torch.Tensor:
    """A sentence -> the numbers of its words, (S,). Raises UserError for one that is too long, or has no word."""
    ids = chosen.data.encode(text, chosen.facts)
    if len(ids) > MOST:
        raise UserError(
            _("The sentence has {n:,} words; {most} is the most that is translated at once.").format(n=len(ids), most=MOST)
        )
    return ids


def unknown(chosen: Speaker, text: str, ids: torch.Tensor) -> list[str]:
    """The words of a sentence that training did not know. ids: their numbers, and END's."""
    missing = chosen.facts["tokens"].index(UNKNOWN)
    return [word for word, n in zip(words(text), ids.tolist(), strict=False) if n == missing]
