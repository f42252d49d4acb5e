"""Two bits by lot, then their exclusive or, without end: Elman's network foresees every third bit (S01).

profundo train elman_xor     seconds on two CPU cores

Elman (1990), Finding structure in time: one input, one output, 3000 bits. Nothing tells the network where a group of three
begins. Where a bit is chance, nobody does better than half, an error of 0.5; at every third the error dips. The page of the run
(`profundo report`) draws it as the paper does, over 12 bits. There are eight hidden units, where Elman has two; with two ours
learn nothing (--network.units 2).
"""

from profundo.core import Log, Recipe
from profundo.data.streams import XorStream
from profundo.evaluation.long_lag import Foresight
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import squared_error
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=XorStream(),
    network=ElmanConfig(inputs=1, units=8, outputs=1),
    rule=GradientDescent(squared_error, epochs=200, batch_size=10, optimizer=Adam(lr=0.02), schedule=OneCycle(), clip=1.0),
    evaluate=Foresight(),
    quick={"rule.epochs": 60},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1)},
)
