"""Rectifiers with a slope of their own on the negative side, and first weights that thirty layers survive (V05).

profundo train prelu_net
profundo compare prelu_net --network.activation relu,prelu --seeds 5         He et al. 2015, table 2
profundo compare prelu_net --network.depth 30 --network.init he,glorot       He et al. 2015, figure 3, with convolutions

On ImageNet, the paper's 14 layers make 33.8 % of top-1 errors with rectifiers and 32.6 % with PReLU; 30 layers learn from He's
first weights and stand still from Glorot's. This is that network in small, without batch normalisation, on photographs of 32 x 32
pixels, for which nobody published a number. As in the paper nothing pulls the slopes towards 0: there is no weight decay.
`deep_rectifiers` tells the story of the first weights with dense layers, in a minute.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.prelu_net import PReLUNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=CIFAR10(),
    network=PReLUNetConfig(),
    rule=GradientDescent(
        cross_entropy,
        epochs=20,
        batch_size=128,
        optimizer=SGD(lr=0.02, momentum=0.9),
        schedule=OneCycle(),
        augment=Augment(flip=True),
        clip=1.0,
    ),
    evaluate=Classification(),
    quick={"data.drawn": True, "data.limit": 1000, "rule.batch_size": 50, "rule.epochs": 3},
    space={
        "rule.optimizer.lr": Log(1e-3, 1e-1),
        "network.activation": Choice("relu", "prelu"),
        "network.init": Choice("he", "glorot", "orthogonal"),
    },
)
