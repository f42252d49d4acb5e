"""ELMo's two language models read *Don Quijote*, one towards the end and one towards the beginning (L10).

profundo train elmo_bilm                                    twelve minutes on one CPU core
profundo train elmo_bilm --data novel.txt                   your own text
profundo embed runs/elmo_bilm-... "el banco de madera" "el banco de España"

Peters et al. (2018), Deep contextualized word representations. The loss is the mean of both directions. What the paper then does
with it, a task that learns its own mixture of the layers, is `Mix` in networks/recurrent/elmo.py.
"""

from profundo.core import Log, Recipe
from profundo.data.pieces import Pieces
from profundo.evaluation.language import LanguageModel
from profundo.networks.recurrent.elmo import ElmoConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=Pieces(asks="neighbours", context=32),
    network=ElmoConfig(),
    rule=GradientDescent(
        next_token, epochs=8, batch_size=64, optimizer=Adam(lr=3e-3), schedule=Cosine(warmup=0.05, final=0.05), clip=1.0
    ),
    evaluate=LanguageModel(),
    quick={"data.limit": 100_000, "data.pieces": 500, "network.vocabulary": 500, "network.width": 32, "rule.epochs": 1},
    space={"rule.optimizer.lr": Log(3e-4, 3e-2)},
)
