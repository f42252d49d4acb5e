"""The first neural language model on Brown, 800,000 words (L03): words that are used alike come to lie close to each other.

profundo train bengio     about twenty minutes on a CPU

n = 5, h = 100, m = 30 and no direct connections, as MLP9 and MLP10 of the paper. Alone it claims a test perplexity of 276, mixed
half and half with a trigram 252 (`mixed_perplexity`; our trigram is Kneser and Ney's, better than the paper's interpolated one).
Departs: Adam and dropout where the paper has plain stochastic gradient descent and weight decay.
"""

from profundo.core import Claim, Log, Range, Recipe
from profundo.data.words import Words
from profundo.evaluation.next_word import NextWord
from profundo.networks.embeddings.bengio import BengioConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.many_words import next_of_many
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=Words(),
    network=BengioConfig(dropout=0.2),
    rule=GradientDescent(next_of_many, epochs=8, batch_size=256, optimizer=Adam(lr=2e-3), schedule=OneCycle()),
    evaluate=NextWord(mixed=3),
    claim=Claim("perplexity", 276.0, "Bengio et al. 2003, table 1: MLP9; mixed with a trigram (MLP10) 252"),
    quick={
        "data.texts": ("quijote",),
        "data.limit": 20_000,
        "data.most": 500,
        "network.vocabulary": 500,
        "rule.epochs": 2,
        "rule.optimizer.lr": 5e-3,
    },
    space={"rule.optimizer.lr": Log(1e-4, 1e-2), "network.dropout": Range(0.0, 0.5)},
)
