"""The embedded Reber grammar: the last symbol but one is that which came second, a whole string ago (S02).

profundo train reber_lstm     under a minute on two CPU cores

Hochreiter and Schmidhuber (1997), experiment 1: 256 strings to learn from, 256 others to be asked. A string counts as solved
when, at its every place, the symbols that may follow are those the network thinks likeliest. In the paper, as the repository
schmidhuber-problems quotes it, 148 of 150 trials with four cells came to solve the task, after 8440 strings on average.
"""

from profundo.core import Claim, Log, Recipe
from profundo.data.reber import EmbeddedReber
from profundo.evaluation.long_lag import Grammatical
from profundo.networks.recurrent.lstm import LSTMConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=EmbeddedReber(),
    network=LSTMConfig(inputs=8, units=16, outputs=8, reads="every"),
    rule=GradientDescent(next_token, epochs=40, batch_size=4, optimizer=Adam(lr=0.05), schedule=OneCycle(), clip=1.0),
    evaluate=Grammatical(),
    claim=Claim("solved", 1.0, "Hochreiter and Schmidhuber 1997, experiment 1: solved by 148 of 150 trials", False),
    quick={"rule.epochs": 10, "rule.batch_size": 16},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1), "rule.clip": Log(0.1, 10)},
)
