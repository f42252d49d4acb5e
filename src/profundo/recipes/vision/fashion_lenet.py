"""LeNet-5 sorts clothes: what read digits in 1998 meets Fashion-MNIST (V20).

profundo train fashion_lenet                                        Fashion-MNIST is fetched once, 31 MB; a minute or two
profundo compare mlp lenet alexnet resnet20 --data fashion_mnist    other networks on the same clothes

The published number is that of another network with two convolutions, in the list that Xiao et al. (2017) keep beside the data.
People who are no experts sort 83.5 % of these pictures as the shop does, says the same list.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.fashion_mnist import FashionMNIST
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.lenet import LeNetConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=FashionMNIST(),
    network=LeNetConfig(),
    rule=GradientDescent(
        cross_entropy,
        epochs=24,
        batch_size=128,
        optimizer=Adam(lr=3e-3, weight_decay=0.1),
        schedule=OneCycle(),
        augment=Augment(flip=True),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.084, "zalandoresearch/fashion-mnist: 2 Conv Layers with max pooling, 91.6 % test accuracy"),
    quick={"data.drawn": True, "rule.epochs": 6, "rule.batch_size": 20, "rule.augment.flip": False},
    space={"rule.optimizer.lr": Log(1e-4, 1e-1), "rule.batch_size": Choice(32, 64, 128, 256)},
)
