"""ResNet-20 sorts photographs: each pair of layers learns what to add to its input (V06).

profundo train resnet20                       two hours on two cores with matrix units (1,100 pictures a second)
profundo train resnet20 --rule.epochs 30 --rule.schedule onecycle      twenty minutes
profundo compare plain20 plain56 resnet20 resnet56                     depth hurts the plain ones: degradation
profundo compare lenet alexnet vgg resnet20 --data cifar10             the ladder

He et al. (2016), section 4.2: batches of 128, SGD with momentum 0.9 and a decay of 1e-4, rates of 0.1, 0.01 and 0.001 from step
0, 32,000 and 48,000 of 64,000 (182 epochs of 45,000 pictures; 5,000 are kept to choose on, as in the paper), pictures moved by up
to four pixels and mirrored.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD
from profundo.training.schedules import Milestones

RECIPE = Recipe(
    data=CIFAR10(),
    network=ResNetConfig(depth=20),
    rule=GradientDescent(
        cross_entropy,
        epochs=182,
        batch_size=128,
        optimizer=SGD(lr=0.1, momentum=0.9, weight_decay=1e-4),
        schedule=Milestones(at=(0.5, 0.75)),
        augment=Augment(crop=4, flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0875, "He et al. 2016, table 6: ResNet-20"),
    quick={"data.drawn": True, "data.limit": 1500, "data.crop": 16, "network.depth": 8, "rule.epochs": 4, "rule.batch_size": 32},
    space={"rule.optimizer.lr": Log(1e-2, 1.0), "rule.batch_size": Choice(64, 128, 256)},
)
