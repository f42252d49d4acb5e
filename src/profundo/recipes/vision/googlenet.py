"""GoogLeNet, half as wide, sorts photographs: windows of several sizes side by side, and helpers on the way (V04, N27).

profundo train googlenet                                                                  a graphics board's work
profundo train googlenet --network.width 0.25 --rule.epochs 30 --rule.schedule onecycle   five minutes an epoch on two cores
profundo train googlenet --rule.objective cross_entropy                                   nobody listens to the helpers

The nearest published network is the small Inception of Zhang et al. (2017), which is another: fewer blocks, no helpers, 1.65
million weights (this one has 1.48 million beside those of its helpers). Rates are theirs. The helpers' answers count 0.3 each
while it learns, and are not asked afterwards.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.googlenet import GoogLeNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import helped_cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Exponential

EPOCHS = 100

RECIPE = Recipe(
    data=CIFAR10(),
    network=GoogLeNetConfig(classes=10, size=32, width=0.5),
    rule=GradientDescent(
        helped_cross_entropy,
        epochs=EPOCHS,
        batch_size=128,
        optimizer=SGD(lr=0.1, momentum=0.9, weight_decay=5e-4),
        schedule=Exponential(final=0.95**EPOCHS),
        augment=Augment(crop=4),
    ),
    evaluate=Classification(),
    claim=Claim(
        "error", 0.1095, "Zhang et al. 2017, table 1: a small Inception with random crop and weight decay, 89.05 % test accuracy"
    ),
    quick={
        "data.drawn": True,
        "data.limit": 500,
        "data.crop": 24,
        "network.size": 24,
        "network.width": 0.125,
        "rule.epochs": 2,
        "rule.batch_size": 25,
    },
    space={
        "rule.optimizer.lr": Log(1e-2, 1.0),
        "network.width": Choice(0.25, 0.5, 1.0),
        "network.dropout": Choice(0.0, 0.2, 0.4),
    },
)
