"""T5 in small: one network translates both ways and fills in what is missing, as the first word asks (L13).

profundo train t5_tiny                                        verses of the Bible, three tasks
profundo train t5_tiny --quick                                a toy grammar, one task
profundo train t5_tiny --quick --data.tasks spanish,english,fill --rule.epochs 4
profundo translate RUN "spanish: the red cats sleep" "fill: the red _ sleep"

The paper learns to fill in first and the tasks later, from far more text; here all three are learnt together, at the rate of
0.001 with which the paper fine-tunes (section 3.1.2), by Adam instead of AdaFactor.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.text_to_text import TextToText
from profundo.evaluation.translation import Translation
from profundo.networks.attention.t5 import T5Config
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.translating import translation

RECIPE = Recipe(
    data=TextToText(),
    network=T5Config(vocabulary=11019, depth=3, width=256, heads=8, head_width=32, hidden=512),
    rule=GradientDescent(translation, epochs=15, batch_size=128, optimizer=Adam(lr=1e-3), clip=1.0),
    evaluate=Translation(),
    quick={
        "data.drawn": True,
        "network.vocabulary": 181,
        "data.tasks": ("spanish",),
        "network.depth": 2,
        "network.width": 64,
        "network.heads": 4,
        "network.head_width": 16,
        "network.hidden": 128,
        "network.dropout": 0.0,
        "rule.epochs": 2,
        "rule.batch_size": 32,
        "rule.optimizer.lr": 5e-3,
        "evaluate.sentences": 100,
    },
    space={"rule.optimizer.lr": Log(1e-4, 1e-2), "network.dropout": Choice(0.0, 0.1, 0.2), "network.depth": Choice(1, 2, 3, 6)},
)
