"""`tag`: the entities of texts, by a run that has learnt to find them."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from profundo.core import UserError
from profundo.messages import _
from profundo.run import Run

BATCH = 64


def tag(run: Run | str | Path, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The entities of each text: [{"text", "entities": [{"type", "text", "begin", "end"}]}], begin and end in characters.

    Raises UserError for a run that does not tag, a text without a word, and one too long to be a sentence.
    """
    import torch

    from profundo.data.plain_text import LONGEST
    from profundo.data.ragged import Ragged, Sequences
    from profundo.evaluation.entities import best, entities
    from profundo.evaluation.modes import evaluating
    from profundo.verbs.predicting import speaker

    asked = speaker(run)
    if asked.facts.get("task") != "tag":
        raise UserError(_("{run} does not tag words; train `ner_es`, and give its run.").format(run=run))
    if not texts:
        return []
    texts = [unicodedata.normalize("NFC", text) for text in texts]
    longest = max(map(len, texts))
    if longest > LONGEST:
        raise UserError(
            _("The text has {n:,} characters; {most:,} is the most that is tagged at once.").format(n=longest, most=LONGEST)
        )
    read = [asked.data.encode(text, asked.facts) for text in texts]
    rows = Ragged(Sequences(torch.cat(read), torch.tensor([len(x) for x in read]).cumsum(0)))
    with evaluating(asked.network):
        said = [row for (x,) in rows.batches(BATCH) for row in best(asked.network(x)).tolist()]
    names = asked.facts["names"]
    found = [list(entities(tags[: len(x)])) for tags, x in zip(said, read, strict=True)]
    return [
        _told(text, [(names[2 * kind + 1][2:], begin, end) for kind, begin, end in these])
        for text, these in zip(texts, found, strict=True)
    ]


def _told(text: str, found: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
    """Types and places of words -> types and places of characters."""
    from profundo.data.sentences import spans

    at = spans(text)
    told = [{"type": kind, "begin": at[begin][0], "end": at[end - 1][1]} for kind, begin, end in found]
    return {"text": text, "entities": [one | {"text": text[one["begin"] : one["end"]]} for one in told]}


def marked(said: Mapping[str, Any], colours: bool = False) -> str:
    """The text with its entities between brackets: "[PER Gabriela Mistral] nació en [LOC Vicuña]."

    colours: one for each type, as terminals understand them.
    """
    text, shown, place = said["text"], "", 0
    for one in said["entities"]:
        bracket = f"[{one['type']} {one['text']}]"
        colour = 31 + sum(map(ord, one["type"])) % 6  # the same for a type whenever it is seen
        shown += text[place : one["begin"]] + (f"\033[{colour}m{bracket}\033[0m" if colours else bracket)
        place = one["end"]
    return shown + text[place:]
