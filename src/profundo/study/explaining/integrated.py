"""Integrated gradients: the score is shared out to the pixels that raised it, to the last decimal.

    IG_i = (x_i - x'_i) * integral from 0 to 1 of dS_k / dx_i at x' + alpha (x - x') d alpha

The way leads from a picture x' that shows nothing (black) to x. Completeness: the shares add up to S_k(x) - S_k(x').

Paper     Sundararajan, Taly, Yan (2017), Axiomatic attribution for deep networks, equation 1 and proposition 1.
Departs   The integral is refined until the shares add up (to 2 %; the paper asks for 5 %), instead of a fixed number of steps.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from profundo.study.explaining.saliency import gradient
from profundo.study.explaining.watching import at_a_time


class Shares(NamedTuple):
    shares: Tensor
    """(C, H, W)"""
    difference: float
    """S_k(x) - S_k(x'), what they should add up to."""
    gap: float
    """What their sum misses it by."""
    steps: int


def integrated_gradients(
    network: nn.Module, x: Tensor, k: int, start: Tensor, tolerance: float = 0.02, most: int = 512
) -> Shares:
    """x, start: (1, C, H, W). Steps double until the gap is below `tolerance` of the difference (of 1 if that is smaller)."""
    with torch.no_grad():
        difference = (network(x)[0, k] - network(start)[0, k]).item()

    def mean(alphas: Tensor) -> Tensor:
        """Of the gradient at these points of the way, (C, H, W)."""
        parts = alphas.view(-1, 1, 1, 1).to(x).split(at_a_time(x))
        return torch.cat([gradient(network, start + alpha * (x - start), k) for alpha in parts]).mean(0)

    steps, slope = 1, mean(torch.tensor([0.0, 1.0]))  # the trapezium over the whole way
    while True:
        shares = (x - start)[0] * slope
        gap = shares.double().sum().item() - difference
        if steps >= most or not math.isfinite(gap) or (steps >= 64 and abs(gap) <= tolerance * max(abs(difference), 1)):
            return Shares(shares, difference, gap, steps)
        middles = (torch.arange(steps) + 0.5) / steps
        steps, slope = 2 * steps, (slope + mean(middles)) / 2  # half as wide: what was computed stays of use
