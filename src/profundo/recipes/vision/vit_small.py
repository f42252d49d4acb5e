"""A Vision Transformer of a million weights learns photographs on a processor (V08).

profundo train vit_small
profundo train vit_small --rule.epochs 5                   a first look
profundo report runs/vit_small-s0                          learnt positions, how far each head reaches, what of a picture counts
profundo compare vit_small mixer --rule.epochs 20          attention against dense layers across patches

Five blocks of 128 with 4 heads and the paper's ratio of 4 in their MLPs, AdamW, warm-up and a cosine. Nobody published a number
for so small a one; what a convolution knows from birth (neighbours belong together, here is as there) it has to learn, and 45,000
photographs teach it slowly.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=CIFAR10(),
    network=VisionTransformerConfig(classes=10, size=32, patch=4, depth=5, width=128, heads=4, hidden=512),
    rule=GradientDescent(
        cross_entropy,
        epochs=40,
        batch_size=128,
        optimizer=Adam(lr=1e-3, weight_decay=0.05),
        schedule=Cosine(warmup=0.1, final=0.01),
        augment=Augment(crop=4, flip=True),
    ),
    evaluate=Classification(),
    quick={
        "data.drawn": True,
        "data.limit": 600,
        "network.width": 32,
        "network.hidden": 128,
        "network.depth": 2,
        "rule.batch_size": 50,
        "rule.epochs": 4,
    },
    space={"rule.optimizer.lr": Log(1e-4, 3e-3), "network.patch": Choice(2, 4, 8), "network.depth": Choice(3, 5, 7)},
)
