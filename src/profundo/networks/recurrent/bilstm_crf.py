"""BiLSTM-CRF: an LSTM each way says what every word may be, a conditional random field which tags may follow each other.

    word      its vector, beside what detectors find in its characters
    context   LSTMs that read from the left and from the right, side by side at every word
    P         scores P[t, k] of tag k at word t
    path      s(y) = begin[y_1] + sum_t P[t, y_t] + sum_t A[y_{t-1}, y_t] + end[y_T]
    learnt    -log p(y) = log sum_y' exp s(y') - s(y), over all K^T paths: the forward algorithm adds them up in T K^2 steps
    said      argmax_y s(y): Viterbi's algorithm, the same steps with a maximum where that one has a sum

Paper     Lample, Ballesteros, Subramanian, Kawakami, Dyer (2016), Neural architectures for named entity recognition.
          The field: Lafferty, McCallum, Pereira (2001), Conditional random fields.
Axes      B batch, T words, C = 1 + characters of a word, D numbers a word, K tags (I of a tag before, J of the one after it).
Departs   Characters are read by detectors of three in a row and their maxima, as in Ma and Hovy (2016), End-to-end sequence
          labelling via bi-directional LSTM-CNNs-CRF, where Lample et al. have LSTMs. Word vectors are drawn by lot, theirs were
          pretrained. What fills up a sentence is left out everywhere.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.convolutional.text_cnn import Detectors
from profundo.networks.recurrent.lstm import LSTM

YEAR = 2016


@dataclass(frozen=True)
class BiLSTMCRFConfig:
    vocabulary: int = 12_000
    tags: int = 9
    dimension: int = 100
    """Numbers that stand for a word."""
    characters: int = 354
    """Different characters, with the one that fills up and the one for all others."""
    character_dimension: int = 25
    maps: int = 50
    """Detectors of three characters in a row."""
    units: int = 100
    """Of each LSTM."""
    both_ways: bool = True
    """Read from the right too; else from the left only."""
    crf: bool = True
    """Weigh whole paths of tags; else each tag by itself, with a softmax."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        sizes = (self.vocabulary, self.dimension, self.characters, self.character_dimension, self.maps, self.units)
        if min(sizes) < 1 or self.tags < 2:
            raise ValueError(_("sizes are at least 1, and tags at least 2"))
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "BiLSTMCRF":
        return BiLSTMCRF(self)


class BiLSTMCRF(nn.Module):
    """x (B, T, C): the number of a word, then those of its characters; 0 fills up both."""

    def __init__(self, config: BiLSTMCRFConfig):
        super().__init__()
        ways = 2 if config.both_ways else 1
        self.words = nn.Embedding(config.vocabulary, config.dimension, padding_idx=0)
        self.characters = nn.Embedding(config.characters, config.character_dimension, padding_idx=0)
        for table in (self.words, self.characters):
            bound = (3 / table.embedding_dim) ** 0.5  # a variance of 1 / D, as the paper begins
            nn.init.uniform_(table.weight, -bound, bound)
            nn.init.zeros_(table.weight[0])
        self.detectors = Detectors(config.character_dimension, config.maps, 3)
        self.dropout = nn.Dropout(config.dropout)
        self.context = LSTM(config.dimension + config.maps, config.units, directions=ways)
        self.hidden = nn.Linear(ways * config.units, config.units)
        self.scores = nn.Linear(config.units, config.tags)
        self.field = LinearChain(config.tags) if config.crf else Apart()

    def emissions(self, x: Int[Tensor, "B T C"]) -> Float[Tensor, "B T K"]:
        """P: how well each tag suits each word in its context."""
        words, real = x[..., 0], x[..., 0] != 0
        letters, which = x[..., 1:].flatten(0, 1).unique(dim=0, return_inverse=True)  # each word is spelt out once
        spelling = self.detectors(self.characters(letters), letters != 0)[which].unflatten(0, words.shape)
        given = self.dropout(torch.cat([self.words(words), spelling], -1))
        context, _state = self.context(given, real.sum(1))
        return self.scores(self.hidden(context).tanh())

    def nll(self, x: Int[Tensor, "B T C"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B"]:
        """-log p(y | x) of each sentence, in nats."""
        return self.field.nll(self.emissions(x).float(), y, x[..., 0] != 0)

    def forward(self, x: Int[Tensor, "B T C"]) -> Int[Tensor, "B T"]:
        """The best tags; 0 where a sentence is filled up."""
        return self.field.best(self.emissions(x).float(), x[..., 0] != 0)


class LinearChain(nn.Module):
    """A conditional random field over K tags in a row. P (B, T, K) scores of tags, y (B, T) tags, real (B, T): true to the end
    of a sentence.
    """

    def __init__(self, tags: int):
        super().__init__()
        self.A = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))  # [before, after]
        self.begin = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))

    def nll(self, P: Float[Tensor, "B T K"], y: Int[Tensor, "B T"], real: Bool[Tensor, "B T"]) -> Float[Tensor, "B"]:
        """-log p(y)."""
        return self.log_partition(P, real) - self.score(P, y, real)

    def score(self, P: Float[Tensor, "B T K"], y: Int[Tensor, "B T"], real: Bool[Tensor, "B T"]) -> Float[Tensor, "B"]:
        """s(y) of one path."""
        y = torch.where(real, y, 0)
        at_words = (P.gather(2, y[..., None])[..., 0] * real).sum(1)
        between = (self.A[y[:, :-1], y[:, 1:]] * real[:, 1:]).sum(1)
        last = y.gather(1, real.sum(1, keepdim=True) - 1)[:, 0]
        return self.begin[y[:, 0]] + at_words + between + self.end[last]

    def log_partition(self, P: Float[Tensor, "B T K"], real: Bool[Tensor, "B T"]) -> Float[Tensor, "B"]:
        """log sum_y exp s(y). alpha[k] = the same sum over all paths so far that end in tag k."""
        first, *rest = P.unbind(1)
        alpha = self.begin + first
        for p, inside in zip(rest, real.unbind(1)[1:], strict=True):
            longer = (alpha[:, :, None] + self.A).logsumexp(1) + p  # (B, I, J) -> (B, J)
            alpha = torch.where(inside[:, None], longer, alpha)
        return (alpha + self.end).logsumexp(1)

    def best(self, P: Float[Tensor, "B T K"], real: Bool[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        """argmax_y s(y). delta[k] = s of the best path so far that ends in tag k; `came` remembers through which tags it came."""
        first, *rest = P.unbind(1)
        delta, came = self.begin + first, []
        stay = torch.arange(P.shape[2], device=P.device).expand_as(delta)
        for p, inside in zip(rest, real.unbind(1)[1:], strict=True):
            longer, before = (delta[:, :, None] + self.A).max(1)
            delta = torch.where(inside[:, None], longer + p, delta)
            came.append(torch.where(inside[:, None], before, stay))
        tags = [(delta + self.end).argmax(1)]
        for before in reversed(came):
            tags.append(before.gather(1, tags[-1][:, None])[:, 0])
        return torch.stack(tags[::-1], 1) * real


class Apart(nn.Module):
    """No field: each word's tag by itself."""

    def nll(self, P: Float[Tensor, "B T K"], y: Int[Tensor, "B T"], real: Bool[Tensor, "B T"]) -> Float[Tensor, "B"]:
        return (F.cross_entropy(P.transpose(1, 2), torch.where(real, y, 0), reduction="none") * real).sum(1)

    def best(self, P: Float[Tensor, "B T K"], real: Bool[Tensor, "B T"]) -> Int[Tensor, "B T"]:
        return P.argmax(2) * real
