"""Temporal order for Elman's units: what came ninety symbols ago cannot be learnt (S01).

profundo train temporal_order_rnn                                             the same data and rule as temporal_order_lstm
profundo compare temporal_order_rnn temporal_order_lstm --seeds 3             side by side
"""

from profundo.core import Recipe
from profundo.data.long_lag import TemporalOrder
from profundo.evaluation.long_lag import Ordered
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.recipes.recurrent import temporal_order_lstm

RECIPE = Recipe(
    data=TemporalOrder(),
    network=ElmanConfig(inputs=9, units=16, outputs=4, reads="last"),
    rule=temporal_order_lstm.RECIPE.rule,
    evaluate=Ordered(),
    quick={"data.length": 24, "data.train": 500, "data.dev": 200, "data.test": 200, "network.units": 32, "rule.epochs": 6},
    space=temporal_order_lstm.RECIPE.space,
)
