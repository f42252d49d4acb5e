"""RNNsearch: a translator that looks back at the source before each word, and learns where to look.

    h_j = [forward h_j; backward h_j]                          an annotation of each word of the source, by a GRU both ways
    e_ij = v . tanh(W s_{i-1} + U h_j)                         how well what was written so far and source word j match
    alpha_ij = exp(e_ij) / sum_k exp(e_ik)                     the alignment: where it looks for its i-th word
    c_i = sum_j alpha_ij h_j                                   what it sees there
    s_i = GRU(s_{i-1}, [y_{i-1}; c_i])
    p(y_i | y_<i, x) from s_i, y_{i-1} and c_i

A sentence no longer has to fit into one vector, and alpha can be drawn: nobody told the network which word translates which.

Paper     Bahdanau, Cho, Bengio (2014), Neural machine translation by jointly learning to align and translate.
Axes      B batch, S words of the source, T of the translation, E numbers of an embedding, H units, A alignment units, V words,
          D = 2H numbers of an annotation.
Departs   Dropout, which the paper lacks. The output looks at s_i, as equation 4 has it (the appendix: s_{i-1}). The GRU is that
          of networks/recurrent/gru.py. Sizes are a quarter of the paper's: its corpus had 348 million words.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.networks.recurrent.encoder_decoder import DeepOutput, State, possible
from profundo.networks.recurrent.gru import GRU

YEAR = 2014


@dataclass(frozen=True)
class BahdanauConfig:
    vocabulary: int = 7881
    """Words of the source."""
    target_vocabulary: int = 5948
    embedding: int = 256
    units: int = 256
    """Of the decoder, and of the encoder in each direction."""
    alignment: int = 256
    """Units of the little network that says where to look."""
    maxout: int = 256
    """Numbers before the output, each the larger of two."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        sizes = (self.vocabulary, self.target_vocabulary, self.embedding, self.units, self.alignment, self.maxout)
        possible(self.dropout, *sizes)

    def build(self) -> "Bahdanau":
        return Bahdanau(self)


class AdditiveAttention(nn.Module):
    """A network with one hidden layer scores every word of the source against what was written so far."""

    def __init__(self, state: int, annotation: int, units: int):
        super().__init__()
        self.W = nn.Linear(state, units)
        self.U = nn.Linear(annotation, units, bias=False)
        self.v = nn.Linear(units, 1, bias=False)

    def forward(
        self, s: Float[Tensor, "B H"], h: Float[Tensor, "B S D"], Uh: Float[Tensor, "B S A"], real: Bool[Tensor, "B S"]
    ) -> tuple[Float[Tensor, "B D"], Float[Tensor, "B S"]]:
        """c and alpha, which is 0 where the source is filled up. Uh does not depend on s: it is computed once a sentence."""
        e = self.v((self.W(s)[:, None] + Uh).tanh())[..., 0]
        alpha = e.masked_fill(~real, -torch.inf).softmax(-1)
        return torch.bmm(alpha[:, None], h)[:, 0], alpha


class Bahdanau(nn.Module):
    def __init__(self, config: BahdanauConfig):
        super().__init__()
        E, H = config.embedding, config.units
        self.source = nn.Embedding(config.vocabulary, E, padding_idx=0)
        self.target = nn.Embedding(config.target_vocabulary, E, padding_idx=0)
        self.encoder = GRU(E, H, directions=2)
        self.begin = nn.Linear(H, H)
        self.attention = AdditiveAttention(H, 2 * H, config.alignment)
        self.decoder = GRU(E + 2 * H, H)
        self.output = DeepOutput(E + 3 * H, config.maxout, config.target_vocabulary)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """Sources, and translations from BEGIN on -> at each place, the logits of the word that comes next."""
        return self.decode(y, self.encode(x))[0]

    def alignment(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T S"]:
        """alpha: how much of the look before the word that follows y_i goes to each word of the source."""
        return self.decode(y, self.encode(x))[1]

    def encode(self, x: Int[Tensor, "B S"]) -> State:
        """s_0 (B, H), annotations h (B, S, 2H), U h (B, S, A), and which words are real (B, S)."""
        real = x != 0
        h, (last,) = self.encoder(self.dropout(self.source(x)), real.sum(1))
        s = self.begin(last[1]).tanh()  # of the direction that ends at the first word
        return s, h, self.attention.U(h), real

    def decode(self, y: Int[Tensor, "B T"], state: State) -> tuple[Float[Tensor, "B T V"], Float[Tensor, "B T S"], State]:
        """Logits, alignments and the state after the last word."""
        s, h, Uh, real = state
        words = self.dropout(self.target(y))
        W, W_h, b, b_h = self.decoder.weights(0)
        W_word, W_seen = W.split([words.shape[-1], h.shape[-1]], 1)
        steps = []
        for given in F.linear(words, W_word, b).unbind(1):  # of the words at all times in one product
            c, alpha = self.attention(s, h, Uh, real)
            (s,) = self.decoder.step(given + F.linear(c, W_seen), (s,), W_h, b_h)
            steps.append((s, c, alpha))
        written, seen, alphas = (torch.stack(parts, 1) for parts in zip(*steps, strict=True))
        logits = self.output(self.dropout(torch.cat([written, words, seen], -1)))
        return logits, alphas, (s, h, Uh, real)

    def decode_step(self, previous: Int[Tensor, "B"], state: State) -> tuple[Float[Tensor, "B V"], State]:
        logits, _alphas, state = self.decode(previous[:, None], state)
        return logits[:, 0], state
