"""How the learning rate moves: a factor of the optimizer's rate, as a function of progress in [0, 1)."""

import math
from dataclasses import dataclass
from typing import Protocol


class Schedule(Protocol):
    def factor(self, progress: float) -> float: ...


@dataclass(frozen=True)
class Constant:
    def factor(self, progress: float) -> float:
        return 1.0


@dataclass(frozen=True)
class OneCycle:
    """Up to the rate and down to nothing, along cosines (Smith and Topin 2018)."""

    warmup: float = 0.25
    """The part of the run that goes up."""
    start: float = 0.1
    """The factor at the first step."""

    def factor(self, progress: float) -> float:
        if progress < self.warmup:
            return self.start + (1 - self.start) * (1 - math.cos(math.pi * progress / self.warmup)) / 2
        return (1 + math.cos(math.pi * (progress - self.warmup) / (1 - self.warmup))) / 2


@dataclass(frozen=True)
class Exponential:
    """A factor of `final` at the end, the same ratio every step."""

    final: float = 0.01

    def factor(self, progress: float) -> float:
        return self.final**progress
