"""ResNet-18, made for ImageNet, with a first window for small pictures, sorts photographs (V07).

profundo train resnet18                     a graphics board's work: half an hour an epoch on a processor

He et al. (2016) have no such network: it is how ResNets of ImageNet's widths are trained on CIFAR-10 today, with 41 times the
weights of ResNet-20. The published number is from a table of such networks; its rates were changed by hand over 350 epochs
(0.1, 0.01, 0.001). Here a cosine does it in 200.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=CIFAR10(),
    network=ResNetConfig(depth=18, stem="cifar"),
    rule=GradientDescent(
        cross_entropy,
        epochs=200,
        batch_size=128,
        optimizer=SGD(lr=0.1, momentum=0.9, weight_decay=5e-4),
        schedule=Cosine(),
        augment=Augment(crop=4, flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0698, "kuangliu/pytorch-cifar: ResNet18, 93.02 % test accuracy"),
    quick={"data.drawn": True, "data.limit": 1000, "data.crop": 16, "network.depth": 8, "rule.epochs": 3, "rule.batch_size": 32},
    space={"rule.optimizer.lr": Log(1e-2, 1.0), "rule.batch_size": Choice(64, 128, 256)},
)
