"""word2vec in Spanish: skip-gram reads Don Quijote (L05).

profundo train skipgram_quijote     about a minute and a half on two CPU cores
profundo predict runs/skipgram_quijote-s0 caballero "rey - hombre + mujer"

One book of 440,000 words and marks. Eyes lie by ears and arms, Sancho by his wife.
"""

from profundo.core import Recipe
from profundo.data.around import Around
from profundo.evaluation.analogies import Analogies
from profundo.networks.embeddings.word2vec import Word2VecConfig
from profundo.recipes.language import skipgram
from profundo.training.negative_sampling import NegativeSampling

RECIPE = Recipe(
    data=Around(("quijote",), most=6000),
    network=Word2VecConfig(vocabulary=6000, reads="word"),
    rule=NegativeSampling(epochs=15),
    evaluate=Analogies(),
    quick={
        "data.limit": 20_000,
        "data.most": 500,
        "network.vocabulary": 500,
        "rule.epochs": 4,
        "rule.lr": 0.1,
    },
    space=skipgram.RECIPE.space,
)
