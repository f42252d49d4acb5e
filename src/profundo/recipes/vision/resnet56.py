"""ResNet-56: what shortcuts are for. Nearly three times as deep as ResNet-20, and better (V06).

profundo train resnet56                                          a graphics board's work
profundo compare plain20 plain56 resnet20 resnet56               depth hurts the plain ones: degradation

Trained as `resnet20`, whose file says how.
"""

from profundo.core import Claim, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.recipes.vision import resnet20

RECIPE = Recipe(
    data=CIFAR10(),
    network=ResNetConfig(depth=56),
    rule=resnet20.RECIPE.rule,
    evaluate=Classification(),
    claim=Claim("error", 0.0697, "He et al. 2016, table 6: ResNet-56"),
    quick={"data.drawn": True, "data.limit": 1500, "data.crop": 16, "network.depth": 14, "rule.epochs": 4, "rule.batch_size": 32},
    space=resnet20.RECIPE.space,
)
