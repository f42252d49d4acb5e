"""The double moon: two half rings facing each other, the perceptron's playground.

Haykin (2009), Neural Networks and Learning Machines, 3rd edition, section 1.5. The upper moon is the upper half of a ring
around (0, 0); the lower moon is the lower half of the same ring around (radius, -distance):

    r ~ U(radius - width / 2, radius + width / 2),  a ~ U(0, pi)
    upper = (r cos a, r sin a)         lower = (radius + r cos a, -distance - r sin a)

A straight line tells the moons apart where distance > 0 (y = -distance / 2 always does); where the distance is negative
they interlock and no line can. Points lie denser towards the inner edge, because r and not the area is uniform.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data import images
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint
from profundo.data.whole import point

LOWER, UPPER = 0, 1


@dataclass(frozen=True)
class DoubleMoon:
    """Points (N, 2) of two moons, half of them in each; class 0 is the lower moon, class 1 the upper one."""

    distance: float = 1.0
    """From the line on which the upper moon stands down to the line from which the lower one hangs; below 0 they interlock."""
    radius: float = 10.0
    """Of the middle of the ring."""
    width: float = 6.0
    """Of the ring."""
    train: int = 1000
    dev: int = 1000
    test: int = 2000
    seed: int = 0
    """Which sample is drawn; train, dev and test are three independent ones."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Haykin (2009), Neural Networks and Learning Machines, 3rd edition, section 1.5"

    def __post_init__(self) -> None:
        if not 0 < self.width <= 2 * self.radius:
            raise ValueError("width is between 0 and twice the radius")
        if min(self.train, self.dev, self.test) < 2:
            raise ValueError("train, dev and test have at least 2 points each")

    def open(self) -> Splits:
        train, dev = self.sample(self.train, 0), self.sample(self.dev, 1)
        facts: Facts = {
            "features": 2,
            "classes": 2,
            "names": ["lower moon", "upper moon"],
            "task": "classify",
            "examples": {"train": self.train, "dev": self.dev, "test": self.test},
            "split": dict(zip(("train", "dev"), fingerprint(train.x, dev.x), strict=True)),
        }
        return Splits(train, dev, lambda: self.sample(self.test, 2), facts)

    def sample(self, n: int, part: int) -> Rows:
        """n points; `part` numbers the split they are for."""
        chance = torch.Generator().manual_seed(3 * self.seed + part)
        y = torch.arange(n) % 2
        r = self.radius + self.width * (torch.rand(n, generator=chance) - 0.5)
        a = math.pi * torch.rand(n, generator=chance)
        upper = torch.stack([r * a.cos(), r * a.sin()], -1)
        lower = torch.tensor([self.radius, -self.distance]) + upper * torch.tensor([1.0, -1.0])
        return Rows(torch.where((y == UPPER)[:, None], upper, lower), y)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A point, (x, y) or "x, y" -> (2,)."""
        return point(raw)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)
