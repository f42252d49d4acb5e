"""Digits of 8 x 8 pixels that travel with scikit-learn: 1,797 of them, in the order in which people wrote them.

They are the test part of Alpaydin and Kaynak's optical recognition data (1998). Learning is from the first half and test is the
second half, as scikit-learn's own example has it: other people wrote it, so it is harder than a half drawn by chance.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data import images
from profundo.data.mnist import digit
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint, stratified

HALF, ALL = 898, 1797


@dataclass(frozen=True)
class Digits8:
    """Pixels from 0 to 1 in sixteenths, (N, 1, 8, 8); of the first half, `dev` digits are kept to choose on."""

    dev: int = 180
    split_seed: int = 0

    licence: ClassVar[str] = "CC BY 4.0"
    citation: ClassVar[str] = (
        "Alpaydin, Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning Repository"
    )

    def __post_init__(self) -> None:
        if not 10 <= self.dev <= HALF - 100:
            raise ValueError(f"dev is between 10 and {HALF - 100} digits")

    def open(self) -> Splits:
        from sklearn.datasets import load_digits

        pixels, labels = load_digits(return_X_y=True)
        x, y = torch.from_numpy(pixels.astype(np.float32)).view(-1, 1, 8, 8) / 16, torch.from_numpy(labels).long()
        train, dev = stratified(y[:HALF], (1 - self.dev / HALF, self.dev / HALF), self.split_seed)
        facts: Facts = {
            "channels": 1,
            "size": 8,
            "features": 64,
            "classes": 10,
            "names": [str(digit) for digit in range(10)],
            "task": "classify",
            "examples": {"train": len(train), "dev": len(dev), "test": ALL - HALF},
            "split": dict(zip(("train", "dev"), fingerprint(train, dev), strict=True)),
        }
        return Splits(Rows(x[train], y[train]), Rows(x[dev], y[dev]), lambda: Rows(x[HALF:], y[HALF:]), facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture of a digit (path, PIL image or array), dark on light or light on dark -> (1, 8, 8)."""
        ink = torch.nn.functional.avg_pool2d(digit(raw)[:, 2:26, 2:26].float() / 255, 3)
        return (16 * ink).round() / 16

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)
