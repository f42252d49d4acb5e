"""The perceptron finds a line between two moons that do not touch (N05).

profundo train perceptron     a few seconds on two CPU cores, nearly all of them start-up

Haykin (2009), section 1.5, at distance 1. The perceptron stops after a few passes, as soon as the line parts the thousand
points it learnt from; of 2000 new ones none, one or two may then lie on the wrong side (20 orders of presentation).
"""

from profundo.core import Claim, Recipe
from profundo.data.double_moon import DoubleMoon
from profundo.evaluation.classification import Classification
from profundo.networks.neurons.perceptron import PerceptronConfig
from profundo.training.perceptron_rule import PerceptronRule

RECIPE = Recipe(
    data=DoubleMoon(distance=1.0),
    network=PerceptronConfig(),
    rule=PerceptronRule(epochs=50),
    evaluate=Classification(),
    claim=Claim(
        "error",
        0.0,
        "Haykin 2009, section 1.5: moons at distance 1 are linearly separable",
        note="the first line that parts the 1000 points it learnt from may leave 1 or 2 of 2000 new ones on the wrong side",
    ),
    quick={"rule.epochs": 20},
)
