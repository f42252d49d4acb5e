"""A GAN paints digits (G05).

profundo train gan_mnist     a quarter of an hour on two CPU cores; a sheet of digits after every epoch in the run's samples/
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.parzen import Parzen
from profundo.networks.generative.gan import GANConfig
from profundo.training.adversarial import Adversarial
from profundo.training.optimizers import Adam

RECIPE = Recipe(
    data=MNIST(scale="unit"),
    network=GANConfig(),
    rule=Adversarial(
        epochs=40,
        batch_size=100,
        d_optimizer=Adam(lr=2e-4, beta1=0.5),
        g_optimizer=Adam(lr=4e-4, beta1=0.5),  # twice the other's: with the same rate D soon wins, with more G collapses
    ),
    evaluate=Parzen(),
    claim=Claim(
        "log_likelihood",
        225,
        "Goodfellow et al. 2014, table 1 (225 +- 2)",
        lower_is_better=False,
        note="forty passes with Adam are what a quarter of an hour on two cores allows; the figure still rises when they end",
    ),
    quick={"data.limit": 1000, "rule.epochs": 2, "evaluate.generated": 1000, "evaluate.examples": 200},
    space={
        "rule.d_optimizer.lr": Log(1e-5, 1e-2),
        "rule.g_optimizer.lr": Log(1e-5, 1e-2),
        "rule.batch_size": Choice(50, 100, 200),
    },
)
