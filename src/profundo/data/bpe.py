"""Byte-pair encoding: the two neighbours that stand side by side most often become one token, again and again.

    "la la lana"        l a | _ l a | _ l a n a          _ is the space, which belongs to the word after it
    most often: l a     la | _ la | _ la n a
    then: _ la          la | _la | _la n a               and so on, until there are as many tokens as were asked for

No word is unknown: what no join fits stays bytes, and every text is bytes. The file is for reading; whatever trains on much text
takes the `tokenizers` library, which learns and encodes the same (tests/data/test_tokens.py).

Paper     Sennrich, Haddow, Birch (2016), Neural machine translation of rare words with subword units, algorithm 1; on bytes, and
          with these words, as Radford et al. (2019), Language models are unsupervised multitask learners, section 2.2 (GPT-2).
"""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from profundo.messages import _

Pair = tuple[bytes, bytes]

_PRINTED = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
BYTES = [bytes([b]) for b in (*_PRINTED, *sorted(set(range(256)) - set(_PRINTED)))]
"""Tokens 0 to 255. GPT-2 counts the bytes that can be printed first."""


@dataclass(frozen=True)
class BPE:
    """Joins in the order in which they were learnt."""

    merges: tuple[Pair, ...]

    @classmethod
    def learn(cls, text: str, vocabulary: int) -> "BPE":
        """Joins until there are `vocabulary` tokens, or nothing is left to join. Raises ValueError for fewer than the bytes."""
        if vocabulary < len(BYTES):
            raise ValueError(_("a vocabulary of bytes has at least 256 tokens"))
        counts = Counter(words(text))
        times = list(counts.values())
        spelt = [[bytes([b]) for b in word.encode()] for word in counts]
        pairs: Counter[Pair] = Counter()
        where: defaultdict[Pair, set[int]] = defaultdict(set)
        """In which words a pair stands; some may have lost it since."""

        def count(n: int, sign: int) -> None:
            for pair in pairwise(spelt[n]):
                pairs[pair] += sign * times[n]
                where[pair].add(n)

        for n in range(len(spelt)):
            count(n, 1)
        number = {token: n for n, token in enumerate(BYTES)}
        merges: list[Pair] = []
        while len(number) < vocabulary and (most := max(pairs.values(), default=0)) > 0:
            # as often as each other: the pair whose tokens are older
            best = min((p for p, n in pairs.items() if n == most), key=lambda p: (number[p[0]], number[p[1]]))
            merges.append(best)
            number.setdefault(b"".join(best), len(number))  # abc may be reached by ab + c and by a + bc: one token
            for n in where.pop(best):
                count(n, -1)
                spelt[n] = join(spelt[n], best)
                count(n, 1)
        return cls(tuple(merges))

    @cached_property
    def tokens(self) -> list[bytes]:
        """All tokens in the order of their numbers."""
        return list(dict.fromkeys([*BYTES, *(a + b for a, b in self.merges)]))

    @cached_property
    def _number(self) -> dict[bytes, int]:
        return {token: n for n, token in enumerate(self.tokens)}

    @cached_property
    def _rank(self) -> dict[Pair, int]:
        return {pair: n for n, pair in enumerate(self.merges)}

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        """Words already taken apart: most words of a text have been seen before."""
        return {}

    def pieces(self, word: str) -> list[bytes]:
        """A word's bytes, joined as in learning: the oldest join first, everywhere it fits."""
        spelt = [bytes([b]) for b in word.encode()]
        while (best := min(pairwise(spelt), key=lambda pair: self._rank.get(pair, sys.maxsize), default=None)) in self._rank:
            spelt = join(spelt, best)
        return spelt

    def encode(self, text: str) -> list[int]:
        """Text -> numbers of its tokens."""
        ids: list[int] = []
        for word in words(text):
            if word not in self._known:
                self._known[word] = [self._number[piece] for piece in self.pieces(word)]
            ids += self._known[word]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Numbers -> text. Bytes that are half a letter show as \\ufffd: join the ids of a stream before asking."""
        return b"".join(self.tokens[n] for n in ids).decode(errors="replace")


def join(spelt: Sequence[bytes], pair: Pair) -> list[bytes]:
    """The pair as one token wherever it stands, from left to right."""
    out: list[bytes] = []
    n = 0
    while n < len(spelt):
        both = tuple(spelt[n : n + 2]) == pair
        out.append(b"".join(pair) if both else spelt[n])
        n += 1 + both
    return out


@cache
def _pattern() -> re.Pattern[str]:
    """GPT-2's words, as its own expression has them; Python's has no name for all letters and for all numbers, so they are made.

    's|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+
    """
    odd = "".join(c for c in map(chr, range(sys.maxunicode)) if unicodedata.category(c) in ("Nl", "No"))  # such as ½ and Ⅷ
    letter, number, space = rf"[^\W\d_{odd}]", rf"[\d{odd}]", r"[^\S\x1c-\x1f]"
    other = rf"(?:(?![{odd}])[\W_](?<!{space}))"
    return re.compile(rf"'s|'t|'re|'ve|'m|'ll|'d| ?{letter}+| ?{number}+| ?{other}+|{space}+(?!{other}|\w)|{space}+")


def words(text: str) -> list[str]:
    """Text cut where no token may reach across: before a word (its space goes with it), a number, a run of signs, of spaces."""
    return _pattern().findall(text)
