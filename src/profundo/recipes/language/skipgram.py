"""word2vec, skip-gram: from a word, those around it (L05). Words used alike come to lie close to each other.

profundo train skipgram     under a minute on a CPU
profundo predict runs/skipgram-s0 king "king - man + woman"

1.4 million words, Brown and Shakespeare: enough for neighbours that make sense, too few for analogies (the paper's smallest text
has 24 million words, and CBOW 13 to 24 % of the questions right on it). `skipgram_quijote` learns Spanish.
"""

from profundo.core import Log, Range, Recipe
from profundo.data.around import Around
from profundo.evaluation.analogies import Analogies
from profundo.networks.embeddings.word2vec import Word2VecConfig
from profundo.training.negative_sampling import NegativeSampling

RECIPE = Recipe(
    data=Around(),
    network=Word2VecConfig(reads="word"),
    rule=NegativeSampling(epochs=10),
    evaluate=Analogies(),
    quick={
        "data.texts": ("quijote",),
        "data.limit": 20_000,
        "data.most": 500,
        "network.vocabulary": 500,
        "rule.epochs": 4,
        "rule.lr": 0.1,
    },
    space={"rule.lr": Log(5e-3, 0.1), "rule.window": Range(2, 10), "network.dimensions": Range(50, 200)},
)
