"""Elman's two streams, of which some can be foreseen and the rest is chance: bits of which every third follows, and letters.

    1 0 1  0 0 0  1 1 0 ...      two bits by lot, then their exclusive or
    d i i  b a  g u u u ...      a consonant by lot, then the vowels that it brings: ba, dii, guuu

A stream is cut into windows, which begin anywhere in a group.
"""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.messages import _

LETTERS = {"b": "101001", "d": "101101", "g": "101011", "a": "010011", "i": "010101", "u": "010111"}
"""Elman's table 1: consonant, vowel, interrupted, high, back, voiced."""
WORDS = ("ba", "dii", "guuu")


@dataclass(frozen=True)
class Streams(Rows):
    """Streams x (N, T, D) and what comes next, y (N, T, D)."""

    certain: Tensor = field(default_factory=lambda: torch.zeros(0))
    """Does the past tell y? (N, T); no objective sees it."""

    @classmethod
    def of(cls, stream: Tensor, certain: Tensor, window: int) -> "Streams":
        """A stream (N + 1, D), of which some can be foreseen (N + 1,), in windows side by side; the last few of it are left."""
        n = (len(stream) - 1) // window * window
        parts = (part.unflatten(0, (-1, window)) for part in (stream[:n], stream[1 : n + 1], certain[1 : n + 1]))
        x, y, which = parts
        return cls(x, y, certain=which)

    def to(self, device: torch.device) -> "Streams":
        return replace(self, x=self.x.to(device), y=self._y().to(device), certain=self.certain.to(device))

    def take(self, index: Tensor) -> "Streams":
        return replace(self, x=self.x[index], y=self._y()[index], certain=self.certain[index])

    def _y(self) -> Tensor:
        assert self.y is not None
        return self.y


@dataclass(frozen=True)
class XorStream:
    """Bits, 0 and 1: two by lot, and then their exclusive or; y is the next bit."""

    train: int = 3000
    """Bits; so many has the paper."""
    dev: int = 1200
    test: int = 1200
    window: int = 50
    """Bits in one piece, all of which the gradient goes back through. No multiple of 3: windows begin anywhere in a group."""
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Elman (1990), Finding structure in time"

    def __post_init__(self) -> None:
        check(self.train, self.dev, self.test, self.window)
        if self.window % 3 == 0:
            raise ValueError(_("window is no multiple of 3, or every window would begin with a new group"))

    def open(self) -> Splits:
        chance = torch.Generator().manual_seed(self.seed)
        sizes = {"train": self.train, "dev": self.dev, "test": self.test}
        parts = [Streams.of(*xor_bits(n, chance), window=self.window) for n in sizes.values()]
        return opened(parts, sizes, {"names": ["0", "1"]})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Bits, "101000" -> (T, 1)."""
        bits = "".join(str(raw).split())
        if not bits or set(bits) - {"0", "1"}:
            raise UserError(_("A stream is digits, each 0 or 1, not {raw!r}.").format(raw=raw))
        return torch.tensor([[float(bit)] for bit in bits])

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """How likely the bit after the last is 1."""
        return {"1": round(output[-1, 0].item(), 4)}


@dataclass(frozen=True)
class LetterStream:
    """Letters as six features of their sound; y is the next letter's."""

    train: int = 1000
    """Consonants, each with its vowels; so many has the paper."""
    dev: int = 400
    test: int = 400
    window: int = 50
    """Letters in one piece, all of which the gradient goes back through."""
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Elman (1990), Finding structure in time"

    def __post_init__(self) -> None:
        check(self.train, self.dev, self.test, self.window)

    def open(self) -> Splits:
        chance = torch.Generator().manual_seed(self.seed)
        sizes = {"train": self.train, "dev": self.dev, "test": self.test}
        texts = ["".join(WORDS[i] for i in torch.randint(3, (n,), generator=chance).tolist()) for n in sizes.values()]
        streams = [sounds(text) for text in texts]
        parts = [Streams.of(stream, stream[:, 1] == 1, self.window) for stream in streams]
        return opened(parts, dict(zip(sizes, map(len, texts), strict=True)), {"names": list(LETTERS)})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Letters, "badii" -> (T, 6)."""
        text = str(raw).strip().lower()
        if not text or set(text) - set(LETTERS):
            raise UserError(
                _("A stream is made of the letters {letters}, not {raw!r}.").format(letters=" ".join(LETTERS), raw=raw)
            )
        return sounds(text)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """How far what comes next is from each letter (root of the mean square over the features), the nearest first."""
        off = (output[-1] - sounds("".join(LETTERS))).square().mean(-1).sqrt()
        return {list(LETTERS)[i]: round(off[i].item(), 4) for i in off.argsort().tolist()}


def xor_bits(n: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """n bits (n, 1), and which of them the two before tell (n,)."""
    pairs = torch.randint(2, (-(-n // 3), 2), generator=chance)
    bits = torch.cat([pairs, pairs.sum(1, keepdim=True) % 2], 1).flatten()[:n]
    return bits[:, None].float(), torch.arange(n) % 3 == 2


def sounds(text: str) -> Tensor:
    """Letters as features, (T, 6)."""
    return torch.tensor([[float(bit) for bit in LETTERS[letter]] for letter in text])


def letters(x: Tensor) -> str:
    """Features (T, 6) as letters."""
    spelt = {code: letter for letter, code in LETTERS.items()}
    return "".join(spelt["".join(str(int(bit)) for bit in one)] for one in x.tolist())


def opened(parts: list[Streams], sizes: dict[str, int], facts: Facts) -> Splits:
    train, dev, test = parts
    facts = facts | {"task": "compute", "examples": dict(sizes)}
    return Splits(train, dev, lambda: test, facts)


def check(train: int, dev: int, test: int, window: int) -> None:
    """Raises ValueError for a stream shorter than a window."""
    if window < 4 or min(train, dev, test) <= window:
        raise ValueError(_("window is at least 4, and train, dev and test are longer"))
