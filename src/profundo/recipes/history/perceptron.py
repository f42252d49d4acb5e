"""The perceptron finds a line between two moons that do not touch (N05).

profundo train perceptron     a second on two CPU cores

Haykin (2009), section 1.5, at distance 1: the perceptron stops after a few passes, with no mistake left.
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
    claim=Claim("error", 0.0, "Haykin 2009, section 1.5: two moons at distance 1 are linearly separable"),
    quick={"data.train": 200, "data.dev": 200},
)
