"""The small AlexNet sorts clothes: two convolutions, three dense layers, 1.4 million weights (V20).

profundo train fashion_alexnet          Fashion-MNIST is fetched once, 31 MB

The published number is that of another network with two convolutions and three dense layers, of 1.8 million weights, in the list
that Xiao et al. (2017) keep beside the data.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.fashion_mnist import FashionMNIST
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.alexnet import SmallAlexNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=FashionMNIST(),
    network=SmallAlexNetConfig(channels=1),
    rule=GradientDescent(
        cross_entropy,
        epochs=15,
        batch_size=128,
        optimizer=SGD(lr=0.03, momentum=0.9, weight_decay=5e-4),
        schedule=OneCycle(),
        augment=Augment(crop=2, flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.068, "zalandoresearch/fashion-mnist: 2 Conv Layers with 3 FC, 1.8M parameters, 93.2 % test accuracy"),
    quick={"data.drawn": True, "data.limit": 600, "rule.epochs": 3, "rule.batch_size": 50, "rule.augment.flip": False},
    space={
        "rule.optimizer.lr": Log(1e-3, 1e-1),
        "rule.optimizer.weight_decay": Log(1e-5, 1e-2),
        "rule.augment.crop": Choice(0, 2, 4),
    },
)
