"""A multilayer perceptron with one hidden layer of 500 units reads digits (A09).

profundo train mlp                                              half a minute on two CPU cores
profundo train mlp --data table.csv --data.target column        your own table
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.dense.mlp import MLPConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(),
    network=MLPConfig(hidden=(500,)),
    rule=GradientDescent(cross_entropy, epochs=12, batch_size=128, optimizer=Adam(lr=1.5e-3), schedule=OneCycle()),
    evaluate=Classification(),
    claim=Claim("error", 0.0160, "Srivastava et al. 2014, table 2: two-layer net without dropout"),
    quick={"data.limit": 2000, "rule.epochs": 2},
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-1),
        "rule.batch_size": Choice(32, 64, 128, 256),
        "network.dropout": Choice(0.0, 0.2, 0.5),
    },
)
