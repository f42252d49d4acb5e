"""ResNet-56: what shortcuts are for. Nearly three times as deep as ResNet-20, and better (V06).

profundo train resnet56                                          a graphics board's work
profundo compare plain20 plain56 resnet20 resnet56               depth hurts the plain ones: degradation

Trained as `resnet20`, whose file says how.
"""

from dataclasses import replace

from profundo.core import Claim
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.recipes.vision import resnet20

RECIPE = replace(
    resnet20.RECIPE,
    network=ResNetConfig(depth=56),
    claim=Claim("error", 0.0697, "He et al. 2016, table 6: ResNet-56"),
    quick=resnet20.RECIPE.quick | {"network.depth": 14},
)
