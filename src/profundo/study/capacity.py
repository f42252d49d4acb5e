"""How much does a memory hold? Measured, and as theory has it.

Amit, Gutfreund, Sompolinsky (1985), Storing infinite numbers of patterns in a spin-glass model of neural networks.
"""

import math
from collections.abc import Iterable

import torch

from profundo.core import TrainState
from profundo.data.patterns import RandomPatterns
from profundo.evaluation.recall import Recall
from profundo.networks.energy.hopfield import HopfieldConfig
from profundo.training.hebbian import Hebbian


def capacity_curve(neurons: int, loads: Iterable[float], seed: int = 0, noise: float = 0.0) -> dict[float, float]:
    """{load: bit error} of a Hopfield network that stores load x neurons random patterns by Hebb's rule.

    Recall starts from each pattern with a share `noise` of its bits flipped. `seed` draws the patterns.
    """
    curve = {}
    for load in loads:
        splits = RandomPatterns(neurons, load, noise, seed).open()
        memory = HopfieldConfig(neurons).build()
        for _step in Hebbian().steps(TrainState(memory, splits, torch.device("cpu"), seed)):
            pass
        curve[load] = Recall().score(memory, splits.dev)["bit_error"]
    return curve


def theory(y: float) -> tuple[float, float]:
    """A point (load, bit error) of the curve for infinitely many neurons; y is a pattern's signal over its noise.

    Without temperature the equations of Amit et al. for the overlap m, m = erf(y), y = m / sqrt(2 load r),
    r = 1 / (1 - C)^2, C = 2 y exp(-y^2) / (m sqrt(pi)), are one line once they are solved for the load.
    """
    load = (math.erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-y * y)) ** 2 / 2
    return load, math.erfc(y) / 2


def capacity() -> tuple[float, float]:
    """(load, bit error) where the curve ends: 0.1379 and 1.6 %. A larger load has no solution that remembers."""
    return max(theory(y / 1000) for y in range(500, 5000))


def retrieval_error(load: float) -> float:
    """The bit error of theory at a load; 0.5 beyond capacity."""
    if load > capacity()[0]:
        return 0.5
    low, high = 1.5, 10.0  # the load falls as y grows from its value at capacity, 1.513
    for _halving in range(60):
        y = (low + high) / 2
        low, high = (y, high) if theory(y)[0] > load else (low, y)
    return theory(low)[1]
