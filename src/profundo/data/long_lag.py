"""Tasks in which what matters lies far back: the adding problem and temporal order.

    adding            0.3  -0.7*  0.9 ...  0.2*  ...  -0.4     the marked two, added: a number, told when all is over
    temporal order    E a d X b b c ...   a Y c ...   d B      which of X and Y came, and in what order: one of four classes

Between what counts and the end lie some fifty to a hundred times that say nothing.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.images import probabilities
from profundo.data.ragged import Ragged, Sequences
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint
from profundo.data.vocabulary import PAD, Vocabulary
from profundo.messages import _

ORDER = Vocabulary((PAD, "E", "B", "a", "b", "c", "d", "X", "Y"))
"""E begins a sequence and B ends it; a to d say nothing."""
FIRST_OF_NOTHING, X = 3, 7


@dataclass(frozen=True)
class Adding:
    """Pairs (N, T, 2), a number from -1 to 1 and its mark, and what the two marked numbers make: 1/2 + (X1 + X2) / 4, (N,).

    A sequence has `length` to 11/10 `length` pairs. One of the first ten is marked with 1, and so is one more of the first half;
    the first and the last have -1, whence X1 counts as 0 where the first of all is drawn. The rest of a row is zeros.
    """

    length: int = 100
    """Pairs in the shortest sequence: the T of the paper, which has 100, 500 and 1000."""
    train: int = 20000
    """Sequences; the paper draws new ones without end."""
    dev: int = 1000
    test: int = 2560
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Hochreiter and Schmidhuber (1997), Long short-term memory, experiment 4"

    def __post_init__(self) -> None:
        check(self.length, self.train, self.dev, self.test)

    def open(self) -> Splits:
        chance = torch.Generator().manual_seed(self.seed)
        sizes = {"train": self.train, "dev": self.dev, "test": self.test}
        train, dev, test = (Rows(*sums(n, self.length, chance)) for n in sizes.values())
        return Splits(train, dev, lambda: test, {"task": "compute", "examples": sizes, "seed": self.seed})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Numbers, of which the marked have a star, "0.5 -0.2* 0.9* 0.1" -> (T, 2)."""
        try:
            found = [(float(word.rstrip("*")), float(word.endswith("*"))) for word in str(raw).split()]
        except ValueError:
            found = []
        if len(found) < 2:
            said = _(
                "A sum is at least two numbers with spaces between, the marked with a star, as in 0.5 -0.2* 0.9*, not {raw!r}."
            )
            raise UserError(said.format(raw=raw))
        x = torch.tensor(found)
        x[0, 1] = x[-1, 1] = -1.0
        return x

    def decode(self, output: Tensor, facts: Facts) -> float:
        """The sum X1 + X2."""
        return round(4 * (output.item() - 0.5), 4)


@dataclass(frozen=True)
class TemporalOrder:
    """Sequences of `length` to 11/10 `length` symbols, and the class of their order, (N,): X X, X Y, Y X or Y Y.

    The first of the two stands between 1/10 and 2/10 of `length`, the second between 5/10 and 6/10.
    """

    length: int = 100
    """Symbols in the shortest sequence; so many has the paper."""
    train: int = 4000
    """Sequences; the paper draws new ones without end."""
    dev: int = 1000
    test: int = 2560
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Hochreiter and Schmidhuber (1997), Long short-term memory, experiment 6a"

    def __post_init__(self) -> None:
        check(self.length, self.train, self.dev, self.test)

    def open(self) -> Splits:
        chance = torch.Generator().manual_seed(self.seed)
        sizes = {"train": self.train, "dev": self.dev, "test": self.test}
        train, dev, test = (orders(n, self.length, chance) for n in sizes.values())
        facts: Facts = {
            "vocabulary": len(ORDER),
            "tokens": list(ORDER.tokens),
            "classes": 4,
            "names": ["X X", "X Y", "Y X", "Y Y"],
            "task": "classify",
            "examples": sizes,
            "split": {name: fingerprint(part.x.flat)[0] for name, part in (("train", train), ("dev", dev), ("test", test))},
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Symbols, "E a X b Y B" or without spaces -> (T,) numbers."""
        return symbols(raw, ORDER)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return probabilities(output, facts)


def sums(n: int, length: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """n sequences of pairs (n, T, 2), and what their marked numbers make (n,)."""
    T = length + length // 10
    place, long = torch.arange(T), torch.randint(length, T + 1, (n, 1), generator=chance)
    value = 2 * torch.rand(n, T, generator=chance) - 1
    first = torch.randint(10, (n, 1), generator=chance)
    second = torch.randint(length // 2 - 2, (n, 1), generator=chance)
    second = second + (second >= first)  # one of the first half, but not the one that has its mark
    mark = ((place == first) | (place == second)).float()
    target = 0.5 + (value * mark * (place > 0)).sum(1) / 4
    mark[(place == 0) | (place == long - 1)] = -1.0
    return torch.stack([value, mark], -1) * (place < long)[..., None], target


def orders(n: int, length: int, chance: torch.Generator) -> Ragged:
    """n sequences of symbols and their classes."""
    T, tenth, row = length + length // 10, length // 10, torch.arange(n)
    long = torch.randint(length, T + 1, (n,), generator=chance)
    x = torch.randint(FIRST_OF_NOTHING, X, (n, T), generator=chance)
    which = torch.randint(2, (n, 2), generator=chance)
    x[row, torch.randint(tenth, 2 * tenth + 1, (n,), generator=chance)] = X + which[:, 0]
    x[row, torch.randint(5 * tenth, 6 * tenth + 1, (n,), generator=chance)] = X + which[:, 1]
    x[:, 0], x[row, long - 1] = ORDER.number["E"], ORDER.number["B"]
    return Ragged(Sequences(x[torch.arange(T) < long[:, None]], long.cumsum(0)), 2 * which[:, 0] + which[:, 1])


def symbols(raw: Any, vocabulary: Vocabulary) -> Tensor:
    """Symbols of one letter as numbers, (T,). Raises UserError for one that the vocabulary lacks."""
    said = "".join(str(raw).split())
    if not said or set(said) - set(vocabulary.tokens):
        known = " ".join(vocabulary.tokens[1:])
        raise UserError(_("A sequence is made of the symbols {known}, not {raw!r}.").format(known=known, raw=raw))
    return torch.tensor(vocabulary.ids(said))


def check(length: int, train: int, dev: int, test: int) -> None:
    """Raises ValueError for sequences too short to hold ten pairs before their middle."""
    if length < 24 or min(train, dev, test) < 10:
        raise ValueError(_("length is at least 24, and train, dev and test have at least 10 sequences each"))
