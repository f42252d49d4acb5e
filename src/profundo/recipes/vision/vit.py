"""A Vision Transformer reads a photograph of 32 x 32 pixels as 64 words (V08).

profundo train vit                a graphics board's work: 6.3 million weights, 200 epochs; `vit_small` is for processors
profundo report runs/vit-s0       where it looks: learnt positions, how far each head reaches, what of a picture counts

The paper's 99.5 % (table 2) come after 300 million other photographs. From scratch, on CIFAR-10 alone, this is the network and
the training of omihub777/ViT-CIFAR: 7 blocks of 384, 12 heads, patches of 4 x 4; Adam from 1e-3 to 1e-5 along a cosine after five
epochs of warm-up, L2 of 5e-5, labels smoothed by 0.1. Their AutoAugment is RandAugment here (two operations of strength 9).
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent
from profundo.training.mixing import Mixing
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.penalty import Penalty
from profundo.training.randaugment import RandAugment
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=CIFAR10(),
    network=VisionTransformerConfig(classes=10, size=32, patch=4, depth=7, width=384, heads=12, hidden=384),
    rule=GradientDescent(
        cross_entropy,
        epochs=200,
        batch_size=128,
        optimizer=Adam(lr=1e-3),
        schedule=Cosine(warmup=5 / 200, final=0.01),
        penalty=Penalty(l2=5e-5),
        augment=Augment(crop=4, flip=True, rand=RandAugment(operations=2, magnitude=9.0)),
        mixing=Mixing(smoothing=0.1),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0908, "github.com/omihub777/ViT-CIFAR: 90.92 % test accuracy with 6.3 million weights"),
    quick={
        "data.drawn": True,
        "data.limit": 400,
        "network.width": 48,
        "network.hidden": 96,
        "network.depth": 2,
        "rule.batch_size": 50,
        "rule.epochs": 3,
    },
    space={"rule.optimizer.lr": Log(1e-4, 3e-3), "network.patch": Choice(2, 4, 8), "network.token": Choice(True, False)},
)
