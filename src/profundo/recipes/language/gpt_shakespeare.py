"""A small GPT learns to write like Shakespeare, letter by letter (L12).

profundo train gpt_shakespeare                          two minutes on two CPU cores
profundo generate RUN "ROMEO:" --temperature 0.8        what it writes
profundo train gpt_shakespeare --data novel.txt         your own text

nanoGPT's configuration for a laptop: 4 blocks, 4 heads, 128 wide, windows of 64 letters, batches of 12. Its 2,000 batches take
about three minutes; here 5,000 fit into two. With `--rule.epochs 8` as many letters are read as there. Its windows are drawn by
lot; here the 3,000 of an epoch are spread evenly over the text, elsewhere each time. Its validation is the last tenth of the
text; here the first half of that is dev, the second half test.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.text import Text
from profundo.evaluation.language import LanguageModel
from profundo.networks.attention.gpt import GPTConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam
from profundo.training.schedules import Cosine

RECIPE = Recipe(
    data=Text("shakespeare", context=64, windows=3000),
    network=GPTConfig(vocabulary=65, context=64, depth=4, width=128, heads=4, bias=False, gelu="exact"),
    rule=GradientDescent(
        next_token,
        epochs=20,
        batch_size=12,
        optimizer=Adam(lr=1e-3, beta1=0.9, beta2=0.99, weight_decay=0.1),
        schedule=Cosine(warmup=0.05, final=0.1),
        clip=1.0,
    ),
    evaluate=LanguageModel(),
    claim=Claim(
        "loss",
        1.88,
        "nanoGPT's README: 2,000 iterations on a CPU",
        note="theirs is measured on 15,360 letters drawn from the last tenth; ours on the last twentieth",
    ),
    quick={
        "data.windows": 240,
        "data.limit": 200_000,
        "network.depth": 2,
        "network.width": 64,
        "rule.epochs": 6,
        "rule.optimizer.lr": 3e-3,
    },
    space={
        "rule.optimizer.lr": Log(1e-4, 1e-2),
        "network.depth": Choice(2, 4, 6),
        "network.dropout": Choice(0.0, 0.1, 0.2),
    },
)
