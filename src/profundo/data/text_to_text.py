"""Several tasks as one: text in, text out, and the first word says which.

    spanish : the red cats sleep          los gatos rojos duermen
    english : los gatos rojos duermen     the red cats sleep
    fill : the red <0> sleep              <0> cats <1>

The pairs are verses of the Bible, or a toy grammar's (data/pairs.py); a pair makes one example for each task, all in
the same part. What is to be filled in is drawn once, from the seed (data/spans.py).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import toy_spanish, verses
from profundo.data.pairs import DRAWN, END, MARKS, Sentence, encoded, length, words, written
from profundo.data.ragged import PADDING, Ragged
from profundo.data.spans import corrupted, spans
from profundo.data.splits import apart, record
from profundo.data.vocabulary import Vocabulary
from profundo.messages import _

TASKS = ("spanish", "english", "fill")
SENTINELS = tuple(f"<{n}>" for n in range(10))
BLANK = "_"
"""How a person writes a span that is missing."""


@dataclass(frozen=True)
class TextToText:
    """Translation both ways and filling in, for one network."""

    tasks: tuple[str, ...] = TASKS
    """Any of spanish, english and fill; with one alone, what sharing a network brings or costs can be measured."""
    longest: int = 20
    """Pairs with more words on either side are left out."""
    least: int = 2
    """Times that a word has to occur in training to be known."""
    dev: float = 0.05
    test: float = 0.05
    split_seed: int = 0
    copy: str | None = None
    """A folder with the two Bibles; they are fetched if None."""
    drawn: bool = False
    """A toy grammar's pairs: for a smoke run, and to see what is learnt."""

    licence: ClassVar[str] = "public domain"
    citation: ClassVar[str] = "King James Version (1769) and Reina-Valera (1909)"

    def __post_init__(self) -> None:
        if not self.tasks or not set(self.tasks) <= set(TASKS):
            raise ValueError(_("tasks are some of {known}").format(known=", ".join(TASKS)))

    def open(self) -> Splits:
        """Raises UserError where the Bibles can neither be found nor fetched."""
        texts = toy_spanish.pairs(DRAWN) if self.drawn else list(zip(*verses.verses(self.copy), strict=True))
        pairs = [(words(english), words(spanish)) for english, spanish in texts]
        pairs = [pair for pair in pairs if all(len(side) > 1 and length(side) <= self.longest for side in pair)]
        parts = apart([tuple(english) for english, _spanish in pairs], None, self.dev, self.test, None, self.split_seed)
        generator = torch.Generator().manual_seed(self.split_seed)
        first, *others = ([pairs[n] for n in part.tolist()] for part in parts)
        train, dev, test = (self._examples(part, generator) for part in (first, *others))
        special = (*MARKS, *SENTINELS, *TASKS, ":")
        vocabulary = Vocabulary.of([side for pair in first for side in pair], least=self.least, special=special)
        made = lambda some: Ragged(*encoded(some, vocabulary, vocabulary), fill=PADDING)  # noqa: E731
        facts: Facts = {
            "vocabulary": len(vocabulary),
            "tokens": list(vocabulary.tokens),
            "target_tokens": list(vocabulary.tokens),
            "task": "translate",
            "content": hashlib.sha256(repr((train, dev)).encode()).hexdigest()[:12],
            "notes": [_("The pairs are drawn from a toy grammar: the figures say nothing of real language.")]
            if self.drawn
            else [],
            **record(parts),
        }
        return Splits(made(train), made(dev), lambda: made(test), facts)

    def _examples(
        self, pairs: Sequence[tuple[Sentence, Sentence]], generator: torch.Generator
    ) -> list[tuple[Sentence, Sentence]]:
        """Source and target of each task, for each pair."""
        found = []
        for english, spanish in pairs:
            gaps = spans(len(english), generator)
            each = {"spanish": (english, spanish), "english": (spanish, english), "fill": corrupted(english, gaps, SENTINELS)}
            found += [([task, ":", *each[task][0]], each[task][1]) for task in self.tasks]
        return found

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """ "fill: the red _ sleep" -> the numbers of its words and END, (S,). Raises UserError where no task is named."""
        sentence = words(str(raw))
        if len(sentence) < 3 or sentence[0] not in self.tasks or sentence[1] != ":":
            raise UserError(
                _("{text!r} names no task; begin with one of {known}, and a colon.").format(
                    text=str(raw)[:60], known=", ".join(self.tasks)
                )
            )
        gaps = iter(SENTINELS)
        said = [next(gaps, BLANK) if word.strip(BLANK) == "" else word for word in sentence]
        return torch.tensor([*Vocabulary.told(facts).ids(said), END])

    def decode(self, output: Tensor, facts: Facts) -> str:
        """Numbers (T,) of what was written, or logits (T, V) -> text, up to END."""
        return written(output, facts)
