"""How well does a memory remember?"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating


@dataclass(frozen=True)
class Recall(Evaluator):
    """Bit error: the share of wrong bits after recall. Perfect: the share of patterns without one.

    In the terms of physics, the overlap with the pattern is m = 1 - 2 bit_error.
    """

    metric: ClassVar[str] = "bit_error"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        bits = perfect = 0
        with evaluating(network):
            for cue, stored in data.batches(1000):
                wrong = (network(cue) != stored).flatten(1).sum(-1)  # of each pattern
                bits += int(wrong.sum())
                perfect += int((wrong == 0).sum())
        return {"bit_error": bits / data.y.numel(), "perfect": perfect / len(data)}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """The cue handed back as it came; where the cue gives the answer away (no noise), a coin for each bit."""
        noise = (data.x != data.y).float().mean().item()
        return {"bit_error": noise or 0.5}
