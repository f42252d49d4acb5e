"""A convolutional network tells whether a sentence praises a film or pans it (S06).

profundo train textcnn_mr
profundo train textcnn_mr --data.fold 3         another tenth to test on; the paper's figure is the mean of ten
profundo predict runs/textcnn_mr-s0 "a gorgeous , witty , seductive movie"
profundo train textcnn_mr --data.name subj      10,000 sentences, subjective or objective; cr and mpqa have two classes too
"""

from profundo.core import Claim, Recipe
from profundo.data.sentences import Sentences
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.text_cnn import TextCNNConfig
from profundo.recipes.text import textcnn_trec

RECIPE = Recipe(
    data=Sentences(name="mr"),
    network=TextCNNConfig(),
    rule=textcnn_trec.RECIPE.rule,
    evaluate=Classification(),
    claim=Claim("error", 0.239, "Kim 2014, table 2, CNN-rand on MR: accuracy 76.1 %, mean of ten folds"),
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
