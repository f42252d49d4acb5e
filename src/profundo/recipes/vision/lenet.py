"""LeNet-5 reads handwritten digits (N19).

profundo train lenet     less than a minute on two CPU cores

What a convolution computes, and what flows back through it, is written out in networks/convolutional/convolution.py.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.lenet import LeNetConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(),
    network=LeNetConfig(),
    rule=GradientDescent(
        cross_entropy, epochs=16, batch_size=128, optimizer=Adam(lr=3e-3, weight_decay=0.2), schedule=OneCycle()
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0095, "LeCun et al. 1998, figure 9"),
    quick={"data.limit": 2000, "rule.epochs": 2},
    space={"rule.optimizer.lr": Log(1e-4, 1e-1), "rule.batch_size": Choice(32, 64, 128, 256)},
)
