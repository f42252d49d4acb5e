"""A convolutional network for sentences: detectors of a few words in a row, and for each the place where it fires most.

    words     x_1 ... x_T, a vector each
    windows   c_i = relu(w . x_{i:i+h-1} + b)     for every i, h = 3, 4 and 5 words, 100 detectors w of each width
    maximum   c^ = max_i c_i                      where it was said does not matter, that it was said does
    classes   softmax over W z, z the 300 maxima, half of them dropped while it learns

Paper     Kim (2014), Convolutional neural networks for sentence classification; the model that it calls CNN-rand.
Axes      B batch, T words, D numbers a word, M detectors of a width, K classes.
Departs   A window of filling only is left out of the maximum, where Kim's sentences were all filled up to the longest one, with a
          vector of zeros: so an answer does not depend on what a sentence is batched with.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2014


@dataclass(frozen=True)
class TextCNNConfig:
    vocabulary: int = 20_000
    classes: int = 2
    dimension: int = 300
    """Numbers that stand for a word."""
    widths: tuple[int, ...] = (3, 4, 5)
    """Words that a detector looks at."""
    maps: int = 100
    """Detectors of each width."""
    dropout: float = 0.5

    def __post_init__(self) -> None:
        if min(self.vocabulary, self.dimension, self.maps, *self.widths) < 1 or not self.widths or self.classes < 2:
            raise ValueError(_("vocabulary, dimension, widths and maps are at least 1, and classes at least 2"))
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "TextCNN":
        return TextCNN(self)


class TextCNN(nn.Module):
    def __init__(self, config: TextCNNConfig):
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.dimension, padding_idx=0)
        nn.init.uniform_(self.embedding.weight, -0.25, 0.25)  # as spread out as the word2vec vectors of the paper's other models
        with torch.no_grad():
            self.embedding.weight[0] = 0
        self.windows = nn.ModuleList([Detectors(config.dimension, config.maps, h) for h in config.widths])
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.maps * len(config.widths), config.classes)

    def forward(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "B K"]:
        words = self.embedding(x)  # (B, T, D)
        z = torch.cat([detectors(words, x != 0) for detectors in self.windows], -1)  # (B, widths M)
        return self.classifier(self.dropout(z))


class Detectors(nn.Module):
    """How much M detectors, each of h words in a row, fire at the place where they fire most."""

    def __init__(self, dimension: int, maps: int, h: int):
        super().__init__()
        self.h = h
        self.w = nn.Parameter(torch.empty(h, dimension, maps).uniform_(-0.01, 0.01))  # as the paper's code begins
        self.b = nn.Parameter(torch.zeros(maps))

    def forward(self, words: Float[Tensor, "B T D"], real: Bool[Tensor, "B T"]) -> Float[Tensor, "B M"]:
        """words that are not real are zeros, at the end."""
        n, h = words.shape[1] + self.h - 1, self.h
        words = F.pad(words, (0, 0, h - 1, h - 1))  # windows may begin before the sentence, and end after it
        windows = torch.cat([words[:, k : k + n] for k in range(h)], -1)  # (B, n, h D)
        c = F.relu(windows @ self.w.flatten(0, 1) + self.b)  # (B, n, M)
        within = torch.stack([F.pad(real, (k, h - 1 - k), value=False) for k in range(h)]).any(0)
        return (c * within[..., None]).amax(1)  # nothing is below 0, so what is made 0 has no say
