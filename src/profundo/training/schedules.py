"""How the learning rate moves: a factor of the optimizer's rate, as a function of progress p, the share of the run that is done.

p is 0 at the first step and would be 1 after the last. A warm-up is a share of the run too: it climbs from 0 in a straight line
(Goyal et al. 2017), because the first gradients point far and the averages of the optimizer are still empty.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from profundo.messages import _


class Schedule(Protocol):
    def factor(self, progress: float) -> float: ...


def _share(warmup: float) -> None:
    """Raises ValueError for a warm-up that is no share of the run."""
    if not 0 <= warmup < 1:
        raise ValueError(_("warmup is a share of the run, at least 0 and below 1"))


@dataclass(frozen=True)
class Constant:
    """1 all along."""

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
class Cosine:
    """final + (1 - final) (1 + cos(pi p)) / 2 after a warm-up (Loshchilov and Hutter 2017)."""

    warmup: float = 0.0
    """The share of the run that climbs."""
    final: float = 0.0
    """The factor at the end."""
    cycles: int = 1
    """How often the cosine comes down; after each it starts again from the top (the paper's warm restarts)."""

    def __post_init__(self) -> None:
        _share(self.warmup)
        if self.cycles < 1:
            raise ValueError(_("cycles is at least 1"))

    def factor(self, progress: float) -> float:
        if progress < self.warmup:
            return progress / self.warmup
        p = (progress - self.warmup) / (1 - self.warmup) * self.cycles % 1
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * p)) / 2


@dataclass(frozen=True)
class Linear:
    """A straight line from 1 to `final` after a warm-up."""

    warmup: float = 0.0
    """The share of the run that climbs."""
    final: float = 0.0
    """The factor at the end."""

    def __post_init__(self) -> None:
        _share(self.warmup)

    def factor(self, progress: float) -> float:
        if progress < self.warmup:
            return progress / self.warmup
        return 1 - (1 - self.final) * (progress - self.warmup) / (1 - self.warmup)


@dataclass(frozen=True)
class StepDecay:
    """gamma^floor(p / every): constant, then suddenly `gamma` times as much, again and again."""

    gamma: float = 0.1
    """What each fall leaves."""
    every: float = 1 / 3
    """The share of the run between two falls."""

    def __post_init__(self) -> None:
        if not 0 < self.every <= 1:
            raise ValueError(_("every is a share of the run, above 0 and at most 1"))

    def factor(self, progress: float) -> float:
        return self.gamma ** math.floor(progress / self.every + 1e-9)  # a third of a run of 30 steps is 10, not 9.9999


@dataclass(frozen=True)
class Milestones:
    """1, then `gamma` times as much at each of these shares of the run (He et al. 2016: half of it, and three quarters)."""

    at: tuple[float, ...] = (0.5, 0.75)
    """Shares of the run, in order."""
    gamma: float = 0.1
    """What each fall leaves."""

    def __post_init__(self) -> None:
        if any(not 0 < share < 1 for share in self.at) or list(self.at) != sorted(self.at):
            raise ValueError(_("at lists shares of the run, above 0 and below 1, in order"))

    def factor(self, progress: float) -> float:
        return self.gamma ** sum(progress >= share - 1e-9 for share in self.at)


@dataclass(frozen=True)
class Exponential:
    """A factor of `final` at the end, the same ratio every step."""

    final: float = 0.01

    def factor(self, progress: float) -> float:
        return self.final**progress


@dataclass(frozen=True)
class InverseSquareRoot:
    """min(p / warmup, sqrt(warmup / p)): up in a line, then down without an end in sight (Vaswani et al. 2017, section 5.3)."""

    warmup: float = 0.04
    """The share of the run that climbs; the paper's base model: 4,000 of 100,000 steps."""

    def __post_init__(self) -> None:
        _share(self.warmup)
        if self.warmup == 0:
            raise ValueError(_("warmup is above 0: the curve begins where it ends"))

    def factor(self, progress: float) -> float:
        return min(progress / self.warmup, math.sqrt(self.warmup / progress)) if progress else 0.0
