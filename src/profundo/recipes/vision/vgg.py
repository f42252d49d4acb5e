"""VGG-16 sorts photographs: thirteen convolutions of 3 x 3, one upon the other, with batch norm (V03).

profundo train vgg                                                                     a graphics board's work
profundo train vgg --network.width 16 --rule.epochs 30 --rule.schedule onecycle        a thin one, for a processor
profundo compare lenet alexnet vgg resnet20 --data cifar10                             the ladder

The two dense layers of 4,096 are left out, for after five pools one pixel is left. The published number is from a table of
networks on CIFAR-10; its rates were changed by hand over 350 epochs (0.1, 0.01, 0.001). Here a cosine does it in 200.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.vgg import VGGConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=CIFAR10(),
    network=VGGConfig(depth=16, classes=10, size=32, hidden=0, batch_norm=True),
    rule=GradientDescent(
        cross_entropy,
        epochs=200,
        batch_size=128,
        optimizer=SGD(lr=0.1, momentum=0.9, weight_decay=5e-4),
        schedule=Cosine(warmup=0.02),
        augment=Augment(crop=4, flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0736, "kuangliu/pytorch-cifar: VGG16, 92.64 % test accuracy"),
    quick={
        "data.drawn": True,
        "data.limit": 600,
        "network.width": 8,
        "rule.epochs": 3,
        "rule.batch_size": 20,
        "rule.optimizer.lr": 0.01,
        "rule.augment.flip": False,
    },
    space={
        "rule.optimizer.lr": Log(1e-2, 1.0),
        "rule.optimizer.weight_decay": Log(1e-5, 1e-2),
        "network.width": Choice(16, 32, 64),
    },
)
