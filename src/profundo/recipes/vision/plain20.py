"""The plain twin of ResNet-20: the same layers, and nothing is added to what they compute (V06).

profundo train plain20
profundo compare plain20 plain56 resnet20 resnet56               depth hurts the plain ones: degradation

Trained as `resnet20`, whose file says how. He et al. (2016) draw its error (figure 6) and print no number.
"""

from profundo.core import Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.recipes.vision import resnet20

RECIPE = Recipe(
    data=CIFAR10(),
    network=ResNetConfig(depth=20, shortcuts=False),
    rule=resnet20.RECIPE.rule,
    evaluate=Classification(),
    quick={"data.drawn": True, "data.limit": 1500, "data.crop": 16, "network.depth": 8, "rule.epochs": 4, "rule.batch_size": 32},
    space=resnet20.RECIPE.space,
)
