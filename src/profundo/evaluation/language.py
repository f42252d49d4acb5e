"""How well is a text foretold?"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating

BATCH = 64


@dataclass(frozen=True)
class LanguageModel(Evaluator):
    """Loss: mean -log p of a token given those before it, in nats. Perplexity: e to that. Bits: the same in bits."""

    metric: ClassVar[str] = "loss"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        """network: tokens (B, T) -> logits (B, T, V); data: batches (x, y), both (B, T). Targets of -100 do not count."""
        total, tokens = torch.zeros((), dtype=torch.float64), 0
        with evaluating(network):
            for x, y in data.batches(BATCH):
                total += F.cross_entropy(network(x).float().flatten(0, 1), y.flatten(), reduction="sum").double().cpu()
                tokens += int((y != -100).sum())
        return figures(total.item() / tokens)

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Every token as often as in training, one more each, whatever came before."""
        counts: Tensor = torch.bincount(torch.cat([y[y != -100] for _x, y in train.batches(1000)]).cpu())
        said = torch.cat([y[y != -100] for _x, y in data.batches(1000)]).cpu()
        counts = F.pad(counts, (0, max(0, int(said.max()) + 1 - len(counts)))).double() + 1
        return figures(-(counts / counts.sum()).log()[said].mean().item())


def figures(loss: float) -> dict[str, float]:
    """The three figures of a loss in nats a token."""
    return {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), "bits": loss / math.log(2)}
