"""The perceptron meets two moons that no line can part (N05).

profundo train perceptron_overlap     a few seconds on two CPU cores

Haykin (2009), section 1.5, at distance -4. There is always something to correct, so the rate falls from 1 to 1e-4 and the line
comes to rest. Over ten samples of the moons the last line puts 10.6 % of new points on the wrong side, the line chosen on dev
9.2 %, and least squares 9.9 %.
"""

from profundo.core import Claim, Log, Recipe
from profundo.data.double_moon import DoubleMoon
from profundo.evaluation.classification import Classification
from profundo.networks.neurons.perceptron import PerceptronConfig
from profundo.training.perceptron_rule import PerceptronRule

RECIPE = Recipe(
    data=DoubleMoon(distance=-4.0),
    network=PerceptronConfig(),
    rule=PerceptronRule(epochs=50, final_rate=1e-4),
    evaluate=Classification(),
    claim=Claim(
        "error",
        0.10,
        "no error found printed for Haykin 2009, section 1.5; an independent simulation has 9 to 11 %",
    ),
    quick={"rule.epochs": 10},
    space={"rule.final_rate": Log(1e-5, 1.0)},
)
