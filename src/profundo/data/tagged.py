"""Sentences with a tag at every word: the Spanish named entities of CoNLL-2002, or a person's own file.

    Gabriela  B-PER        a word and its tag a line, what stands between them does not count; an empty line between sentences
    Mistral   I-PER
    nació     O

A tag says where an entity begins (B-) and that it goes on (I-), and of which type it is (IOB2). Files with IOB1 (B- only between
neighbours), BIOES, BILOU or plain types are read into that. The numbers of tags are O = 0, B- of type n = 2n + 1, I- = 2n + 2. At
every place stand the number of the word, lower-cased and with its digits as 0, and those of its characters as they are.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import plain_text
from profundo.data.copies import published
from profundo.data.fetch import Archive, Url, sha256_of
from profundo.data.ragged import Ragged, Sequences
from profundo.data.sentences import spans
from profundo.data.splits import apart, check_shares, limited, record
from profundo.data.vocabulary import Vocabulary
from profundo.messages import _

FILES = {
    "esp.train": "a20d95cab7d88a19a86f8c1ad6329325c99fbd9529ed978cbd7e31d4b01b4008",
    "esp.testa": "85c17793b77881c53d19017d9d0f1e6fb98b7ddcab54a5f24b05ed1793103c87",
    "esp.testb": "1f8f7a392c6d4979a5592a5794eed43d7869b46da6851bbcde99714149f1d016",
}
"""Train, dev and test, in UTF-8 with parts of speech between word and tag, and their sha256."""
ADDRESS = "https://raw.githubusercontent.com/teropa/nlp/master/resources/corpora/conll2002/"
LICENCE = "research use in the context of the shared task"
CITATION = "Tjong Kim Sang (2002), Introduction to the CoNLL-2002 shared task; news of the agency EFE, May 2000"
LETTERS = 20
"""Characters of a word that are looked at; of a longer one, its beginning and its end."""
FIRST, LAST = " ", "\u017f"
"""Characters with a number of their own: those of the languages of western and central Europe."""
CHARACTERS = 2 + ord(LAST) - ord(FIRST) + 1
"""0 fills up, 1 is any other character."""
FEWEST = 10
"""Sentences that can be divided in three."""

Sentence = tuple[list[str], list[str]]
"""Words and their tags."""


@dataclass(frozen=True)
class Tagged:
    """Rows are sentences: x (T, 1 + LETTERS) word and characters, y (T,) tags."""

    path: str | None = None
    """A file of your own instead: .txt, .tsv, .conll or .iob."""
    words: int = 12_000
    """Places in the vocabulary of CoNLL-2002; words of training, the most frequent first, take them."""
    least: int = 2
    """Times that a word has to occur; the others are one unknown word, known by their characters."""
    limit: int | None = None
    """Use about so many sentences to learn from and choose on."""
    dev: float = 0.1
    """Share of your own sentences kept to choose on."""
    test: float = 0.1
    """Share of your own sentences that is sealed to test."""
    split_seed: int = 0
    copy: str | None = None
    """A folder with esp.train, esp.testa and esp.testb, gzipped or not."""
    drawn: bool = False
    """No news: 300 sentences that a small grammar makes. For a smoke run without the files."""

    licence: ClassVar[str] = LICENCE
    citation: ClassVar[str] = CITATION

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)
        if self.words < 10 or self.least < 1:
            raise ValueError(_("words is at least 10, and least at least 1"))

    def open(self) -> Splits:
        """Raises UserError where the files can neither be found nor fetched, or are no tagged sentences."""
        found, parts, notes = self._sentences()
        said = [words for words, _tags in found]
        types, y = numbered([iob2(tags) for _words, tags in found])
        learnt = ((plain(word) for word in said[n]) for n in parts[0].tolist())
        vocabulary = Vocabulary.of([list(words) for words in learnt], most=None if self.path else self.words, least=self.least)
        rows = Ragged(places(said, vocabulary), y)
        train, dev, test = (rows.take(part) for part in parts)
        content = sha256_of(Path(self.path).expanduser())[:12] if self.path else ""
        facts: Facts = {
            "vocabulary": len(vocabulary) if self.path else self.words,
            "tokens": list(vocabulary.tokens),
            "tags": 1 + 2 * len(types),
            "names": ["O", *(f"{prefix}-{kind}" for kind in types for prefix in "BI")],
            "task": "tag",
            **record(parts),
            **({"content": content} if content else {}),
            "notes": notes,
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A text -> (T, 1 + LETTERS). Raises UserError where it holds no word."""
        text = unicodedata.normalize("NFC", str(raw))
        words = [text[begin:end] for begin, end in spans(text)]
        if not words:
            raise UserError(_("There is no word in {text!r}.").format(text=text[:80]))
        return places([words], Vocabulary.told(facts)).flat

    def decode(self, output: Tensor, facts: Facts) -> list[str]:
        """Tags (T,), or logits of them (T, K) -> their names."""
        tags = output.argmax(-1) if output.is_floating_point() else output
        return [facts["names"][n] for n in tags.tolist()]

    def _sentences(self) -> tuple[list[Sentence], tuple[Tensor, ...], list[str]]:
        """All sentences, the positions of train, dev and test, and what a person should know."""
        if self.path is None and not self.drawn:
            archives = [
                Archive(f"conll2002/{name}", sha, (Url(ADDRESS + name),), LICENCE, CITATION) for name, sha in FILES.items()
            ]
            files = [list(sentences(published(archive, self.copy), archive.name)) for archive in archives]
            *learn, test = torch.arange(sum(map(len, files))).split([len(file) for file in files])
            alike = torch.zeros(len(test) + int(test[0]), dtype=torch.int64)
            return [one for file in files for one in file], (*limited(tuple(learn), alike, self.limit, self.split_seed), test), []
        if self.path is None:
            found, notes = drawn(self.split_seed), [_("These sentences were made up: the figures mean nothing.")]
        else:
            found = list(sentences(plain_text.read(self.path), self.path))
            notes = scheme([tags for _words, tags in found], self.path)
        if len(found) < FEWEST:
            raise UserError(
                _("{path} has {n} sentences; at least {fewest} are needed, with an empty line between them.").format(
                    path=self.path, n=len(found), fewest=FEWEST
                )
            )
        texts = [" ".join(words) for words, _tags in found]
        return found, apart(texts, None, self.dev, self.test, self.limit, self.split_seed), notes


