"""Drifting gratings: stripes that move, with which physiologists tell simple from complex cells."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.whole import whole
from profundo.messages import _


@dataclass(frozen=True)
class Gratings:
    """Films (N, T, H, W) of sine gratings, one a direction of drift; one cycle passes in the T frames.

    Nothing is learnt from them: train, dev and test are the same.
    """

    size: int = 32
    directions: int = 16
    """Evenly around the clock."""
    frames: int = 64
    frequency: float = 0.125
    """Cycles a pixel."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "as in Skottun et al. (1991), Vision Research 31, 1079-1086"

    def __post_init__(self) -> None:
        if self.size < 8 or self.directions < 2 or self.frames < 8 or not 0 < self.frequency < 0.5:
            raise ValueError(_("there are frames of 8 pixels or more, 2 directions, 8 frames, and a frequency between 0 and 0.5"))

    def open(self) -> Splits:
        angle = torch.arange(self.directions) * (2 * math.pi / self.directions)
        return whole(Rows(self.films(angle), angle), {"size": self.size})

    def films(self, angle: Tensor) -> Tensor:
        """Directions in radians (N,) -> (N, T, H, W), from -1 to 1."""
        r = torch.arange(self.size) - (self.size - 1) / 2
        x = r * angle.cos()[:, None, None] + r[:, None] * angle.sin()[:, None, None]  # (N, H, W)
        t = torch.arange(self.frames) / self.frames
        return torch.sin(2 * math.pi * (self.frequency * x[:, None] - t[:, None, None]))

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A direction in degrees -> (T, H, W)."""
        try:
            return self.films(torch.tensor([math.radians(float(raw))]))[0]
        except (TypeError, ValueError):
            raise UserError(_("A grating is a direction in degrees, not {raw!r}.").format(raw=raw)) from None

    def decode(self, output: Tensor, facts: Facts) -> list[float]:
        """The mean answer of every cell."""
        return output.mean(0).tolist()
