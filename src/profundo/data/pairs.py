"""Sentences in two languages, what translators learn from.

    source   the red cat sleeps <end>               (B, S)
    target   <begin> el gato rojo duerme <end>      (B, T)

Words in small letters and marks are tokens, each language has its vocabulary, and 0 fills up (data/ragged.py). A person's own
pairs are the lines of a file, two sentences with a tab between them. The sentences of a source that occurs more than once stay in
one part, train, dev or test.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import multi30k, toy_spanish, verses
from profundo.data.csvfile import cells
from profundo.data.ragged import PADDING, Ragged, Sequences
from profundo.data.splits import apart, record
from profundo.data.vocabulary import Vocabulary
from profundo.messages import _

BEGIN, END = 2, 3
"""The numbers, in both vocabularies, of what stands before a translation and of what ends a sentence."""
MARKS = ("<begin>", "<end>")
"""How the two are written."""
Sentence = list[str]
DRAWN = 4000
"""Pairs of the toy grammar."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of a set of ours, or of a person's own file."""

    name: Literal["multi30k", "bible"] = "multi30k"
    languages: str | None = None
    """From which into which: de, en, fr and cs in multi30k (de-en if None), en and es in the Bible (en-es)."""
    longest: int | None = None
    """Pairs with more words on either side are left out."""
    least: int = 2
    """Times that a word has to occur in training to be known."""
    shared: bool = False
    """One vocabulary for both languages, for networks whose embeddings are shared."""
    limit: int | None = None
    """Use about so many pairs in all."""
    dev: float = 0.05
    test: float = 0.05
    """Shares, where the set has no split of its own."""
    split_seed: int = 0
    path: str | None = None
    """A file of your own instead: .tsv, .txt or .csv."""
    copy: str | None = None
    """A folder with the named set's files."""
    drawn: bool = False
    """No set: pairs of a toy grammar, English and Spanish. For a smoke run, and to see what a network aligns."""

    licence: ClassVar[str] = "multi30k: research use; Bible: public domain"
    citation: ClassVar[str] = f"{multi30k.CITATION}; King James Version (1769) and Reina-Valera (1909)"

    def __post_init__(self) -> None:
        if min(self.dev, self.test) <= 0 or self.dev + self.test >= 0.9:
            raise ValueError(_("dev and test are shares above 0 that leave a tenth or more to learn from"))
        if self.least < 1 or (self.longest is not None and self.longest < 1) or (self.limit is not None and self.limit < 10):
            raise ValueError(_("least and longest are at least 1, and limit is at least 10"))

    def open(self) -> Splits:
        """Raises UserError where the set can neither be found nor fetched, and for a file that holds no pairs."""
        if self._official:
            train, dev = (self._kept(multi30k.read(part, self._two, self.copy)) for part in ("train", "val"))
            some = None if self.limit is None else max(1, round(self.limit * len(dev) / (len(train) + len(dev))))
            train, dev = train[: self.limit], dev[:some]
            open_last = lambda: self._kept(multi30k.read("test_2016_flickr", self._two, self.copy))  # noqa: E731
            recorded = {"examples": {"train": len(train), "dev": len(dev), "test": multi30k.TEST}}
        else:
            pairs = self._kept(self._all())[: self.limit]
            parts = apart([tuple(source) for source, _target in pairs], None, self.dev, self.test, None, self.split_seed)
            train, dev, last = ([pairs[n] for n in part.tolist()] for part in parts)
            open_last, recorded = lambda: last, record(parts)
        vocabulary, target_vocabulary = self._vocabularies(train)
        made = lambda some: Ragged(*encoded(some, vocabulary, target_vocabulary), fill=PADDING)  # noqa: E731
        facts: Facts = {
            "vocabulary": len(vocabulary),
            "tokens": list(vocabulary.tokens),
            "target_vocabulary": len(target_vocabulary),
            "target_tokens": list(target_vocabulary.tokens),
            "task": "translate",
            "content": hashlib.sha256(repr((train, dev)).encode()).hexdigest()[:12],
            "notes": self._notes(),
            **recorded,
        }
        return Splits(made(train), made(dev), lambda: made(open_last()), facts)

    @property
    def _official(self) -> bool:
        """Has the set a split of its own?"""
        return self.name == "multi30k" and not self.drawn and self.path is None

    @property
    def _two(self) -> list[str]:
        """From which language, into which. Raises UserError for one that the set lacks."""
        known = {"multi30k": multi30k.LANGUAGES, "bible": tuple(verses.ARCHIVES)}[self.name]
        two = (self.languages or "-".join(known[:2])).split("-")
        if len(two) != 2 or len(set(two) & set(known)) != 2:
            raise UserError(
                _("--data.languages is two of {known}, such as {example}, not {languages!r}.").format(
                    known=", ".join(known), example="-".join(known[:2]), languages=self.languages
                )
            )
        return two

    def _all(self) -> list[tuple[str, str]]:
        """Pairs of text, in an order that means nothing."""
        if self.path is not None:
            return read(Path(self.path).expanduser())
        if self.drawn:
            return toy_spanish.pairs(DRAWN)
        english, spanish = verses.verses(self.copy)
        found = list(zip(english, spanish, strict=True) if self._two == ["en", "es"] else zip(spanish, english, strict=True))
        order = torch.randperm(len(found), generator=torch.Generator().manual_seed(self.split_seed))
        return [found[n] for n in order.tolist()]

    def _kept(self, texts: Iterable[tuple[str, str]]) -> list[tuple[Sentence, Sentence]]:
        """Those of which both sides have words, and not too many. Raises UserError where hardly any are left."""
        pairs = [(words(source), words(target)) for source, target in texts]
        kept = [p for p in pairs if all(side and length(side) <= (self.longest or length(side)) for side in p)]
        if len(kept) < 10:
            raise UserError(
                _("{path} has {n} pairs of sentences{most}; at least 10 are needed, better 1,000.").format(
                    path=self.path or self.name,
                    n=len(kept),
                    most="" if self.longest is None else _(" of at most {n} words").format(n=self.longest),
                )
            )
        return kept

    def _vocabularies(self, train: Sequence[tuple[Sentence, Sentence]]) -> tuple[Vocabulary, Vocabulary]:
        sources, targets = ([pair[side] for pair in train] for side in (0, 1))
        if self.shared:
            both = Vocabulary.of([*sources, *targets], least=self.least, special=MARKS)
            return both, both
        return (
            Vocabulary.of(sources, least=self.least, special=MARKS),
            Vocabulary.of(targets, least=self.least, special=MARKS),
        )

    def _notes(self) -> list[str]:
        drawn = self.drawn and self.path is None
        notes = [_("The pairs are drawn from a toy grammar: the figures say nothing of real language.")] if drawn else []
        if self.longest is not None and not drawn:
            notes.append(_("Pairs with more than {n} words on a side are left out.").format(n=self.longest))
        return notes

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A sentence -> the numbers of its words and END, (S,). Raises UserError where there is no word."""
        sentence = words(str(raw))
        if not sentence:
            raise UserError(_("There is no word in {text!r}; give a sentence.").format(text=str(raw)[:80]))
        return torch.tensor([*Vocabulary.told(facts).ids(sentence), END])

    def decode(self, output: Tensor, facts: Facts) -> str:
        """Numbers (T,) of a translation, or logits (T, V) -> text, up to END."""
        return written(output, facts)


def words(text: str) -> Sentence:
    """Words in small letters, each mark by itself: "¿Qué ves?" -> ["¿", "qué", "ves", "?"]."""
    return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text.lower())


def length(sentence: Sentence) -> int:
    """How many words, without the marks."""
    return sum(token[0].isalnum() for token in sentence)


def joined(tokens: Iterable[str]) -> str:
    """Words and marks -> text: no space before a mark that closes, none behind one that opens."""
    text = " ".join(tokens)
    return re.sub(r"([¿¡(\[«“]) ", r"\1", re.sub(r" ([,.;:!?)\]»”…])", r"\1", text))


def encoded(pairs: Sequence[tuple[Sentence, Sentence]], source: Vocabulary, target: Vocabulary) -> tuple[Sequences, Sequences]:
    """The source ends in END, which makes sure that there is something to read; the target stands between BEGIN and END."""
    x = Sequences.of([[*source.ids(one), END] for one, _other in pairs])
    return x, Sequences.of([[BEGIN, *target.ids(other), END] for _one, other in pairs])


def written(output: Tensor, facts: Facts) -> str:
    """Numbers (T,) of a translation, or logits (T, V) -> text, up to END."""
    ids = (output.argmax(-1) if output.is_floating_point() else output).tolist()
    ids = ids[: ids.index(END)] if END in ids else ids
    return joined(facts["target_tokens"][n] for n in ids if n not in (PADDING, BEGIN))


def read(path: Path) -> list[tuple[str, str]]:
    """The pairs of a person's file. Raises UserError for one without pairs, naming the line that is none."""
    rows = cells(path)
    sign = _("a comma or a semicolon") if path.suffix.lower() == ".csv" else _("a tab")
    for number, row in enumerate(rows, start=1):
        if len(row) < 2:
            raise UserError(
                _("Line {number} of {path} is no pair ({text!r}): a sentence, {sign}, and its translation are expected.").format(
                    number=number, path=path, text=row[0][:40] if row else "", sign=sign
                )
            )
    return [(row[0], row[1]) for row in rows]
