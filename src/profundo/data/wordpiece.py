"""WordPiece, BERT's tokens: a word is its longest known beginning, then the longest known continuation, and so on.

    "Descabalgaremos, Sancho."      desc ##aba ##l ##gar ##emos , sancho .        ## continues a word

A word of which any part is unknown is [UNK] as a whole. Encoding is all that BERT's paper publishes; its vocabularies were learnt
much like byte-pair encoding's (`bpe.py`), and `learn` does it so.

Paper     Wu et al. (2016), Google's neural machine translation system, section 4.1; Devlin et al. (2018), BERT, section 3, whose
          released code cuts text into words as `words` does.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

PAD, UNKNOWN, CLS, SEP, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""Filling, an unknown word, the beginning, the end, and a piece that is hidden."""
CONTINUES = "##"
LONGEST = 100
"""Letters; a longer word is unknown."""
BEGINS = "▁"
"""Stands before every word while a vocabulary is learnt."""
CHINESE = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2EBEF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
"""From and to: signs that are words by themselves."""


class _Apart(dict[int, str]):
    """What each character becomes, found when it is first met: signs and Chinese stand alone, controls are dropped."""

    def __missing__(self, code: int) -> str:
        c, category = chr(code), unicodedata.category(chr(code))
        sign = category.startswith("P") or (c.isascii() and not c.isalnum())  # of ASCII whatever is no letter or number
        if c.isspace():
            self[code] = " "
        elif code in (0, 0xFFFD) or category.startswith("C"):
            self[code] = ""
        else:
            self[code] = f" {c} " if sign or any(low <= code <= high for low, high in CHINESE) else c
        return self[code]


APART = _Apart()


@dataclass(frozen=True)
class WordPiece:
    """Tokens in the order of their numbers."""

    tokens: tuple[str, ...]
    lowercase: bool = True
    accents: bool = True
    """Keep them; BERT's uncased models do not."""

    @classmethod
    def learn(cls, text: str, vocabulary: int, lowercase: bool = True) -> "WordPiece":
        """So many tokens: SPECIAL, every letter as a beginning and as a continuation, then what `tokenizers` joins first.

        (The library has a trainer of this name too. It numbers letters in the order of a hash table, anew in every process.)
        """
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        empty = cls((), lowercase)
        learner = Tokenizer(models.BPE())
        learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()  # type: ignore[assignment]  # its stub knows no setter
        lines = (" ".join(BEGINS + word for word in empty.words(line)) for line in text.split("\n"))
        learner.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=vocabulary, show_progress=False))
        found = learner.get_vocab()
        joined = (form(token) for token in sorted(found, key=lambda token: found[token]))
        letters = sorted({letter for token in found for letter in token} - {BEGINS})
        tokens = dict.fromkeys((*SPECIAL, *letters, *(CONTINUES + letter for letter in letters), *filter(None, joined)))
        return cls(tuple(tokens)[:vocabulary], lowercase)

    @cached_property
    def number(self) -> dict[str, int]:
        return {token: n for n, token in enumerate(self.tokens)}

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        """Words already taken apart: most words of a text have been seen before."""
        return {}

    def words(self, text: str) -> list[str]:
        """Text -> words, every sign one of its own, without control characters; small letters and no accents if so asked."""
        text = text.lower() if self.lowercase else text
        if not self.accents:
            text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        return text.translate(APART).split()

    def pieces(self, word: str) -> list[str]:
        """The longest known piece from the left, again and again; [UNK] where there is none."""
        found: list[str] = []
        start = 0
        while start < len(word) <= LONGEST:
            mark = CONTINUES if start else ""
            end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in self.number), None)
            if end is None:
                return [UNKNOWN]
            found.append(mark + word[start:end])
            start = end
        return found or [UNKNOWN]

    def encode(self, text: str) -> list[int]:
        """Text -> numbers of its pieces; [MASK] and its like, written out, are themselves."""
        ids: list[int] = []
        for part in re.split(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])", text):
            for word in [part] if part in SPECIAL else self.words(part):
                if word not in self._known:
                    self._known[word] = [self.number[piece] for piece in ([word] if word in SPECIAL else self.pieces(word))]
                ids += self._known[word]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Numbers -> pieces as words again, with a space between any two; how they stood on the page is lost."""
        return " ".join(self.tokens[n] for n in ids).replace(f" {CONTINUES}", "")


def form(token: str) -> str:
    """A token of the learner, "▁des" or "cab", as WordPiece writes it, "des" or "##cab"; "" for the mark alone."""
    return token[1:] if token.startswith(BEGINS) else CONTINUES + token
