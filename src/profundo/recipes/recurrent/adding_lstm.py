"""Add two numbers that were marked a hundred times ago: an LSTM holds them until it is asked (S02).

profundo train adding_lstm                          some ten seconds on a CPU
profundo train adding_lstm --data.length 200        the two marks twice as far back
profundo train adding_rnn                           the same for Elman's units, which do not get there

Hochreiter and Schmidhuber (1997), experiment 4, with its sequences, marks and criterion: solved is a sequence whose number, 1/2 +
(X1 + X2) / 4, is off by less than 0.04. Somebody who always says 1/2 solves 15 %. The paper draws new sequences without end and
steps down the plain gradient; here 20,000 are seen again and again, and Adam steps. Forget gates begin open
(--network.remember 5; in 1997 there were none), and input gates shut (--network.admit -3), the paper's own remedy against drift.
"""

from profundo.core import Log, Recipe
from profundo.data.long_lag import Adding
from profundo.evaluation.long_lag import Within
from profundo.networks.recurrent.lstm import LSTMConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import squared_error
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=Adding(),
    network=LSTMConfig(inputs=2, units=16, outputs=1, remember=5.0, admit=-3.0),
    rule=GradientDescent(squared_error, epochs=4, batch_size=32, optimizer=Adam(lr=0.01), schedule=OneCycle(), clip=1.0),
    evaluate=Within(),
    quick={"data.length": 24, "data.train": 2000, "data.dev": 200, "data.test": 200, "rule.epochs": 6},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1), "rule.clip": Log(0.1, 10)},
)
