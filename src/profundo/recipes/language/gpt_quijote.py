"""A small GPT learns to write like Cervantes, letter by letter, accents and inverted marks and all (L12).

profundo train gpt_quijote                              two minutes on two CPU cores
profundo generate RUN "En un lugar de la Mancha"        what it writes
profundo train gpt_quijote --data novela.txt            your own text

The network, and how it is trained, are those of gpt_shakespeare; Don Quijote is twice as long. Letters of one book are not
those of another: 91 here, 65 there, so the two losses do not compare.
"""

from profundo.core import Recipe
from profundo.data.text import Text
from profundo.evaluation.language import LanguageModel
from profundo.networks.attention.gpt import GPTConfig
from profundo.recipes.language import gpt_shakespeare

RECIPE = Recipe(
    data=Text("quijote", context=64, windows=3000),
    network=GPTConfig(vocabulary=91, context=64, depth=4, width=128, heads=4, bias=False, gelu="exact"),
    rule=gpt_shakespeare.RECIPE.rule,
    evaluate=LanguageModel(),
    quick={
        "data.windows": 240,
        "data.limit": 200_000,
        "network.depth": 2,
        "network.width": 64,
        "rule.epochs": 6,
        "rule.optimizer.lr": 3e-3,
    },
    space=gpt_shakespeare.RECIPE.space,
)
