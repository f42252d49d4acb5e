"""Bahdanau's attention: before each word the translator looks at the source, and learns by itself where (S10).

profundo train bahdanau                  captions of photographs (Multi30k), half an hour on two CPU cores
profundo train bahdanau --quick          a toy grammar, English to Spanish, in seconds
profundo explain RUN "ein Mann schläft"  the alignment, drawn: which word was looked at for which
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.pairs import Pairs
from profundo.evaluation.translation import Translation
from profundo.networks.recurrent.bahdanau import BahdanauConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import Linear
from profundo.training.translating import translation

RECIPE = Recipe(
    data=Pairs(),
    network=BahdanauConfig(
        vocabulary=7881, target_vocabulary=5948, embedding=256, units=256, alignment=256, maxout=256, dropout=0.5
    ),
    rule=GradientDescent(
        translation, epochs=10, batch_size=64, optimizer=Adam(lr=1e-3), schedule=Linear(warmup=0.02, final=0.05), clip=1.0
    ),
    evaluate=Translation(),
    claim=Claim(
        "bleu",
        28.30,
        "bentrevett/pytorch-seq2seq, notebook 3: Multi30k test 2016, German to English, 20.5 million weights",
        lower_is_better=False,
        note="it has other tokens (spaCy's); Bahdanau et al. had 26.75 on WMT 2014, English to French, table 1",
    ),
    quick={
        "data.drawn": True,
        "network.vocabulary": 73,
        "network.target_vocabulary": 98,
        "network.embedding": 32,
        "network.units": 32,
        "network.alignment": 32,
        "network.maxout": 32,
        "network.dropout": 0.0,
        "rule.epochs": 2,
        "rule.batch_size": 32,
        "rule.optimizer.lr": 5e-3,
        "evaluate.sentences": 100,
    },
    space={"rule.optimizer.lr": Log(3e-4, 1e-2), "network.dropout": Choice(0.3, 0.5), "network.units": Choice(256, 384, 512)},
)
