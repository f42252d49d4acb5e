"""The encoder-decoder of Cho et al.: two GRUs, and the sentence as one vector that the second sees at every word (S09).

profundo train encoder_decoder     captions of photographs (Multi30k), half an hour on two CPU cores

Better than `seq2seq`, whose LSTM has to carry the sentence along while it writes; but one vector it still is.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.pairs import Pairs
from profundo.evaluation.translation import Translation
from profundo.networks.recurrent.encoder_decoder import EncoderDecoderConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import Linear
from profundo.training.translating import translation

RECIPE = Recipe(
    data=Pairs(),
    network=EncoderDecoderConfig(vocabulary=7881, target_vocabulary=5948, embedding=256, units=384, maxout=256, dropout=0.5),
    rule=GradientDescent(
        translation, epochs=12, batch_size=64, optimizer=Adam(lr=1e-3), schedule=Linear(warmup=0.02, final=0.05), clip=1.0
    ),
    evaluate=Translation(),
    claim=Claim(
        "bleu",
        20.61,
        "bentrevett/pytorch-seq2seq, notebook 2: GRU, Multi30k test 2016, German to English, 14.2 million weights",
        lower_is_better=False,
        note="it has other tokens (spaCy's); Cho et al. scored phrases for another translator",
    ),
    quick={
        "data.drawn": True,
        "network.vocabulary": 73,
        "network.target_vocabulary": 98,
        "network.embedding": 32,
        "network.units": 64,
        "network.maxout": 32,
        "network.dropout": 0.0,
        "rule.epochs": 3,
        "rule.batch_size": 32,
        "rule.optimizer.lr": 5e-3,
        "evaluate.sentences": 100,
    },
    space={"rule.optimizer.lr": Log(3e-4, 1e-2), "network.dropout": Choice(0.3, 0.5), "network.units": Choice(256, 384, 512)},
)
