"""Words and numbers: which token has which number, and back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from profundo.core import Facts
from profundo.messages import _

PAD, UNKNOWN = "<pad>", "<unk>"
"""Numbers 0 and 1 of every vocabulary of words: what fills up a shorter sequence, and a word never seen in training."""


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in the order of their numbers. `tokens` travels in a run's facts, so that what was learnt can be asked."""

    tokens: tuple[str, ...]

    @classmethod
    def of(
        cls, texts: Iterable[Sequence[str]], most: int | None = None, least: int = 1, special: Sequence[str] = ()
    ) -> "Vocabulary":
        """PAD, UNKNOWN, `special`, then the words of the training texts, the most frequent first, ties by alphabet.

        most: size in all. least: times that a word has to occur.
        """
        counts = Counter(word for text in texts for word in text)
        first = (PAD, UNKNOWN, *special)
        words = sorted((w for w, n in counts.items() if n >= least and w not in first), key=lambda w: (-counts[w], w))
        return cls((*first, *words)[:most])

    @classmethod
    def told(cls, facts: Facts) -> "Vocabulary":
        """The one that a run's facts name."""
        return _told(tuple(facts["tokens"]))

    def __post_init__(self) -> None:
        if len(set(self.tokens)) < len(self.tokens):
            raise ValueError(_("a vocabulary names no token twice"))

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def number(self) -> dict[str, int]:
        return {token: n for n, token in enumerate(self.tokens)}

    def ids(self, words: Iterable[str]) -> list[int]:
        """Words -> numbers; those never seen are UNKNOWN."""
        unknown = self.number.get(UNKNOWN, 0)
        return [self.number.get(word, unknown) for word in words]

    def words(self, ids: Iterable[int]) -> list[str]:
        return [self.tokens[n] for n in ids]


@lru_cache(maxsize=8)
def _told(tokens: tuple[str, ...]) -> Vocabulary:
    """Made once, not again for every sentence that is asked."""
    return Vocabulary(tokens)
