"""The plain twin of ResNet-56: deeper than plain-20 and worse, already on what it learns from (V06).

profundo train plain56                                           a graphics board's work
profundo compare plain20 plain56 resnet20 resnet56               depth hurts the plain ones: degradation

Trained as `resnet20`, whose file says how. That plain networks of 56 layers end above those of 20, in training and in test, is
figure 1 of He et al. (2016); they print no number. It is not overfitting, for the training error is higher too; nor do gradients
vanish, for batch norm keeps them alive. Such a network is hard to optimise.
"""

from dataclasses import replace

from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.recipes.vision import resnet20

RECIPE = replace(
    resnet20.RECIPE,
    network=ResNetConfig(depth=56, shortcuts=False),
    claim=None,
    quick=resnet20.RECIPE.quick | {"network.depth": 14},
)
