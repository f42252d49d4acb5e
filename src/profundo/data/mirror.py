"""Patterns that are, or are not, their own mirror image: the task that a single layer cannot do."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data.rows import Rows
from profundo.data.whole import pattern, whole
from profundo.messages import _


@dataclass(frozen=True)
class Mirror:
    """All 2^n patterns of n bits, (2^n, n); the target is 1 for the 2^(n/2) that are symmetric about their middle.

    Every pattern there is: train, dev and test are the same, as in the paper.
    """

    bits: int = 6

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Rumelhart, Hinton and Williams (1986), Nature 323, figure 1"

    def __post_init__(self) -> None:
        if self.bits % 2 or not 2 <= self.bits <= 12:
            raise ValueError(_("bits is an even number from 2 to 12"))

    def open(self) -> Splits:
        x = torch.tensor(list(product((0.0, 1.0), repeat=self.bits)))
        rows = Rows(x, (x == x.flip(1)).all(1, keepdim=True).float())
        return whole(rows, {"features": self.bits, "classes": 1})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A pattern, "011110" -> (n,)."""
        return pattern(raw, facts["features"])

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return {_("symmetric"): output[0].item(), _("not symmetric"): 1 - output[0].item()}
