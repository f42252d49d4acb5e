"""Adversarial training: a maxout network learns from digits and from what FGSM makes of them (X02).

profundo train adversarial_maxout
profundo train adversarial_maxout --rule.alpha 1             the same network, without the adversary
profundo fool RUN                                            and what is left of the attack

Goodfellow, Shlens and Szegedy (2015), Explaining and harnessing adversarial examples, section 6. Each batch is attacked anew with
epsilon 0.25 of a pixel, and half of the loss is that of the attacked digits. The best epoch is the one that is fooled least on
dev, as in the paper. Theirs has 1,600 units a layer; this one has the 240 of the network before it.
"""

from profundo.core import Claim, Log, Range, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.fooled import Fooled
from profundo.networks.dense.maxout import MaxoutNetConfig
from profundo.training.attacks import AdversarialCrossEntropy
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=MNIST(scale="unit"),
    network=MaxoutNetConfig(dropout=0.2, input_dropout=0.0),
    rule=GradientDescent(
        AdversarialCrossEntropy(epsilon=0.25, alpha=0.5),
        epochs=20,
        batch_size=128,
        optimizer=Adam(lr=1e-3),
        schedule=OneCycle(),
        max_norm=1.9365,
    ),
    evaluate=Fooled(epsilon=0.25),
    claim=Claim("adversarial_error", 0.179, "Goodfellow et al. 2015, section 6: maxout, adversarial training, epsilon 0.25"),
    quick={"data.limit": 2000, "rule.epochs": 2},
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-2),
        "rule.objective.epsilon": Range(0.1, 0.4),
        "rule.objective.alpha": Range(0.2, 0.8),
    },
)
