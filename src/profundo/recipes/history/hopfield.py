"""A Hopfield network filled to the brim: 138 random patterns in 1000 neurons (N12).

profundo train hopfield     a few seconds on two CPU cores

Theory for infinitely many neurons (Amit, Gutfreund, Sompolinsky 1985) has patterns recalled up to a load of 0.138, at which
the overlap is m = 0.967, or 1.6 % of wrong bits; "less than 1 %" is a common misquotation. Beyond it memory collapses. 1000
neurons blur that cliff: over 30 draws of the patterns we find 2.3 % with a standard deviation of 0.5 %.
Hebb's rule leaves nothing to chance, so only another draw (--data.seed) gives another figure. The whole transition:
benchmarks/hopfield_capacity.py.
"""

from profundo.core import Claim, Recipe
from profundo.data.patterns import RandomPatterns
from profundo.evaluation.recall import Recall
from profundo.networks.energy.hopfield import HopfieldConfig
from profundo.training.hebbian import Hebbian

RECIPE = Recipe(
    data=RandomPatterns(neurons=1000, load=0.138),
    network=HopfieldConfig(neurons=1000),
    rule=Hebbian(),
    evaluate=Recall(),
    claim=Claim(
        "bit_error",
        0.016,
        "Amit, Gutfreund, Sompolinsky 1985: m = 0.967 at a load of 0.138",
        note="theory is for infinitely many neurons; 1000 blur the cliff at 0.138",
    ),
    quick={"data.neurons": 200, "network.neurons": 200},
)
