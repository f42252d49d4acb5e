"""A text for word2vec: which words stand around which. It is asked for neighbours, "king", and analogies, "king - man + woman".

In English the test split also holds the analogy questions of Mikolov et al. (2013), "Athens Greece Baghdad Iraq", as far as their
words are in the vocabulary.
"""

import difflib
import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.fetch import Archive, Package, fetch
from profundo.data.histories import Histories
from profundo.data.vocabulary import Vocabulary
from profundo.data.words import LIKELIEST, Words
from profundo.messages import _

QUESTIONS = Archive(
    "questions-words.txt",
    sha256="8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
    sources=(Package("pypi", "gensim", "4.4.0", member="gensim/test/test_data/questions-words.txt"),),
    licence="Apache 2.0, with word2vec",
    citation="Mikolov, Chen, Corrado, Dean (2013), Efficient estimation of word representations in vector space",
)
SPECIAL = 2
"""Numbers below it are no words: the filler's and that of the rare ones."""


@dataclass(frozen=True)
class Asked(Histories):
    """A part of a text with questions about its words."""

    questions: Tensor
    """a is to b as c is to d, (Q, 4)."""

    def to(self, device: torch.device) -> "Asked":
        return replace(self, ids=self.ids.to(device), places=self.places.to(device), questions=self.questions.to(device))


@dataclass(frozen=True)
class Around(Words):
    """The same texts as Words; case makes no difference, as the questions want it."""

    texts: tuple[str, ...] = ("brown", "shakespeare")
    context: int = 1
    lower: bool = True
    questions: bool = True
    """Fetch the analogy questions, which are English; not for a text of one's own, nor for the Quijote."""

    citation: ClassVar[str] = f"{Words.citation}; {QUESTIONS.citation}"

    def open(self) -> Splits:
        splits = super().open()
        asked = self.questions and self.path is None and "quijote" not in self.texts
        questions = known(fetch(QUESTIONS).read_text(), splits.facts["tokens"]) if asked else torch.zeros(0, 4, dtype=torch.long)
        dev = Asked(**vars(splits.dev), questions=questions[:0])
        seal = splits.open_test
        return replace(splits, dev=dev, open_test=lambda: Asked(**vars(seal()), questions=questions))

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Words with plus and minus between them -> their numbers and signs, (T, 2).

        Raises UserError for a word that was not in the text, or too rarely, naming some that were.
        """
        vocabulary = Vocabulary.told(facts)
        found = re.findall(r"(?:^|(?<= ))(?:([+\-−]) )?([^ ]*\w[^ ]*)", " ".join(str(raw).split()))
        if not found:
            raise UserError(_('There is no word in {raw!r}; ask for one, or "king - man + woman".').format(raw=raw))
        question = []
        for sign, word in found:
            word = word.lower() if facts["lower"] else word
            number = vocabulary.number.get(word, 0)
            if number < SPECIAL:
                near = difflib.get_close_matches(word, facts["tokens"][SPECIAL:], n=3)
                hint = _("did you mean {near}?").format(near=", ".join(near)) if near else _("ask for a more frequent one.")
                raise UserError(_("The text has no word {word!r}, or too rarely; {hint}").format(word=word, hint=hint))
            question.append((number, -1 if sign and sign != "+" else 1))
        return torch.tensor(question)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Cosines, (V,) -> the nearest words, the nearest first."""
        cosine, words = output.topk(min(LIKELIEST, len(output)))
        near = zip(words.tolist(), cosine.tolist(), strict=True)
        return {facts["tokens"][word]: value for word, value in near if value > -torch.inf}


def known(text: str, tokens: list[str]) -> Tensor:
    """The questions whose four words are all in the vocabulary, (Q, 4); a line that begins with a colon is a heading."""
    vocabulary = Vocabulary(tuple(tokens))
    lines = (line.lower().split() for line in text.splitlines() if line and not line.startswith(":"))
    asked = [vocabulary.ids(words) for words in lines]
    return torch.tensor([ids for ids in asked if len(ids) == 4 and min(ids) >= SPECIAL], dtype=torch.long).view(-1, 4)
