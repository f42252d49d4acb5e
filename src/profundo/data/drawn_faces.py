"""Faces drawn by a formula, and what is none: an oval with two eyes, a nose and a mouth, each in its place or not.

No draughtsman and no photograph: parts are soft shapes, drawn anew for every picture, of slightly different size and place.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data import images
from profundo.data.rows import Rows, Standardize
from profundo.messages import _

SIZE = 40
PLACES = ((13, 14), (27, 14), (20, 23), (20, 32))
"""Centres (x, y) of the two eyes, the nose and the mouth, in pixels."""
NORMAL = Standardize((76.0,), (59.0,))
REACH = 7
"""Pixels from a part's centre that it may paint."""
EYE, NOSE, MOUTH, CROSS, RING, BAR = range(6)
FACE = (EYE, EYE, NOSE, MOUTH)
"""Which part belongs where."""
SCRAMBLED = ((NOSE, MOUTH, EYE, EYE), (MOUTH, NOSE, EYE, EYE))
"""The four parts of a face with none in its own place."""
NO_FACE, A_FACE, A_SCRAMBLED_FACE = range(3)


@dataclass(frozen=True)
class DrawnFaces:
    """`train` pictures to learn from, half of them faces; the rest have one to four parts of another kind in their places.

    `dev` and test hold a third of each: no face (0), a face (1), and, never seen in training, a scrambled face (2).
    """

    train: int = 6000
    dev: int = 900
    test: int = 1500
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "after Hinton's lectures on what is wrong with convolutional nets (2014)"

    def __post_init__(self) -> None:
        if min(self.train, self.dev, self.test) < 12:
            raise ValueError(_("train, dev and test are at least 12 pictures each"))

    def open(self) -> Splits:
        facts: Facts = {
            "channels": 1,
            "size": SIZE,
            "features": SIZE**2,
            "classes": 2,
            "names": [_("no face"), _("face")],
            "task": "classify",
            "examples": {"train": self.train, "dev": self.dev, "test": self.test},
        }
        train, dev = (self._rows(n, kinds, part) for part, (n, kinds) in enumerate(((self.train, 2), (self.dev, 3))))
        return Splits(train, dev, lambda: self._rows(self.test, 3, 2), facts)

    def _rows(self, n: int, kinds: int, part: int) -> Rows:
        """n pictures of the first `kinds` kinds in turn; each part of the data has random numbers of its own."""
        draw = torch.Generator().manual_seed(self.seed * 3 + part)
        y = torch.arange(n) % kinds
        return Rows(pictures(parts_of(y, draw), draw), y, NORMAL)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture (path, PIL image or array) -> (1, 40, 40)."""
        return NORMAL(images.read(raw, 1, SIZE)[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)


def parts_of(y: Tensor, draw: torch.Generator) -> Tensor:
    """Kinds of picture (N,) -> which part stands in each of the four places, (N, 4)."""
    n = len(y)
    other = torch.randint(CROSS, BAR + 1, (n, 4), generator=draw)
    changed = torch.rand(n, 4, generator=draw) < 0.4
    changed[torch.arange(n), torch.randint(4, (n,), generator=draw)] = True  # at least one
    face = torch.tensor(FACE).expand(n, 4)
    scrambled = torch.tensor(SCRAMBLED)[torch.randint(2, (n,), generator=draw)]
    kinds = torch.stack([torch.where(changed, other, face), face, scrambled])
    return kinds[y, torch.arange(n)]


def pictures(parts: Tensor, draw: torch.Generator) -> Tensor:
    """Parts (N, 4) -> bytes (N, 1, 40, 40), each part moved by at most a pixel each way, larger or smaller by a tenth."""
    n = len(parts)
    even = lambda *shape: 2 * torch.rand(*shape, generator=draw) - 1  # noqa: E731
    grid = torch.arange(SIZE).float()
    ink = 0.45 * _inside((grid - 20 - even(n, 1, 1)) / 17, (grid[:, None] - 20.5 - even(n, 1, 1)) / 19, sharp=30)
    near = torch.arange(-REACH, REACH + 1).float()
    for place, (x, y) in enumerate(PLACES):
        size = 1 + 0.1 * even(n, 1, 1)
        u, v = (near - even(n, 1, 1)) / size, (near[:, None] - even(n, 1, 1)) / size  # pixels from the part's centre
        shapes = torch.stack([shape.expand(n, len(near), len(near)) for shape in _shapes(u, v)])
        light, dark = (shapes[2 * parts[:, place] + shade, torch.arange(n)] for shade in (0, 1))
        window = ink[:, y - REACH : y + REACH + 1, x - REACH : x + REACH + 1]
        window.copy_((window * (1 - light) + light) * (1 - dark))
    ink = ink + 0.04 * torch.randn(n, SIZE, SIZE, generator=draw)
    return (255 * ink.clamp(0, 1)).round().to(torch.uint8)[:, None]


def _shapes(u: Tensor, v: Tensor) -> list[Tensor]:
    """What each kind of part paints light, and then dark: eye, nose, mouth, cross, ring, bar."""
    nothing = torch.zeros_like(u + v)
    return [
        *(_inside(u / 4, v / 2.6), _inside(u / 1.6, v / 1.6)),
        *(_inside(u / 1.3, v / 4), _inside(u / 2.6, v - 3)),
        *(nothing, _inside(u / 4.2, v / 1.4)),
        *(torch.maximum(_inside((u - v) / 1.5, (u + v) / 6), _inside((u + v) / 1.5, (u - v) / 6)), nothing),
        *(_inside(u / 4, v / 4) - _inside(u / 2.2, v / 2.2), nothing),
        *(_inside(u / 4.2, (v - 2) / 0.9), _inside(u / 4.2, (v + 2) / 0.9)),
    ]


def _inside(a: Tensor, b: Tensor, sharp: float = 6.0) -> Tensor:
    """1 inside the ellipse a^2 + b^2 = 1, 0 outside, with a soft edge."""
    return torch.sigmoid(sharp * (1 - (a.square() + b.square()).sqrt()))