def sentences(text: str, path: str) -> Iterator[Sentence]:
    """The sentences of a file. Raises UserError for a line without a tag, and one too long to be a word."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        cells = line.split()
        if len(cells) == 1 or len(line) > plain_text.LONGEST:
            said = _("Line {number} of {path} is no word with its tag: {line!r}.")
            raise UserError(said.format(number=number, path=path, line=line[:40]))
        if cells and cells[0] != "-DOCSTART-":
            words.append(unicodedata.normalize("NFC", cells[0]))
            tags.append(cells[-1])
        elif words:
            yield words, tags
            words, tags = [], []


def iob2(tags: Sequence[str]) -> list[str]:
    """IOB1, IOB2, BIOES, BILOU or plain types -> IOB2."""
    found, before, closed = [], "", True
    for tag in tags:
        prefix, kind = parted(tag)
        begins = prefix in "BSU" or closed or kind != before
        found.append("O" if not kind else f"B-{kind}" if begins else f"I-{kind}")
        before, closed = kind, not kind or prefix in "ESLU"
    return found


def parted(tag: str) -> tuple[str, str]:
    """ "B-PER" -> B, PER; "PER" -> I, PER; "O" -> O and no type."""
    if tag in ("O", "_", "-"):
        return "O", ""
    prefix, dash, kind = tag.partition("-")
    return (prefix, kind) if dash and prefix in "BIESLU" else ("I", tag)


def scheme(all_tags: Sequence[Sequence[str]], path: str) -> list[str]:
    """What is worth knowing of a file's tags. Raises UserError where there is no entity."""
    pairs = [(tag, read) for tags in all_tags for tag, read in zip(tags, iob2(tags), strict=True) if read != "O"]
    if not pairs:
        raise UserError(_("{path} has no entity: every tag is O.").format(path=path))
    if all(parted(tag)[1] == tag for tag, _read in pairs):
        return [_("The tags have no B- and I-: neighbours with the same tag count as one entity.")]
    if any(tag.startswith("I-") and read.startswith("B-") for tag, read in pairs):
        return [_("The tags are IOB1 (an entity may begin with I-); they were read as IOB2.")]
    return []


def numbered(all_tags: Sequence[Sequence[str]]) -> tuple[list[str], Sequences]:
    """The types, by alphabet, and the numbers of tags in IOB2."""
    types = sorted({tag[2:] for tags in all_tags for tag in tags if tag != "O"})
    number = {"O": 0} | {f"{prefix}-{kind}": 2 * n + 1 + k for n, kind in enumerate(types) for k, prefix in enumerate("BI")}
    return types, Sequences.of([[number[tag] for tag in tags] for tags in all_tags])


def plain(word: str) -> str:
    """The word as the vocabulary has it."""
    return re.sub(r"\d", "0", word.lower())


def places(said: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Sequences:
    """Words -> sequences of (1 + LETTERS) numbers a place: the word's, then its characters'."""
    row: dict[str, list[int]] = {}
    for word in {word for words in said for word in words}:
        shown = word if len(word) <= LETTERS else word[: LETTERS // 2] + word[-LETTERS // 2 :]
        codes = [ord(c) - ord(FIRST) + 2 if FIRST <= c <= LAST else 1 for c in shown]
        row[word] = [*vocabulary.ids([plain(word)]), *codes, *[0] * (LETTERS - len(codes))]
    flat = np.array([row[word] for words in said for word in words], np.int32)
    return Sequences(torch.from_numpy(flat), torch.tensor([len(words) for words in said]).cumsum(0))


def drawn(seed: int) -> list[Sentence]:
    """300 sentences such as "La escritora Ana Soto nació en Villa Rica ." with four types of names."""
    random = np.random.default_rng(seed)
    names = {
        "PER": "Ana Luis Soto Rojas Elena Pardo Mistral Neruda",
        "LOC": "Lima Quito Vicuña Soria Cuenca Loja Arica Ávila",
        "ORG": "Banco Liga Museo Unión Radio Norte Andina Sur",
        "MISC": "Copa Carta Premio Ley Oro Feria Luna Nueva",
    }
    frames = ("PER nació en LOC .", "La ORG de LOC premia a PER .", "PER dirige la ORG .", "¿ Vio PER la MISC de LOC ?")
    found = []
    for _n in range(300):
        words: list[str] = []
        tags: list[str] = []
        for word in frames[random.integers(len(frames))].split():
            said = random.choice(names[word].split(), random.integers(1, 3), replace=False).tolist() if word in names else [word]
            words += said
            tags += [f"B-{word}", *[f"I-{word}"] * (len(said) - 1)] if word in names else ["O"]
        found.append((words, tags))
    return found
