"""The adding problem for Elman's units: a mark's number is gone a hundred times later, and so is its gradient (S01).

profundo train adding_rnn                                  the same data and rule as adding_lstm
profundo compare adding_rnn adding_lstm --seeds 3          side by side

A plain unit hands what it holds through a weight and a tanh at every time; the gradient goes back through as many factors, and
their product is nothing long before the marks.
"""

from profundo.core import Recipe
from profundo.data.long_lag import Adding
from profundo.evaluation.long_lag import Within
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.recipes.recurrent import adding_lstm

RECIPE = Recipe(
    data=Adding(),
    network=ElmanConfig(inputs=2, units=32, outputs=1, reads="last"),
    rule=adding_lstm.RECIPE.rule,
    evaluate=Within(),
    quick={"data.length": 24, "data.train": 2000, "data.dev": 200, "data.test": 200, "rule.epochs": 6},
    space=adding_lstm.RECIPE.space,
)
