"""A small GPT learns to write like Cervantes, letter by letter, accents and inverted marks and all (L12).

profundo train gpt_quijote                              two minutes on two CPU cores
profundo generate RUN "En un lugar de la Mancha"        what it writes
profundo train gpt_quijote --data novela.txt            your own text

The network, and what it reads, are those of gpt_shakespeare; Don Quijote is twice as long. Letters of one book are not those of
another: 91 here, 65 there, so the two losses do not compare.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.text import Text
from profundo.evaluation.language import LanguageModel
from profundo.networks.attention.gpt import GPTConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=Text("quijote", context=64, windows=3000),
    network=GPTConfig(vocabulary=91, context=64, depth=4, width=128, heads=4, bias=False, gelu="exact"),
    rule=GradientDescent(
        next_token,
        epochs=20,
        batch_size=12,
        optimizer=Adam(lr=1e-3, beta1=0.9, beta2=0.99, weight_decay=0.1),
        schedule=Cosine(warmup=0.05, final=0.1),
        clip=1.0,
    ),
    evaluate=LanguageModel(),
    quick={
        "data.windows": 240,
        "data.limit": 200_000,
        "network.depth": 2,
        "network.width": 64,
        "rule.epochs": 6,
        "rule.optimizer.lr": 3e-3,
    },
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-2),
        "network.depth": Choice(2, 4, 6),
        "network.dropout": Choice(0.0, 0.1, 0.2),
    },
)
