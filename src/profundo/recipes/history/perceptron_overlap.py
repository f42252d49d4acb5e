"""The perceptron meets two moons that no line can part (N05).

profundo train perceptron_overlap     two seconds on two CPU cores

Haykin (2009), section 1.5, at distance -4. The rule never stops correcting here, so its rate falls from 1 to 1e-4.
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
        "our own simulation, 9 to 11 %; Haykin 2009, section 1.5, shows that no line parts these moons, "
        "but we found no error printed there",
        tolerance=0.01,
    ),
    quick={"data.train": 200, "rule.epochs": 10},
    space={"rule.final_rate": Log(1e-5, 1.0)},
)
