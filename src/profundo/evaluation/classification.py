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
        return self.figures(*outputs(network, data))

    def figures(self, logits: Tensor, targets: Tensor) -> dict[str, float]:
        """The figures of a whole split: logits (N, K), class numbers (N,)."""
        wrong = (logits.argmax(-1) != targets).double().mean()
        return {"error": wrong.item(), "loss": F.cross_entropy(logits, targets).item()}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Always the most frequent class of the training split."""
        majority = train.y.mode().values
        return {"error": (data.y != majority).float().mean().item()}


def outputs(network: nn.Module, data: Any) -> tuple[Tensor, Tensor]:
    """What the network says of every example, and the targets, on the CPU: logits (N, K) and class numbers (N,)."""
    with evaluating(network):
        pairs = [(network(x).float(), y) for x, y in data.batches(1000)]  # on the device: one transfer at the end
        return torch.cat([said for said, _y in pairs]).cpu(), torch.cat([y for _said, y in pairs]).cpu()
