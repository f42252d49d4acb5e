"""MobileNetV2 sorts photographs with a fifth of ResNet-18's weights and a sixth of its arithmetic.

profundo train mobilenet                                                     a graphics board's work
profundo train mobilenet --network.width 0.35 --rule.epochs 20               a processor's

Sandler et al. (2018) trained it on ImageNet (72.0 % top-1, table 4). For 32 x 32 pixels, its first convolution and its second
stage keep the size (`network.stride` 1). The published number is from a table of such networks, whose blocks differ a little:
plain rectifiers, and projected shortcuts wherever the size stays; its rates were changed by hand over 350 epochs. Here a cosine
does it in 200.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=CIFAR10(),
    network=MobileNetConfig(classes=10, stride=1),
    rule=GradientDescent(
        cross_entropy,
        epochs=200,
        batch_size=128,
        optimizer=SGD(lr=0.1, momentum=0.9, weight_decay=5e-4),
        schedule=Cosine(),
        augment=Augment(crop=4, flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0557, "github.com/kuangliu/pytorch-cifar: MobileNetV2, 94.43 % test accuracy"),
    quick={
        "data.drawn": True,
        "data.limit": 600,
        "data.crop": 16,
        "network.width": 0.35,
        "rule.batch_size": 25,
        "rule.epochs": 2,
        "rule.augment.flip": False,
    },
    space={"rule.optimizer.lr": Log(1e-2, 1.0), "network.width": Choice(0.35, 0.5, 1.0)},
)
