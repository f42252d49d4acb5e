"""A multilayer perceptron sorts clothes (V20).

profundo train fashion_mlp                                      Fashion-MNIST is fetched once, 31 MB; half a minute on two cores
profundo compare fashion_mlp fashion_lenet fashion_alexnet      what convolutions are worth

Three hidden layers of 256, 128 and 64, as the network in the list that Xiao et al. (2017) keep beside the data.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.fashion_mnist import FashionMNIST
from profundo.evaluation.classification import Classification
from profundo.networks.dense.mlp import MLPConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=FashionMNIST(),
    network=MLPConfig(hidden=(256, 128, 64), dropout=0.2),
    rule=GradientDescent(cross_entropy, epochs=20, batch_size=128, optimizer=Adam(lr=2e-3), schedule=OneCycle()),
    evaluate=Classification(),
    claim=Claim("error", 0.100, "zalandoresearch/fashion-mnist: MLP 256-128-64, 90.0 % test accuracy"),
    quick={"data.drawn": True, "data.limit": 2000, "rule.epochs": 2},
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-1),
        "rule.batch_size": Choice(32, 64, 128, 256),
        "network.dropout": Choice(0.0, 0.2, 0.5),
    },
)
