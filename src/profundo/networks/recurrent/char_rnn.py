"""Char-RNN: an LSTM that reads a text letter by letter and says each time which letter comes next.

Paper     Karpathy (2015), The unreasonable effectiveness of recurrent neural networks; Graves (2013), Generating sequences with
          recurrent neural networks, section 3.
Axes      B batch, T tokens, V vocabulary, H units, L layers.
Departs   A window begins with nothing remembered; Karpathy's goes on where the one before it in the text has ended.
"""

from dataclasses import dataclass

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.recurrent.lstm import LSTM, begin_open

YEAR = 2015


@dataclass(frozen=True)
class CharRNNConfig:
    vocabulary: int = 65
    """Tokens: characters, unless the data have pieces of words."""
    units: int = 256
    layers: int = 1
    dropout: float = 0.0
    """Between layers, and before the last."""

    def __post_init__(self) -> None:
        if min(self.vocabulary, self.units, self.layers) < 1:
            raise ValueError(_("vocabulary, units and layers are at least 1"))
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "CharRNN":
        return CharRNN(self)


class CharRNN(nn.Module):
    def __init__(self, config: CharRNNConfig):
        super().__init__()
        self.config = config
        self.memory = LSTM(config.vocabulary, config.units, config.layers, dropout=config.dropout)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.units, config.vocabulary)
        begin_open(self.memory, 1.0)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        return self.continue_(ids, self.begin_cache(len(ids)))

    def begin_cache(self, batch: int) -> list[Tensor]:
        """The state of `batch` texts of which nothing has been read: h and c, (L, B, H) each. All that an LSTM remembers."""
        nothing = self.output.weight.new_zeros(self.config.layers, batch, self.config.units)
        return [nothing, nothing]

    def continue_(self, ids: Int[Tensor, "B T"], cache: list[Tensor]) -> Float[Tensor, "B T V"]:
        """The logits of the next tokens of a text; the state in `cache` becomes that after these."""
        letters = F.one_hot(ids, self.config.vocabulary).to(self.output.weight.dtype)  # (B, T, V), a single 1 each
        h, (cache[0], cache[1]) = self.memory(letters, state=(cache[0], cache[1]))
        return self.output(self.dropout(h))
