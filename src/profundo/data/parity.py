"""Parity: is the number of ones odd? The task of which every part says nothing about the whole."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data import images
from profundo.data.rows import Rows
from profundo.data.whole import pattern, whole
from profundo.messages import _


@dataclass(frozen=True)
class Parity:
    """All 2^n patterns of n bits, (2^n, n), as -1 and +1; class 1 where the number of +1 is odd.

    Every pattern there is: train, dev and test are the same. XOR is parity of two bits.
    """

    features: int = 8

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Minsky and Papert (1969), Perceptrons"

    def __post_init__(self) -> None:
        if not 2 <= self.features <= 12:
            raise ValueError(_("features is from 2 to 12 bits"))

    def open(self) -> Splits:
        bits = torch.tensor(list(product((0, 1), repeat=self.features)))
        rows = Rows(2.0 * bits - 1, bits.sum(1) % 2)
        return whole(rows, {"features": self.features, "classes": 2, "names": ["even", "odd"]})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A pattern, "01101001" -> (n,) of -1 and +1."""
        return 2 * pattern(raw, facts["features"]) - 1

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)
