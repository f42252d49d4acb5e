"""ba, dii, guuu in any order: Elman's network knows the vowels that follow, and that a consonant is due, not which (S01).

profundo train elman_letters     seconds on two CPU cores

Elman (1990), Finding structure in time: letters as six features of their sound, 20 hidden units, 1000 consonants by lot. The
error is high where a consonant comes and low in the vowels; but one feature of the consonant, that it is one, is foreseen as
well. The page of the run (`profundo report`) draws both, as the paper does.
"""

from profundo.core import Log, Recipe
from profundo.data.streams import LetterStream
from profundo.evaluation.long_lag import Foresight
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import squared_error
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=LetterStream(),
    network=ElmanConfig(inputs=6, units=20, outputs=6),
    rule=GradientDescent(squared_error, epochs=200, batch_size=10, optimizer=Adam(lr=0.01), schedule=OneCycle(), clip=1.0),
    evaluate=Foresight(),
    quick={"rule.epochs": 20},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1)},
)
