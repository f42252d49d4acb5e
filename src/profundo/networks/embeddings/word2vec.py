"""word2vec: two points for every word, one for when it is read and one for when it is foretold; words used alike lie close.

Paper     Mikolov, Chen, Corrado, Dean (2013), Efficient estimation of word representations in vector space; negative sampling in
          Mikolov et al. (2013), Distributed representations of words and phrases and their compositionality, section 2.2.
Axes      B batch, T words of a question, V vocabulary, d features of a word.
Departs   Nothing in the network; training/negative_sampling.py says what departs there.

    king - man + woman:    the words w with the largest cosine(v_w, v^_king - v^_man + v^_woman), but for the three; v^ = v / |v|
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2013


@dataclass(frozen=True)
class Word2VecConfig:
    vocabulary: int = 16_384
    dimensions: int = 100
    """d: coordinates of a word."""
    reads: Literal["word", "neighbours"] = "word"
    """"word": from a word its neighbours (skip-gram); "neighbours": from their mean the word between them (CBOW)."""

    def __post_init__(self) -> None:
        if self.dimensions < 1 or self.vocabulary < 2:
            raise ValueError(_("dimensions is at least 1, vocabulary at least 2"))

    def build(self) -> "Word2Vec":
        return Word2Vec(self)


class Word2Vec(nn.Module):
    counts: Tensor
    """How often each word occurs in training, (V,); the noise is drawn by it."""

    def __init__(self, config: Word2VecConfig):
        super().__init__()
        self.config = config
        V, d = config.vocabulary, config.dimensions
        self.v = nn.Parameter((torch.rand(V, d) - 0.5) / d)  # a word as it is read: its embedding
        self.u = nn.Parameter(torch.zeros(V, d))  # a word as it is foretold
        self.register_buffer("counts", torch.zeros(V))

    def forward(self, question: Int[Tensor, "B T 2"]) -> Float[Tensor, "B V"]:
        """Words and their signs -> the cosine of every word with their sum.

        It is -inf of the words asked, of words that never occurred, and of the filler and the rare ones (numbers 0 and 1).
        """
        words, signs = question.unbind(-1)
        unit = F.normalize(self.v, dim=1)
        sum_ = (unit[words] * signs[..., None]).sum(1)  # (B, d)
        cosine = F.normalize(sum_, dim=1) @ unit.T
        cosine = cosine.masked_fill(self.counts == 0, -torch.inf)
        cosine[:, :2] = -torch.inf
        return cosine.scatter(1, words, -torch.inf)
