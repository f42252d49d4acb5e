"""A network that pools over the whole picture reads digits wherever they stand, and cannot say where that is (X06).

profundo train pooled_digits                              a minute on two CPU cores
profundo train pooled_digits --network.pooling none       the same network, which keeps what is where
profundo robustness RUN                                   how far each follows shifted and turned digits

Hinton's argument (lectures and answers, 2014): pooling buys invariance and pays for it with position. It was published without a
number. Azulay and Weiss (2019), Why do deep convolutional networks generalize so poorly to small image transformations?, measured
that a stride breaks even the invariance.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.local_parts import LocalPartsConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(scale="unit"),  # black is 0, like the borders
    network=LocalPartsConfig(size=28, classes=10, pooling="max"),
    rule=GradientDescent(cross_entropy, epochs=4, batch_size=64, optimizer=Adam(lr=5e-3), schedule=OneCycle()),
    evaluate=Classification(),
    quick={"data.limit": 2000, "rule.epochs": 2},
    space={"rule.optimizer.lr": Log(1e-4, 1e-1), "network.pooling": Choice("mean", "max", "none")},
)
