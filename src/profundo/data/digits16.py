"""Digits as small as those of 1989: MNIST resampled to 16 x 16 pixels from -1 to 1, 7,291 to learn from and 2,007 to test on.

The post office's digits of LeCun et al. (1989) are not ours to give; the stand-in is that of Karpathy (2022, lecun1989-repro):
random MNIST digits of the same numbers, bilinear. Learning draws from MNIST's training writers and test from its test writers.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data import images, mnist
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint


@dataclass(frozen=True)
class Digits16:
    """`train` digits to learn from; `dev` others of MNIST's training files to choose on; 2,007 of its test files sealed."""

    train: int = 7291
    dev: int = 5000
    split_seed: int = 0
    """Decides which digits of MNIST are taken."""

    licence: ClassVar[str] = mnist.MNIST.licence
    citation: ClassVar[str] = mnist.MNIST.citation

    def __post_init__(self) -> None:
        if self.train < 10 or self.dev < 10 or self.train + self.dev > 60_000:
            raise ValueError("train and dev are at least 10 digits each and 60,000 together")

    def open(self) -> Splits:
        x, y = mnist.read("train")
        train, dev, _rest = _shuffled(60_000, self.split_seed).split([self.train, self.dev, 60_000 - self.train - self.dev])
        facts: Facts = {
            "channels": 1,
            "size": 16,
            "features": 256,
            "classes": 10,
            "names": [str(digit) for digit in range(10)],
            "task": "classify",
            "examples": {"train": self.train, "dev": self.dev, "test": 2007},
            "split": dict(zip(("train", "dev"), fingerprint(train, dev), strict=True)),
        }

        def open_test() -> Rows:
            x, y = mnist.read("t10k")
            test = _shuffled(10_000, self.split_seed)[:2007]
            return Rows(resampled(x[test]), y[test])

        return Splits(Rows(resampled(x[train]), y[train]), Rows(resampled(x[dev]), y[dev]), open_test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture of a digit (path, PIL image or array), dark on light or light on dark -> (1, 16, 16)."""
        return resampled(mnist.digit(raw)[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)


def resampled(x: Tensor) -> Tensor:
    """Bytes (N, 1, 28, 28) -> (N, 1, 16, 16) from -1 to 1, each pixel between the four nearest of the larger picture."""
    return F.interpolate(x.float() / 127.5 - 1, (16, 16), mode="bilinear")


def _shuffled(n: int, seed: int) -> Tensor:
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))
