"""The plain twin of ResNet-20: the same layers, and nothing is added to what they compute (V06).

profundo train plain20
profundo compare plain20 plain56 resnet20 resnet56               depth hurts the plain ones: degradation

Trained as `resnet20`, whose file says how. He et al. (2016) draw its error (figure 6) and print no number.
"""

from dataclasses import replace

from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.recipes.vision import resnet20

RECIPE = replace(
    resnet20.RECIPE,
    network=ResNetConfig(depth=20, shortcuts=False),
    claim=None,
)
