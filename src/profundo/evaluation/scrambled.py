"""Does a face stay a face when its parts change places?"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from profundo.core import Evaluator
from profundo.data.drawn_faces import A_FACE, A_SCRAMBLED_FACE
from profundo.evaluation.classification import outputs


@dataclass(frozen=True)
class Scrambled(Evaluator):
    """error: of the pictures that are a face or none. scrambled: the share of scrambled faces that are called a face."""

    metric: ClassVar[str] = "error"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        logits, y = outputs(network, data)
        said, known = logits.argmax(-1), y != A_SCRAMBLED_FACE
        return {
            "error": (said != y)[known].double().mean().item(),
            "scrambled": (said == A_FACE)[~known].double().mean().item(),
        }

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """A coin."""
        return {"error": 0.5}
