"""The Transformer translates captions of photographs from German into English (L08).

profundo train transformer_multi30k       29,000 pairs, ten epochs: twenty minutes on two CPU cores

The size and the rule are those of Ben Trevett's notebook: 3 + 3 layers, 256 wide, 512 hidden, 8 heads, Adam at 0.0005, gradients
of length 1 at most. Its 9.0 million weights are fewer here, for the target's embedding makes the logits too, as in the paper; its
positions are learnt, ours are the paper's.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.pairs import Pairs
from profundo.evaluation.translation import Translation
from profundo.networks.attention.transformer import TransformerConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.translating import translation

RECIPE = Recipe(
    data=Pairs("multi30k", "de-en"),
    network=TransformerConfig(7881, 5948, shared=False, depth=3, width=256, heads=8, hidden=512, dropout=0.1),
    rule=GradientDescent(translation, epochs=10, batch_size=128, optimizer=Adam(lr=5e-4), clip=1.0),
    evaluate=Translation(),
    claim=Claim(
        "bleu",
        36.52,
        "Trevett, pytorch-seq2seq (legacy), notebook 6: test 2016, small letters, spaCy's words, torchtext's BLEU",
        lower_is_better=False,
        note="words are cut otherwise here, and BLEU depends on that",
    ),
    quick={
        "data.drawn": True,
        "network.vocabulary": 73,
        "network.target_vocabulary": 98,
        "network.depth": 2,
        "network.width": 64,
        "network.heads": 4,
        "network.hidden": 128,
        "network.dropout": 0.0,
        "rule.epochs": 2,
        "rule.batch_size": 64,
        "rule.optimizer.lr": 3e-3,
    },
    space={"rule.optimizer.lr": Log(1e-4, 3e-3), "network.dropout": Choice(0.1, 0.2, 0.3), "rule.epochs": Choice(10, 15, 20)},
)
