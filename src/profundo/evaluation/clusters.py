"""Did clusters, found without classes, find the classes?"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from profundo.core import Evaluator
from profundo.evaluation.classification import outputs


@dataclass(frozen=True)
class Clusters(Evaluator):
    """Loss: mean squared distance to the nearest centre; it needs no classes, and chooses.

    ARI: of all pairs of examples, how far beyond chance clusters and classes agree on who belongs together; 1 is the same
    division, 0 chance (Hubert and Arabie 1985).
    """

    metric: ClassVar[str] = "loss"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        from sklearn.metrics import adjusted_rand_score

        said, classes = outputs(network, data)
        return {"loss": -said.max(1).values.mean().item(), "ari": float(adjusted_rand_score(classes, said.argmax(1)))}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """One centre for everything, in the middle of train."""
        x, middle = data.x.flatten(1), train.x.flatten(1).mean(0)
        return {"loss": (x - middle).square().sum(1).mean().item(), "ari": 0.0}
