"""The Transformer translates English into Spanish, learnt from the Bible verse by verse (L08).

profundo train transformer                                    verses of at most 20 words, 10,561 to learn from
profundo train transformer --quick                            a toy grammar: the red cat sleeps, el gato rojo duerme
profundo train transformer --data pairs.tsv                   your own: two sentences a line, a tab between them
profundo translate runs/transformer "In the beginning was the Word."

A small one of the paper's kind (3 + 3 layers, 256 wide), with its shared embedding, optimizer, warm-up and smoothed labels;
dropout is 0.3, for there are four hundred times fewer sentences than the paper had.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.pairs import Pairs
from profundo.evaluation.translation import Translation
from profundo.networks.attention.transformer import TransformerConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import InverseSquareRoot
from profundo.training.translating import smoothed_translation

RECIPE = Recipe(
    data=Pairs("bible", "en-es", longest=20, shared=True),
    network=TransformerConfig(11047, 11047, depth=3, width=256, heads=8, hidden=512, dropout=0.3),
    rule=GradientDescent(
        smoothed_translation,
        epochs=30,
        batch_size=128,
        optimizer=Adam(lr=1e-3, beta2=0.98, epsilon=1e-9),
        schedule=InverseSquareRoot(warmup=0.1),
    ),
    evaluate=Translation(),
    quick={
        "data.drawn": True,
        "network.vocabulary": 167,
        "network.target_vocabulary": 167,
        "network.depth": 1,
        "network.width": 64,
        "network.heads": 4,
        "network.hidden": 128,
        "network.dropout": 0.0,
        "rule.epochs": 2,
        "rule.batch_size": 32,
        "rule.optimizer.lr": 3e-3,
    },
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-2),
        "network.dropout": Choice(0.1, 0.2, 0.3, 0.4),
        "network.depth": Choice(1, 2, 3, 6),
    },
)
