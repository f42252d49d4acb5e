"""How good is a classifier?"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating


@dataclass(frozen=True)
class Classification(Evaluator):
    """Error: the share of examples put in a wrong class. Loss: mean cross-entropy in nats."""

    metric: ClassVar[str] = "error"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        wrong, loss = torch.zeros((), device=_device(network)), torch.zeros((), device=_device(network))
        with evaluating(network):
            for x, y in data.batches(1000):
                logits = network(x).float()
                wrong += (logits.argmax(-1) != y).sum()
                loss += F.cross_entropy(logits, y, reduction="sum")
        return {"error": wrong.item() / len(data), "loss": loss.item() / len(data)}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Always the most frequent class of the training split."""
        majority = train.y.mode().values
        return {"error": (data.y != majority).float().mean().item()}


def outputs(network: nn.Module, data: Any) -> tuple[Tensor, Tensor]:
    """(logits, targets) of every example, on the CPU: (N, K) and (N,)."""
    with evaluating(network):
        pairs = [(network(x).float().cpu(), y.cpu()) for x, y in data.batches(1000)]
    return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])


def _device(network: nn.Module) -> torch.device:
    return next(network.parameters()).device
