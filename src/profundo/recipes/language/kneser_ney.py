"""Five words of Brown, counted and smoothed by Kneser and Ney (L02): what the first neural language model had to beat.

profundo train kneser_ney     half a minute on two CPU cores

An epoch is an order: words alone, pairs, triples... The perplexity on dev falls steeply to the triples and hardly beyond them:
most runs of five words occur once. Bengio et al. (2003) report 323 for order 3 and 321 for order 5, from a copy of Brown cut into
words in another way (47,578 kinds; ours has 56,059, of which the vocabulary takes as many as theirs, 16,383).
"""

from profundo.core import Choice, Claim, Recipe
from profundo.data.words import Words
from profundo.evaluation.next_word import NextWord
from profundo.networks.embeddings.ngram import NGramConfig
from profundo.training.counting import Counting

RECIPE = Recipe(
    data=Words(),
    network=NGramConfig(order=5),
    rule=Counting(orders=(1, 2, 3, 4, 5)),
    evaluate=NextWord(),
    claim=Claim("perplexity", 321.0, "Bengio et al. 2003, table 1: Kneser-Ney back-off, order 5"),
    quick={"data.texts": ("quijote",), "data.limit": 20_000, "data.most": 500, "network.vocabulary": 500},
    space={"network.discounts": Choice("one", "three")},
)
