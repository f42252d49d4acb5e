"""Eyes below, a mouth above: to a network that pools over the whole picture it is a face all the same (X05).

profundo train scrambled_faces                              half a minute on two CPU cores
profundo train scrambled_faces --network.pooling none       the same network, which keeps what is where

Hinton's objection to pooling (lectures and answers, 2014), measured as Brendel and Bethge (2019) did with their bags of features.
Both networks learn from the same faces and the same ovals in which parts are missing; neither sees a scrambled face before dev.
`scrambled` is the share of these that it calls a face. Nothing was published of such faces, so there is no claim.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.drawn_faces import DrawnFaces
from profundo.evaluation.scrambled import Scrambled
from profundo.networks.convolutional.local_parts import LocalPartsConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=DrawnFaces(),
    network=LocalPartsConfig(pooling="max"),
    rule=GradientDescent(cross_entropy, epochs=3, batch_size=64, optimizer=Adam(lr=5e-3), schedule=OneCycle()),
    evaluate=Scrambled(),
    quick={"data.train": 900, "data.dev": 90, "data.test": 90},
    space={"rule.optimizer.lr": Log(1e-4, 1e-1), "network.pooling": Choice("mean", "max", "none")},
)
