"""Points in the plane that two colours share: the playgrounds of every course.

Circle, xor, gauss and spiral are those of TensorFlow Playground (Smilkov and Carter 2016, dataset.ts), n points a class, classes
-1 (orange) and +1 (blue), U(a, b) even and N(m, v) normal chance, e the noise:

    spiral   i = 0 .. n - 1:  r = 5 i / n,  t = 3.5 pi i / n (+ pi for orange);   (r sin t, r cos t) + e U(-1, 1)
    circle   blue r ~ U(0, 2.5), orange r ~ U(3.5, 5), any angle; the colour is that of the point + 5 e U(-1, 1): blue within 2.5
    xor      both coordinates ~ U(-5, 5), moved 0.3 away from 0; blue where x y >= 0, for the point + 5 e U(-1, 1)
    gauss    N((2, 2), v) blue, N((-2, -2), v) orange, v = 0.5 + 7 e
    moons    half circles that interlock, as scikit-learn's make_moons has them, 3.5 times as large; + 3.5 e N(0, 1)

Noise moves the points of spiral, gauss and moons, and changes colours near the border of circle and xor.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint
from profundo.data.whole import point
from profundo.messages import _

Shape = Literal["spiral", "circle", "xor", "gauss", "moons"]
ORANGE, BLUE = 0, 1


@dataclass(frozen=True)
class Toys:
    """Points (N, 2) between about -6 and 6, half of them in each class; class 1 is blue, +1, and class 0 orange, -1.

    All points are drawn at once and then divided by chance, as Playground does: without noise two draws of a spiral are the same.
    """

    shape: Shape = "spiral"
    noise: float = 0.0
    """From 0 to 0.5; Playground's slider shows it as a percentage."""
    train: int = 500
    dev: int = 250
    test: int = 250
    seed: int = 0
    """Which points are drawn, and which of them are for training."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Smilkov et al. (2016), Direct-manipulation visualization of deep networks"

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 0.5:
            raise ValueError(_("noise is between 0 and 0.5"))
        if min(self.train, self.dev, self.test) < 2:
            raise ValueError(_("train, dev and test have at least 2 points each"))

    def open(self) -> Splits:
        chance = torch.Generator().manual_seed(self.seed)
        N = self.train + self.dev + self.test
        x, y = SHAPES[self.shape](N, self.noise, chance)
        train, dev, test = torch.randperm(N, generator=chance).split([self.train, self.dev, self.test])
        facts: Facts = {
            "features": 2,
            "classes": 2,
            "names": ["orange", "blue"],
            "task": "classify",
            "examples": {"train": self.train, "dev": self.dev, "test": self.test},
            "split": dict(zip(("train", "dev", "test"), fingerprint(train, dev, test), strict=True)),
        }
        return Splits(Rows(x[train], y[train]), Rows(x[dev], y[dev]), lambda: Rows(x[test], y[test]), facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A point, (x, y) or "x, y" -> (2,)."""
        return point(raw)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """A number from -1 (orange) to 1 (blue) -> the share of each colour, the larger first."""
        blue = (1 + float(output)) / 2
        shares = {"orange": round(1 - blue, 4), "blue": round(blue, 4)}
        return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _even(low: float, high: float, shape: tuple[int, ...], chance: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=chance)


def _turns(N: int) -> tuple[Tensor, Tensor]:
    """The class of each of N points, blue and orange in turn (N,), and how far along its arc it is, from 0 up to 1 (N,)."""
    return (torch.arange(N) + 1) % 2, (torch.arange(N) // 2) / (N / 2)


def spiral(N: int, noise: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    y, along = _turns(N)
    r, t = 5 * along, 3.5 * math.pi * along + math.pi * (y == ORANGE)
    return torch.stack([r * t.sin(), r * t.cos()], -1) + noise * _even(-1, 1, (N, 2), chance), y


def circle(N: int, noise: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    y, _along = _turns(N)
    r = torch.where(y == BLUE, _even(0, 2.5, (N,), chance), _even(3.5, 5, (N,), chance))
    angle = _even(0, 2 * math.pi, (N,), chance)
    x = torch.stack([r * angle.sin(), r * angle.cos()], -1)
    return x, ((x + noise * _even(-5, 5, (N, 2), chance)).norm(dim=-1) < 2.5).long()


def xor(N: int, noise: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    x = _even(-5, 5, (N, 2), chance)
    x = x + torch.where(x > 0, 0.3, -0.3)
    return x, ((x + noise * _even(-5, 5, (N, 2), chance)).prod(-1) >= 0).long()


def gauss(N: int, noise: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    y, _along = _turns(N)
    middle = torch.where(y == BLUE, 2.0, -2.0)[:, None]
    return middle + math.sqrt(0.5 + 7 * noise) * torch.randn(N, 2, generator=chance), y


def moons(N: int, noise: float, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    y, along = _turns(N)
    t = math.pi * along * (N / 2) / max(1, N / 2 - 1)  # to the very end of the half circle
    upper = torch.stack([t.cos(), t.sin()], -1)
    x = torch.where((y == BLUE)[:, None], torch.tensor([1.0, 0.5]) - upper, upper) - torch.tensor([0.5, 0.25])
    return 3.5 * (x + noise * torch.randn(N, 2, generator=chance)), y


SHAPES: dict[str, Callable[[int, float, torch.Generator], tuple[Tensor, Tensor]]] = {
    "spiral": spiral,
    "circle": circle,
    "xor": xor,
    "gauss": gauss,
    "moons": moons,
}
"""(points, noise, chance) -> points (N, 2), classes (N,)."""
