"""Two networks that translate: one reads a sentence into a few numbers, another writes its translation out of them.

    Seq2Seq          an LSTM reads the source, from its last word to its first; its last state is where a second LSTM begins.
    EncoderDecoder   a GRU reads the source; what it ends with, c, is shown to a second GRU, and to the output, at every word.

Both write one word at a time: p(y_t | y_1 ... y_t-1, x).

Paper     Sutskever, Vinyals, Le (2014), Sequence to sequence learning with neural networks;
          Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for statistical machine translation.
Axes      B batch, S words of the source, T of the translation, E numbers of an embedding, H units, L layers, V words known,
          D numbers from which an output is made.
Departs   Sutskever: 2 layers instead of 4, with dropout, which the paper lacks. Cho: it translates sentences, the paper scored
          phrases; the units are those of networks/recurrent/gru.py, which departs in two points.

Both, like every translator here, offer `encode(x)`, what is remembered before the first word, and `decode_step(word, state)`:
the logits of the next word and the state after it. A state is a tuple of tensors whose first axis is the batch, so that whoever
searches may pick and repeat sentences.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.recurrent.elman import flipped
from profundo.networks.recurrent.gru import GRU
from profundo.networks.recurrent.lstm import LSTM

YEAR = 2014

State = tuple[Tensor, ...]


def possible(dropout: float, *counts: int) -> None:
    """Raises ValueError for sizes that no network has."""
    if min(counts) < 1 or not 0 <= dropout < 1:
        raise ValueError(_("sizes are at least 1, and dropout is at least 0 and below 1"))


@dataclass(frozen=True)
class Seq2SeqConfig:
    vocabulary: int = 7881
    """Words of the source."""
    target_vocabulary: int = 5948
    embedding: int = 256
    units: int = 512
    layers: int = 2
    dropout: float = 0.5
    backwards: bool = True
    """Read the source from its last word to its first, so that the two beginnings are close (section 3.3)."""

    def __post_init__(self) -> None:
        possible(self.dropout, self.vocabulary, self.target_vocabulary, self.embedding, self.units, self.layers)

    def build(self) -> "Seq2Seq":
        return Seq2Seq(self)


class Seq2Seq(nn.Module):
    """Sutskever's: all that the second LSTM learns of the source is the state, h and c of each layer, that it begins with."""

    def __init__(self, config: Seq2SeqConfig):
        super().__init__()
        E, H, L = config.embedding, config.units, config.layers
        self.backwards = config.backwards
        self.source = nn.Embedding(config.vocabulary, E, padding_idx=0)
        self.target = nn.Embedding(config.target_vocabulary, E, padding_idx=0)
        self.encoder = LSTM(E, H, L, dropout=config.dropout)
        self.decoder = LSTM(E, H, L, dropout=config.dropout)
        self.output = nn.Linear(H, config.target_vocabulary)
        self.dropout = nn.Dropout(config.dropout)
        bound = 0.08 * (1000 / H) ** 0.5  # 0.08 for the paper's 1,000 units (section 3.4); fewer begin with larger weights
        for weights in self.parameters():
            nn.init.uniform_(weights, -bound, bound)
        for embedding in (self.source, self.target):
            nn.init.zeros_(embedding.weight[0])  # type: ignore[arg-type]  # what fills up says nothing

    def forward(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """Sources, and translations from BEGIN on -> at each place, the logits of the word that comes next."""
        return self.decode(y, self.encode(x))[0]

    def encode(self, x: Int[Tensor, "B S"]) -> State:
        """h and c, each (B, L, H)."""
        lengths = (x != 0).sum(1)
        x = flipped(x, lengths) if self.backwards else x
        _outputs, state = self.encoder(self.dropout(self.source(x)), lengths)
        return batch_first(state)

    def decode(self, y: Int[Tensor, "B T"], state: State) -> tuple[Float[Tensor, "B T V"], State]:
        outputs, state = self.decoder(self.dropout(self.target(y)), state=batch_first(state))
        return self.output(self.dropout(outputs)), batch_first(state)

    def decode_step(self, previous: Int[Tensor, "B"], state: State) -> tuple[Float[Tensor, "B V"], State]:
        logits, state = self.decode(previous[:, None], state)
        return logits[:, 0], state


@dataclass(frozen=True)
class EncoderDecoderConfig:
    vocabulary: int = 7881
    """Words of the source."""
    target_vocabulary: int = 5948
    embedding: int = 256
    units: int = 512
    maxout: int = 256
    """Numbers before the output, each the larger of two."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        possible(self.dropout, self.vocabulary, self.target_vocabulary, self.embedding, self.units, self.maxout)

    def build(self) -> "EncoderDecoder":
        return EncoderDecoder(self)


class EncoderDecoder(nn.Module):
    """Cho's: c = tanh(V h_S) is the whole sentence, and the decoder has it before its eyes all the time."""

    def __init__(self, config: EncoderDecoderConfig):
        super().__init__()
        E, H = config.embedding, config.units
        self.source = nn.Embedding(config.vocabulary, E, padding_idx=0)
        self.target = nn.Embedding(config.target_vocabulary, E, padding_idx=0)
        self.encoder = GRU(E, H)
        self.V = nn.Linear(H, H)
        self.begin = nn.Linear(H, H)
        self.decoder = GRU(E + H, H)
        self.output = DeepOutput(E + 2 * H, config.maxout, config.target_vocabulary)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """Sources, and translations from BEGIN on -> at each place, the logits of the word that comes next."""
        return self.decode(y, self.encode(x))[0]

    def encode(self, x: Int[Tensor, "B S"]) -> State:
        """h'_0 = tanh(V' c) and c, each (B, H)."""
        _outputs, (h,) = self.encoder(self.dropout(self.source(x)), (x != 0).sum(1))
        c = self.V(h[0]).tanh()
        return self.begin(c).tanh(), c

    def decode(self, y: Int[Tensor, "B T"], state: State) -> tuple[Float[Tensor, "B T V"], State]:
        h, c = state
        words = self.dropout(self.target(y))
        always = c[:, None].expand(-1, y.shape[1], -1)
        outputs, (h,) = self.decoder(torch.cat([words, always], -1), state=(h[None],))
        return self.output(self.dropout(torch.cat([outputs, words, always], -1))), (h[0], c)

    def decode_step(self, previous: Int[Tensor, "B"], state: State) -> tuple[Float[Tensor, "B V"], State]:
        logits, state = self.decode(previous[:, None], state)
        return logits[:, 0], state


class DeepOutput(nn.Module):
    """Of each two numbers O x the larger, then a logit a word (Cho's appendix A.1.2; Pascanu et al. 2014)."""

    def __init__(self, inputs: int, maxout: int, words: int):
        super().__init__()
        self.O = nn.Linear(inputs, 2 * maxout)
        self.G = nn.Linear(maxout, words)

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B V"]:
        return self.G(self.O(x).unflatten(-1, (-1, 2)).amax(-1))


def batch_first(state: State) -> State:
    """(L, B, H) <-> (B, L, H) of each part."""
    return tuple(part.transpose(0, 1).contiguous() for part in state)
