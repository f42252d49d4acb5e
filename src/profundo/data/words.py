"""A long text as words: each is to be foretold from the few before it.

`Words` reads the Brown corpus (fetched), the two books that travel with profundo, or a person's own text. Brown is split as
Bengio et al. (2003) split it: 800,000 words to learn from, the next 200,000 to choose on, and the rest of them sealed to test.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import brown, plain_text
from profundo.data.brown import PARAGRAPH
from profundo.data.histories import Histories
from profundo.data.vocabulary import UNKNOWN, Vocabulary
from profundo.messages import _

TEXTS = ("brown", "shakespeare", "quijote")
BROWN = (800_000, 1_000_000)
"""Where its dev and its test part begin."""
SHARES = (0.8, 0.9)
"""Where those of other texts do."""
LIKELIEST = 10
"""Words that `decode` names."""
TOKEN = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]|\n[ \t]*\n\s*")
"""A word (don't, well-known), a punctuation mark, or the empty lines between two paragraphs."""


@dataclass(frozen=True)
class Words:
    """Histories: x (M, context) numbers of words, y (M, 1) that of the next one.

    Rare words are one, UNKNOWN. As in the paper, how rare a word is, is counted in the whole text: a perplexity says something
    only beside those of the same vocabulary. Nothing else is taken from dev and test.
    """

    texts: tuple[str, ...] = ("brown",)
    """One or more of brown, shakespeare, quijote."""
    path: str | None = None
    """A file of text to read in their place."""
    context: int = 4
    """Words before the one to be foretold."""
    most: int = 16_384
    """Numbers of words at most, the filler's and the rare words' among them."""
    least: int = 4
    """A word that occurs less often is rare."""
    lower: bool = False
    """Make no difference between The and the."""
    limit: int | None = None
    """Use so many words of each text only, from its beginning."""

    licence: ClassVar[str] = "Brown: redistribution permitted; the books: public domain"
    citation: ClassVar[str] = brown.CITATION

    def __post_init__(self) -> None:
        if not self.texts or any(text not in TEXTS for text in self.texts):
            raise ValueError(_("texts are some of {names}, with commas between").format(names=", ".join(TEXTS)))
        if self.context < 1 or self.least < 1 or self.most < 3:
            raise ValueError(_("context and least are at least 1, most at least 3"))

    def open(self) -> Splits:
        texts = [found[: self.limit] for found in self._texts()]
        texts = [[word.lower() for word in text] if self.lower else text for text in texts]
        vocabulary = Vocabulary.of(texts, self.most, self.least)
        cuts = [self._cuts(len(text)) for text in texts]
        parts = [
            [word for text, at in zip(texts, cuts, strict=True) for word in text[at[part] : at[part + 1]]] for part in range(3)
        ]
        if len(parts[1]) <= self.context or len(vocabulary) < 3:
            raise UserError(
                _("{path} has {n:,} words, too few to learn from; give a longer text.").format(
                    path=self.path or ", ".join(self.texts), n=sum(map(len, texts))
                )
            )
        ids = torch.tensor([n for part in parts for n in vocabulary.ids(part)])
        ends = torch.tensor([len(part) for part in parts]).cumsum(0).tolist()
        train, dev, test = Histories.of(ids, tuple(ends), self.context)
        return Splits(train, dev, lambda: test, self._facts(vocabulary, parts, ids))

    def _texts(self) -> list[list[str]]:
        """The words of each text."""
        if self.path:
            return [plain(plain_text.read(self.path))]
        return [brown.words() if name == "brown" else plain(plain_text.book(name)) for name in self.texts]

    def _cuts(self, n: int) -> tuple[int, int, int, int]:
        """Where the parts of one text of n words begin, and where the last of them ends."""
        whole = self.texts == ("brown",) and self.path is None and self.limit is None
        dev, test = BROWN if whole else (int(share * n) for share in SHARES)
        return 0, dev, test, n

    def _facts(self, vocabulary: Vocabulary, parts: list[list[str]], ids: Tensor) -> Facts:
        rare = (ids == vocabulary.number[UNKNOWN]).double().mean().item()
        names = ("train", "dev", "test")
        prints = {
            name: hashlib.sha256("\n".join(part).encode()).hexdigest()[:12] for name, part in zip(names, parts, strict=True)
        }
        return {
            "vocabulary": len(vocabulary),
            "tokens": list(vocabulary.tokens),
            "context": self.context,
            "lower": self.lower,
            "examples": {name: len(part) for name, part in zip(names, parts, strict=True)},
            "split": prints,
            "content": hashlib.sha256("".join(prints.values()).encode()).hexdigest()[:12],
            "task": "foretell",
            "notes": [
                _("{kinds:,} kinds of words; {rare:.1%} of the text are rare ones, which count as one.").format(
                    kinds=len(vocabulary) - 1, rare=rare
                )
            ],
        }

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """The beginning of a sentence -> its last words, (context,); where it has fewer, paragraphs begin before it.

        Raises UserError for no text at all.
        """
        words = [word.lower() if facts["lower"] else word for word in split(str(raw))]
        if not words:
            raise UserError(_("There is no word in {raw!r}; write the beginning of a sentence.").format(raw=raw))
        before = [PARAGRAPH] * facts["context"]
        return torch.tensor(Vocabulary.told(facts).ids((before + words)[-facts["context"] :]))

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Logits of the next word, (1, V) -> the likeliest words and their probabilities."""
        p, words = output.flatten().softmax(-1).topk(min(LIKELIEST, output.numel()))
        return {facts["tokens"][word]: share for word, share in zip(words.tolist(), p.tolist(), strict=True)}


def plain(text: str) -> list[str]:
    """The words of a text, with a mark before each paragraph."""
    return [PARAGRAPH, *split(text)]


def split(text: str) -> list[str]:
    """Words and punctuation marks; empty lines become the mark of a paragraph."""
    return [token if token.strip() else PARAGRAPH for token in TOKEN.findall(text.strip())]
