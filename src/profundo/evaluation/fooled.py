"""How good is a classifier when every picture was changed against it?"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.messages import _
from profundo.training.attacks import InPixels, fgsm


@dataclass(frozen=True)
class Fooled(Evaluator):
    """Error on FGSM examples, as we read Goodfellow et al. (2015): of all examples, pixels free to leave [0, 1].

    adversarial_confidence: the mean probability of the wrong class, over the examples that are put in one. error and loss are
    those of the pictures as they are.
    """

    epsilon: float = 0.25
    """The largest change of a pixel, which goes from 0 to 1."""
    clip: bool = False
    """Keep changed pixels between 0 and 1."""

    metric: ClassVar[str] = "adversarial_error"
    lower_is_better: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.epsilon < 0:
            raise ValueError(_("epsilon is at least 0"))

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        was_training, seen = network.training, InPixels(network.eval(), data)
        clean, attacked, targets = [], [], []
        try:
            for x, y in seen.batches(data, 1000):
                changed = fgsm(seen, x, y, self.epsilon, self.clip)
                with torch.inference_mode():
                    clean.append(seen(x))
                    attacked.append(seen(changed))
                targets.append(y)
        finally:
            network.train(was_training)
        y, logits = torch.cat(targets), torch.cat(clean)
        error, confidence = mistaken(torch.cat(attacked), y)
        return {
            "adversarial_error": error,
            "adversarial_confidence": confidence,
            "error": mistaken(logits, y)[0],
            "loss": F.cross_entropy(logits, y).item(),
        }

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Always the most frequent class of the training split, which nobody fools."""
        return {self.metric: (data.y != train.y.mode().values).double().mean().item()}


def mistaken(logits: Tensor, y: Tensor) -> tuple[float, float]:
    """The share of examples put in a wrong class, and the mean probability of that class (nan where none is)."""
    probability, said = logits.softmax(-1).max(-1)
    wrong = said != y
    return wrong.double().mean().item(), probability[wrong].double().mean().item()
