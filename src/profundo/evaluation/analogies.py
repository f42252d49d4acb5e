"""Do words used alike lie close? The loss chooses; analogies are asked at the end."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.networks.embeddings.word2vec import Word2Vec
from profundo.training.negative_sampling import GROUP, cut, see

WORDS = 65_536
"""Of a split, the words that the loss is computed on."""
CHUNK = 512


@dataclass(frozen=True)
class Analogies(Evaluator):
    """Loss: that of negative sampling on the split's first words, with windows and noise from one seed. Analogies: the share of
    questions "a is to b as c is to ?" of which the nearest word to b - a + c is the right one, none of the three being allowed.
    """

    metric: ClassVar[str] = "loss"
    lower_is_better: ClassVar[bool] = True

    window: int = 5
    negatives: int = 5

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        """data: Asked; without questions there is the loss only."""
        assert isinstance(network, Word2Vec)
        scores = {"loss": self._loss(network, data.words[:WORDS])}
        if len(data.questions):
            scores |= {"analogies": accuracy(network, data.questions), "asked": float(len(data.questions))}
        return scores

    @torch.no_grad()
    def _loss(self, network: Word2Vec, text: Tensor) -> float:
        drawn = torch.Generator().manual_seed(0)
        batches = cut(text, network.counts, self.window, max(1, CHUNK // GROUP), drawn)
        total = tokens = 0.0
        for batch in range(len(batches)):
            seen = see(network, batches.read(batch, self.negatives * self.window, drawn), self.negatives)
            n = seen.weight.sum().item()
            total, tokens = total + seen.loss.item() * n, tokens + n
        return total / max(tokens, 1)

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Who says of everything that it is as likely noise as not: (1 + K) ln 2."""
        return {"loss": (1 + self.negatives) * math.log(2)}


@torch.no_grad()
def accuracy(network: Word2Vec, questions: Tensor) -> float:
    """The share of questions (Q, 4) that are answered right."""
    signs = torch.tensor([-1, 1, 1], device=questions.device)
    right = 0
    for asked in questions.split(CHUNK):
        said = network(torch.stack([asked[:, :3], signs.expand(len(asked), 3)], -1)).argmax(1)
        right += int((said == asked[:, 3]).sum())
    return right / len(questions)
