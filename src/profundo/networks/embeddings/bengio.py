"""A neural probabilistic language model: every word a point of a space that is learnt with the probabilities.

Paper     Bengio, Ducharme, Vincent, Jauvin (2003), A neural probabilistic language model, JMLR 3, equations 1-5; NIPS 2000.
Axes      B batch, T = n - 1 words before, m features of a word, h hidden units, V vocabulary.
Departs   Dropout of hidden units and of features, which is of 2014, if asked for; initial weights as torch draws them.

    x = (C(w_{t-n+1}), ..., C(w_{t-1})),    y = b + W x + U tanh(d + H x),    p(w_t | ...) = softmax(y)

W, the direct connections, may be left out, as in the paper's best networks.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2003


@dataclass(frozen=True)
class BengioConfig:
    vocabulary: int = 16_384
    context: int = 4
    """n - 1: words that it reads."""
    dimensions: int = 30
    """m: coordinates of a word."""
    hidden: int = 100
    """h: hidden units."""
    direct: bool = False
    """Connections from the features straight to the outputs, W."""
    dropout: float = 0.0
    """Share of features and of hidden units left out in training."""

    def __post_init__(self) -> None:
        if min(self.context, self.dimensions, self.hidden) < 1 or self.vocabulary < 2:
            raise ValueError(_("context, dimensions and hidden are at least 1, vocabulary at least 2"))
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "Bengio":
        return Bengio(self)


class Bengio(nn.Module):
    def __init__(self, config: BengioConfig):
        super().__init__()
        read = config.context * config.dimensions
        self.C = nn.Embedding(config.vocabulary, config.dimensions)
        self.H = nn.Linear(read, config.hidden)  # its bias is d
        self.U = nn.Linear(config.hidden, config.vocabulary)  # its bias is b
        self.W = nn.Linear(read, config.vocabulary, bias=False) if config.direct else None
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, words: Int[Tensor, "B T"]) -> Float[Tensor, "B 1 V"]:
        x = self.dropout(self.C(words).flatten(1))  # (B, T m)
        y = self.U(self.dropout(torch.tanh(self.H(x))))
        return (y if self.W is None else y + self.W(x))[:, None]

    def log_p(self, words: Int[Tensor, "B T"], y: Int[Tensor, "B 1"]) -> Float[Tensor, "B"]:
        """ln p of the words that did come next."""
        return -F.cross_entropy(self(words)[:, 0].float(), y[:, 0], reduction="none")
