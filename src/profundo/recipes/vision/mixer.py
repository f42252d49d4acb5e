"""MLP-Mixer: no convolution, no attention, and photographs are learnt all the same (V09).

profundo train mixer                           a graphics board's work: 300 epochs
profundo train mixer --rule.epochs 40
profundo report runs/mixer-s0                  which patches its units read

The authors' Mixer-B/16 reaches 96.8 % after 14 million other photographs. From scratch, on CIFAR-10 alone, this is the network
and the training of omihub777/MLP-Mixer-CIFAR: 8 blocks of 128, patches of 4 x 4; Adam from 1e-3 to 1e-6 along a cosine after five
epochs of warm-up, L2 of 5e-5, labels smoothed by 0.1. (Its 0.67 million weights are those of 512 units that mix patches and 64
that mix channels.) Their AutoAugment is RandAugment here (two operations of strength 9), and CutMix, which they give to half of
the batches, has every one.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.cifar10 import CIFAR10
from profundo.evaluation.classification import Classification
from profundo.networks.dense.mixer import MixerConfig
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
    network=MixerConfig(classes=10, size=32, patch=4, depth=8, width=128, tokens_hidden=512, channels_hidden=64),
    rule=GradientDescent(
        cross_entropy,
        epochs=300,
        batch_size=128,
        optimizer=Adam(lr=1e-3, beta2=0.99),
        schedule=Cosine(warmup=5 / 300, final=0.001),
        penalty=Penalty(l2=5e-5),
        augment=Augment(crop=4, flip=True, rand=RandAugment(operations=2, magnitude=9.0)),
        mixing=Mixing(cutmix=1.0, smoothing=0.1),
    ),
    evaluate=Classification(),
    claim=Claim("error", 0.0917, "github.com/omihub777/MLP-Mixer-CIFAR: 90.83 % test accuracy with 0.67 million weights"),
    quick={
        "data.drawn": True,
        "data.limit": 1500,
        "network.width": 32,
        "network.tokens_hidden": 64,
        "network.channels_hidden": 64,
        "network.depth": 2,
        "rule.batch_size": 50,
        "rule.epochs": 4,
        "rule.optimizer.lr": 3e-3,
    },
    space={"rule.optimizer.lr": Log(1e-4, 3e-3), "network.patch": Choice(2, 4, 8), "network.depth": Choice(4, 8, 12)},
)
