"""Seq2seq: one LSTM reads a German sentence backwards, another writes it in English from what the first remembers (S09).

profundo train seq2seq     captions of photographs (Multi30k), half an hour on two CPU cores

The first words come out best, for they were read last. Long sentences go wrong: whatever they say, it has to fit into one state.
`profundo train seq2seq --quick` translates a toy grammar; `profundo translate RUN "..."` asks what was learnt.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.pairs import Pairs
from profundo.evaluation.translation import Translation
from profundo.networks.recurrent.encoder_decoder import Seq2SeqConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import Linear
from profundo.training.translating import translation

RECIPE = Recipe(
    data=Pairs(),
    network=Seq2SeqConfig(vocabulary=7881, target_vocabulary=5948, embedding=256, units=256, layers=2, dropout=0.3),
    rule=GradientDescent(
        translation, epochs=12, batch_size=64, optimizer=Adam(lr=2e-3), schedule=Linear(warmup=0.02, final=0.05), clip=1.0
    ),
    evaluate=Translation(),
    claim=Claim(
        "bleu",
        13.76,
        "bentrevett/pytorch-seq2seq, notebook 1: LSTM, Multi30k test 2016, German to English, 13.9 million weights",
        lower_is_better=False,
        note="it has other tokens (spaCy's) and reads forwards; Sutskever et al. had 34.8 on WMT 2014, English to French",
    ),
    quick={
        "data.drawn": True,
        "network.vocabulary": 73,
        "network.target_vocabulary": 98,
        "network.embedding": 32,
        "network.units": 64,
        "network.dropout": 0.0,
        "rule.epochs": 3,
        "rule.batch_size": 16,
        "rule.optimizer.lr": 5e-3,
        "evaluate.sentences": 100,
    },
    space={
        "rule.optimizer.lr": Log(3e-4, 1e-2),
        "network.dropout": Choice(0.1, 0.3, 0.5),
        "network.backwards": Choice(True, False),
    },
)
