"""A linear neuron that is known, to be found again from examples of what it says."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint
from profundo.data.whole import numbers
from profundo.messages import _


@dataclass(frozen=True)
class LinearTeacher:
    """x (N, D) from a normal distribution, y = w . x + b (N,), with `noise` times a normal number on top."""

    weights: tuple[float, ...] = (2.0, -3.0, 0.5)
    """What is to be found."""
    bias: float = 1.0
    noise: float = 0.0
    train: int = 200
    dev: int = 200
    test: int = 200
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Widrow and Hoff (1960), Adaptive switching circuits"

    def __post_init__(self) -> None:
        if not self.weights or self.noise < 0 or min(self.train, self.dev, self.test) < 2:
            raise ValueError(_("there is at least 1 weight and 2 examples of each part, and noise is at least 0"))

    def open(self) -> Splits:
        train, dev = self.sample(self.train, 0), self.sample(self.dev, 1)
        facts: Facts = {
            "features": len(self.weights),
            "classes": 1,
            "task": "regress",
            "examples": {"train": self.train, "dev": self.dev, "test": self.test},
            "split": dict(zip(("train", "dev"), fingerprint(train.x, dev.x), strict=True)),
        }
        return Splits(train, dev, lambda: self.sample(self.test, 2), facts)

    def sample(self, n: int, part: int) -> Rows:
        """n examples; `part` numbers the split they are for."""
        chance = torch.Generator().manual_seed(3 * self.seed + part)
        x = torch.randn(n, len(self.weights), generator=chance)
        return Rows(x, x @ torch.tensor(self.weights) + self.bias + self.noise * torch.randn(n, generator=chance))

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Numbers, "1,0,-2" or [1, 0, -2] -> (D,)."""
        x = numbers(raw)
        if len(x) != facts["features"] or not all(map(math.isfinite, x)):
            raise UserError(_("An input is {n} numbers between commas, not {raw!r}.").format(n=facts["features"], raw=raw))
        return torch.tensor(x)

    def decode(self, output: Tensor, facts: Facts) -> float:
        return float(output)
