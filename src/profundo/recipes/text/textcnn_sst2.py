"""A convolutional network tells good from bad in Stanford's sentiment treebank (S06).

profundo train textcnn_sst2
profundo train textcnn_sst2 --data.name sst1 --network.classes 5       five degrees

The paper learns from the phrases of the treebank too, ten times as many examples; these are its sentences.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.sentences import Sentences
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.text_cnn import TextCNNConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adadelta

RECIPE = Recipe(
    data=Sentences(name="sst2"),
    network=TextCNNConfig(),
    rule=GradientDescent(cross_entropy, epochs=25, batch_size=50, optimizer=Adadelta(), max_norm=3.0),
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
    space={
        "rule.optimizer.lr": Log(0.1, 10.0),
        "network.dropout": Choice(0.0, 0.25, 0.5, 0.75),
        "network.maps": Choice(25, 50, 100, 200),
    },
)
