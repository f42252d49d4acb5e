"""X before Y or Y before X, among a hundred symbols that say nothing: an LSTM tells which (S02).

profundo train temporal_order_lstm     some ten seconds on a CPU

Hochreiter and Schmidhuber (1997), experiment 6a: which two of X and Y came, and in what order, is asked at the end, some fifty
symbols after the second. Solved is a sequence whose four outputs are all within 0.3 of what they should be. The paper needs
31,390 sequences, as the repository schmidhuber-problems quotes it; guessing is right one time in four. Forget gates begin open
(--network.remember 5; in 1997 there were none): from 1, what X said is forgotten before it can be missed.
"""

from profundo.core import Log, Recipe
from profundo.data.long_lag import TemporalOrder
from profundo.evaluation.long_lag import Ordered
from profundo.networks.recurrent.lstm import LSTMConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=TemporalOrder(),
    network=LSTMConfig(inputs=9, units=8, outputs=4, remember=5.0),
    rule=GradientDescent(cross_entropy, epochs=6, batch_size=16, optimizer=Adam(lr=0.02), schedule=OneCycle(), clip=1.0),
    evaluate=Ordered(),
    quick={"data.length": 24, "data.train": 500, "data.dev": 200, "data.test": 200, "network.units": 32, "rule.epochs": 6},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1), "rule.clip": Log(0.1, 10)},
)
