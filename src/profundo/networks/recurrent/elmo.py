"""ELMo: a word means what a language model that has read up to it and one that has read back to it think of it.

    forward  model    p(x_{t+1} | x_1 ... x_t)            backward model   p(x_{t-1} | x_t ... x_T)        (section 3.1)
    ELMo_t = gamma sum_j s_j h_{t,j},   s = softmax(w)    h_{t,0} the piece itself, h_{t,j} both ways' layer j      (equation 1)

Paper     Peters, Neumann, Iyyer, Gardner, Clark, Lee, Zettlemoyer (2018), Deep contextualized word representations.
Axes      B batch, T pieces, D width of each way, H = 2D of both, V vocabulary, J layers with the embedding.
Departs   Tokens are pieces with an embedding each; the paper's are words, which a convolution reads letter by letter. States are
          as wide as embeddings: the paper's LSTMs have 4096 units, projected to 512. What a layer reads is added to what it
          says; the paper does so with the second layer only. Piece 0 is filling.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.recurrent.elman import flipped
from profundo.networks.recurrent.lstm import LSTM

YEAR = 2018


@dataclass(frozen=True)
class ElmoConfig:
    vocabulary: int = 4000
    width: int = 128
    """D: numbers a piece has, and units of every layer and way."""
    layers: int = 2
    """LSTMs on top of each other, in either direction."""
    dropout: float = 0.1
    """Before every layer and the softmax."""

    def __post_init__(self) -> None:
        if self.layers < 1:
            raise ValueError(_("layers is at least 1"))

    def build(self) -> "Elmo":
        return Elmo(self)


class Elmo(nn.Module):
    """Two language models that share their embeddings and their softmax, and nothing else."""

    def __init__(self, config: ElmoConfig):
        super().__init__()
        D = config.width
        self.tokens = nn.Embedding(config.vocabulary, D)
        self.forwards = nn.ModuleList(LSTM(D, D) for _layer in range(config.layers))
        self.backwards = nn.ModuleList(LSTM(D, D) for _layer in range(config.layers))
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(D, config.vocabulary)

    def layers(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "J B T H"]:
        """h_0, h_1, ..., both ways side by side: the embedding twice, then every layer's states."""
        lengths = (x != 0).sum(1)
        there = back = self.tokens(x)
        found = [torch.cat([there, back], -1)]
        for forwards, backwards in zip(self.forwards, self.backwards, strict=True):
            there = self.further(forwards, there, lengths)
            back = flipped(self.further(backwards, flipped(back, lengths), lengths), lengths)
            found.append(torch.cat([there, back], -1))
        return torch.stack(found)

    def further(self, lstm: nn.Module, x: Float[Tensor, "B T D"], lengths: Int[Tensor, "B"]) -> Float[Tensor, "B T D"]:
        """One more layer; what it reads is added to what it says, so that the first layer's gradient has a short way."""
        return x + lstm(self.dropout(x), lengths)[0]

    def forward(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "B S V"]:
        """Logits of the next piece at every place, then of the previous one at every place; S = 2T."""
        there, back = self.dropout(self.layers(x)[-1]).chunk(2, -1)
        return self.output(torch.cat([there, back], 1))

    def meaning(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "B T H"]:
        """The mixture that a task would begin with: all layers in equal shares."""
        h = self.layers(x)
        return Mix(len(h))(h)


class Mix(nn.Module):
    """Equation 1: how much a task takes of each layer is learnt with the task."""

    def __init__(self, layers: int):
        """layers: with the embedding."""
        super().__init__()
        self.w = nn.Parameter(torch.zeros(layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, h: Float[Tensor, "J B T H"]) -> Float[Tensor, "B T H"]:
        return self.gamma * torch.tensordot(self.w.softmax(0), h, dims=1)
