"""Maxout with dropout reads digits: two layers of 240 units, each the largest of five straight lines.

profundo train maxout

Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013), Maxout networks. Theirs learnt on from all 60,000 digits once dev
had told when to stop; this one learns from 55,000. It is the network that Goodfellow et al. (2015) fool: `profundo fool RUN`.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.dense.maxout import MaxoutNetConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(scale="unit"),
    network=MaxoutNetConfig(),
    rule=GradientDescent(cross_entropy, epochs=40, batch_size=128, optimizer=Adam(lr=1e-3), schedule=OneCycle(), max_norm=1.9365),
    evaluate=Classification(),
    claim=Claim("error", 0.0094, "Goodfellow et al. 2013, Maxout networks: permutation-invariant MNIST, maxout and dropout"),
    quick={"data.limit": 2000, "rule.epochs": 2},
    space={"rule.optimizer.lr": Log(1e-4, 1e-2), "network.pieces": Choice(2, 3, 5), "network.dropout": Choice(0.2, 0.5)},
)
