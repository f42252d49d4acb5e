"""Karpathy's char-RNN: an LSTM learns to write like Shakespeare, letter by letter (S05).

profundo train char_rnn                           twelve minutes on one CPU core
profundo generate RUN "KING:" --temperature 0.8   what it writes
profundo train char_rnn --data novel.txt          your own text

All that the LSTM knows of what it has read is its state, 2 x 256 numbers; a GPT (gpt_shakespeare) can look at every letter again.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.text import Text
from profundo.evaluation.language import LanguageModel
from profundo.networks.recurrent.char_rnn import CharRNNConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=Text("shakespeare", context=128),
    network=CharRNNConfig(vocabulary=65, units=256),
    rule=GradientDescent(
        next_token,
        epochs=20,
        batch_size=50,
        optimizer=Adam(lr=4e-3),
        schedule=Cosine(warmup=0.01, final=0.05),
        clip=5.0,
    ),
    evaluate=LanguageModel(),
    quick={"data.windows": 1000, "data.limit": 200_000, "data.context": 16, "rule.epochs": 2},
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-2),
        "network.units": Choice(128, 256, 512),
        "network.layers": Choice(1, 2, 3),
        "network.dropout": Choice(0.0, 0.2, 0.5),
    },
)
