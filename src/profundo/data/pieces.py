"""A long text in pieces of words, for networks that read it from both sides.

The pieces (`wordpiece.py`) are learnt from the part that teaches. The text is cut as `text.py` cuts it: nine tenths teach, a
twentieth chooses, the last twentieth is sealed to test.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import plain_text
from profundo.data.masked import Masked, framed
from profundo.data.splits import fingerprint
from profundo.data.windows import Windows, in_three, suffices
from profundo.data.wordpiece import SPECIAL, WordPiece
from profundo.messages import _


@dataclass(frozen=True)
class BothWays:
    """Windows, each piece with the one after it and the one before it."""

    windows: Windows
    """One piece longer than what is read: the first is what comes before."""

    def __len__(self) -> int:
        return len(self.windows)

    def to(self, device: torch.device) -> "BothWays":
        return replace(self, windows=self.windows.to(device))

    def take(self, index: Tensor) -> "BothWays":
        """The windows at these positions."""
        return replace(self, windows=self.windows.take(index))

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """(x, y), x (B, T), y (B, 2T): the next piece at every place, then the previous one at every place."""
        for x, after in self.windows.batches(size, order, start, share):
            yield x[:, 1:], torch.cat([after[:, 1:], x[:, :-1]], 1)


@dataclass(frozen=True)
class Pieces:
    """One long text in windows of pieces; asked for are hidden ones, or the neighbours of each."""

    name: Literal["quijote", "shakespeare"] = "quijote"
    """A book that travels with profundo."""
    path: str | None = None
    """A file of text to read in its place."""
    asks: Literal["hidden", "neighbours"] = "hidden"
    """Some pieces that are covered (BERT), or the next and the previous one everywhere (ELMo)."""
    pieces: int = 4000
    """The vocabulary: so many pieces, [MASK] and its like among them."""
    context: int = 64
    """Pieces a window has, with [CLS] and [SEP] where some are hidden."""
    hidden: float = 0.15
    """Share of the pieces that are hidden."""
    lowercase: bool = True
    limit: int | None = None
    """Use so many characters only, from the beginning."""

    licence: ClassVar[str] = "public domain; the owner's for a text of one's own"
    citation: ClassVar[str] = "text_files/LICENSE.md"

    def __post_init__(self) -> None:
        if self.context < 4 or self.pieces < 100:
            raise ValueError(_("context is at least 4 and pieces at least 100"))
        if not 0 < self.hidden < 1:
            raise ValueError(_("hidden is a share above 0 and below 1"))
        if self.limit is not None and self.limit < 1:
            raise ValueError(_("limit is at least 1 character"))

    def open(self) -> Splits:
        text = plain_text.book(self.name, self.path)[: self.limit]
        parts = in_three(text)
        vocabulary = WordPiece.learn(parts[0], self.pieces, self.lowercase)
        ids = [torch.tensor(vocabulary.encode(part)) for part in parts]
        length = self.context - 2 if self.asks == "hidden" else self.context + 1
        suffices(ids, length, self.path or self.name, len(text), self.context)
        windows = [Windows.of(part, length) for part in ids]
        facts: Facts = {
            "context": self.context,
            "vocabulary": len(vocabulary.tokens),
            "tokens": list(vocabulary.tokens),
            "lowercase": self.lowercase,
            "task": "fill" if self.asks == "hidden" else "continue",
            "examples": dict(zip(("train", "dev", "test"), map(len, windows), strict=True)),
            "split": dict(zip(("train", "dev"), fingerprint(*ids[:2]), strict=True)),
            "content": hashlib.sha256(text.encode()).hexdigest()[:12],
            "notes": [_("{n:,} characters, {pieces:,} pieces to learn from.").format(n=len(text), pieces=len(ids[0]))],
        }
        train, dev, test = (
            Masked(some, len(vocabulary.tokens), self.hidden) if self.asks == "hidden" else BothWays(some) for some in windows
        )
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A text, in which [MASK] may stand -> numbers of its pieces, (T,), between [CLS] and [SEP] where the network knows them.

        Raises UserError for an empty text, and one that is longer than what the network reads.
        """
        ids = torch.tensor(_vocabulary(tuple(facts["tokens"]), facts["lowercase"]).encode(str(raw)), dtype=torch.int64)
        if not len(ids):
            raise UserError(_("There is nothing to read: the text is empty."))
        ids = framed(ids) if facts["task"] == "fill" else ids
        if facts["task"] == "fill" and len(ids) > facts["context"]:
            raise UserError(
                _("The text has {n} pieces, and this network reads {most}; make it shorter.").format(
                    n=len(ids), most=facts["context"]
                )
            )
        return ids

    def decode(self, output: Tensor, facts: Facts) -> str:
        """Logits (T, V) -> the likeliest piece in each place, as text."""
        ids = [n for n in output.argmax(-1).tolist() if n >= len(SPECIAL)]
        return _vocabulary(tuple(facts["tokens"]), facts["lowercase"]).decode(ids)


@lru_cache(maxsize=8)
def _vocabulary(tokens: tuple[str, ...], lowercase: bool) -> WordPiece:
    return WordPiece(tokens, lowercase)
