"""A Hopfield network filled to the brim: 138 random patterns in 1000 neurons (N12).

profundo train hopfield     a few seconds on two CPU cores

Theory for infinitely many neurons (Amit, Gutfreund, Sompolinsky 1985): patterns are recalled up to a load of 0.138, and at
that load with an overlap of m = 0.967, which is 1.6 % of wrong bits. Often misquoted as "less than 1 %": the theory's figure
is 1.6 %, and 1000 neurons happen to do better. `capacity_curve` of profundo.study.capacity draws the whole transition.
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
    claim=Claim("bit_error", 0.016, "Amit, Gutfreund, Sompolinsky 1985: m = 0.967 at a load of 0.138, N to infinity"),
    quick={"data.neurons": 200, "network.neurons": 200},
)
