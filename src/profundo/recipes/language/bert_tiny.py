"""A small BERT reads *Don Quijote* with holes in it, and guesses what belongs there (L11).

profundo train bert_tiny                                    five minutes on two CPU cores
profundo train bert_tiny --data novel.txt                   your own text
profundo fill-mask runs/bert_tiny-... "don [MASK] de la mancha"

Devlin et al. (2018), BERT, in the smallest size that its authors published (Turc et al. 2019, BERT-Tiny: 2 blocks, 128 wide). At
first it only learns how frequent each piece is, and one book does not take it much further: 5.75 nats on test, where counting has
6.40. docs/bert.md says why, and has a text whose grammar it learns in a few hundred steps.
"""

from profundo.core import Log, Recipe
from profundo.data.pieces import Pieces
from profundo.evaluation.language import LanguageModel
from profundo.networks.attention.bert import BertConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.masking import masked_piece
from profundo.training.optimizers import Adam
from profundo.training.schedules import Linear

RECIPE = Recipe(
    data=Pieces(),
    network=BertConfig(vocabulary=4000, context=64, width=128, depth=2, heads=2, hidden=512, segments=1),
    rule=GradientDescent(
        masked_piece, epochs=20, batch_size=16, optimizer=Adam(lr=1e-3, weight_decay=0.01), schedule=Linear(warmup=0.05), clip=1.0
    ),
    evaluate=LanguageModel(),
    quick={
        "data.limit": 100_000,
        "data.pieces": 500,
        "data.context": 32,
        "network.vocabulary": 500,
        "network.context": 32,
        "network.width": 32,
        "rule.epochs": 4,
        "rule.optimizer.lr": 3e-3,
    },
    space={"rule.optimizer.lr": Log(1e-4, 1e-2)},
)
