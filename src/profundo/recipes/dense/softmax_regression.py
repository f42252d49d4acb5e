"""Softmax regression: the straight line that every deeper network has to beat (A08).

profundo train softmax_regression     ten seconds on two CPU cores
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.dense.softmax_regression import SoftmaxRegressionConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(),
    network=SoftmaxRegressionConfig(),
    rule=GradientDescent(cross_entropy, epochs=15, batch_size=256, optimizer=SGD(lr=0.05, momentum=0.9), schedule=OneCycle()),
    evaluate=Classification(),
    claim=Claim("error", 0.0749, "Theano deep learning tutorials (lisa-lab), logistic regression on MNIST"),
    quick={"data.limit": 2000, "rule.epochs": 3},
    space={"rule.optimizer.lr": Log(1e-3, 1.0), "rule.batch_size": Choice(64, 128, 256, 512)},
)
