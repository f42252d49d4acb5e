"""The small AlexNet of Zhang et al. sorts photographs: two convolutions, overlapping pools, response normalisation (V02, N27).

profundo train alexnet                                                CIFAR-10 is fetched once, 162 MB
profundo train alexnet --rule.epochs 30 --rule.schedule onecycle      a third of the time
profundo compare lenet alexnet vgg resnet20 --data cifar10            the ladder

As Zhang et al. (2017) trained it: 28 x 28 pixels, each picture whitened, SGD with momentum from a rate of 0.01 that falls by
5 % an epoch. Their crops are cut out of 32 pixels; ours are moved by up to two and find black beyond the edge. The weight decay
is that of Krizhevsky et al. (2012), whose network for ImageNet, `AlexNetConfig`, stands in the same file as the small one.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.alexnet import SmallAlexNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Exponential

EPOCHS = 100

RECIPE = Recipe(
    data=CIFAR10(crop=28, whiten=True),
    network=SmallAlexNetConfig(),
    rule=GradientDescent(
        cross_entropy,
        epochs=EPOCHS,
        batch_size=128,
        optimizer=SGD(lr=0.01, momentum=0.9, weight_decay=5e-4),
        schedule=Exponential(final=0.95**EPOCHS),
        augment=Augment(crop=2),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.1878, "Zhang et al. 2017, table 1: Alexnet with random crop and weight decay, 81.22 % test accuracy"),
    quick={"data.drawn": True, "data.limit": 600, "rule.epochs": 3, "rule.batch_size": 50, "rule.augment.flip": False},
    space={
        "rule.optimizer.lr": Log(1e-3, 1e-1),
        "rule.optimizer.weight_decay": Log(1e-5, 1e-2),
        "rule.augment.crop": Choice(0, 2, 4),
    },
)
