"""A convolutional network tells what a question asks for: a person, a place, a number... (S06).

profundo train textcnn_trec
profundo predict runs/textcnn_trec-s0 "What is the capital of Chile ?"
profundo train textcnn_trec --data questions.tsv       your own sentences: a label, a tab and a sentence a line

Words begin with vectors drawn by lot: Kim's CNN-rand. Any of his seven sets is --data.name, with --network.classes 2 or 5.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.sentences import Sentences
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.text_cnn import TextCNNConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adadelta

RECIPE = Recipe(
    data=Sentences(name="trec", words=9000),
    network=TextCNNConfig(vocabulary=9000, classes=6),
    rule=GradientDescent(cross_entropy, epochs=25, batch_size=50, optimizer=Adadelta(), max_norm=3.0),
    evaluate=Classification(),
    claim=Claim("error", 0.088, "Kim 2014, table 2, CNN-rand on TREC: accuracy 91.2 %"),
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
