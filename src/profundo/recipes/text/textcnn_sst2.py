"""A convolutional network tells good from bad in Stanford's sentiment treebank (S06).

profundo train textcnn_sst2
profundo train textcnn_sst2 --data.name sst1 --network.classes 5       five degrees

The paper learns from the phrases of the treebank too, ten times as many examples; these are its sentences.
"""

from profundo.core import Claim, Recipe
from profundo.data.sentences import Sentences
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.text_cnn import TextCNNConfig
from profundo.recipes.text import textcnn_trec

RECIPE = Recipe(
    data=Sentences(name="sst2"),
    network=TextCNNConfig(),
    rule=textcnn_trec.RECIPE.rule,
    evaluate=Classification(),
    claim=Claim(
        "error",
        0.173,
        "Kim 2014, table 2, CNN-rand on SST-2: accuracy 82.7 %",
        note="the paper learns from phrases too, ten times as many examples",
    ),
    quick={
        "data.drawn": True,
        "data.words": 100,
        "network.vocabulary": 100,
        "network.dimension": 20,
        "network.maps": 20,
        "rule.epochs": 8,
    },
    space=textcnn_trec.RECIPE.space,
)
