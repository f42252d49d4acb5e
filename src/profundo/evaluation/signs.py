"""How well does one output tell two classes apart?"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating


@dataclass(frozen=True)
class Signs(Evaluator):
    """Loss: half the squared distance to +1 for class 1 and to -1 for class 0, the mean over the examples.

    That is the figure that TensorFlow Playground shows. Error: the share of examples on the wrong side of 0.
    """

    metric: ClassVar[str] = "loss"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        with evaluating(network):
            said = torch.cat([network(x).float() for x, _y in data.batches(1000)])
        return figures(said, data.y)

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Always the mean of the training split."""
        mean = (2.0 * train.y - 1).mean()
        return figures(mean.expand(len(data)), data.y)


def figures(said: Tensor, y: Tensor) -> dict[str, float]:
    """said: outputs (N,); y: classes 0 and 1, (N,)."""
    d = 2.0 * y - 1
    return {"loss": (0.5 * (said - d) ** 2).double().mean().item(), "error": (said * d <= 0).double().mean().item()}
