"""Does it remember? The papers' own criteria for tasks in which what matters lies far back."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.data.reber import allowed
from profundo.data.streams import Streams
from profundo.evaluation.classification import Classification
from profundo.evaluation.modes import evaluating


@dataclass(frozen=True)
class Foresight(Evaluator):
    """Certain: how far it is off where the past tells what comes (root of the mean square). Chance: where nothing tells.

    Elman (1990) draws both as one error over time, which dips wherever something can be known.
    """

    metric: ClassVar[str] = "certain"
    lower_is_better: ClassVar[bool] = True

    def score(self, network: nn.Module, data: Streams) -> dict[str, float]:
        with evaluating(network):
            return _apart(torch.cat([network(x).float() - y for x, y in data.batches(1000)]), data)

    def baseline(self, train: Streams, data: Streams) -> dict[str, float]:
        """Always the mean of training, whatever came before."""
        return _apart(train._y().mean((0, 1)) - data._y(), data)


def _apart(off: Tensor, data: Streams) -> dict[str, float]:
    return {
        name: off[which].square().mean().sqrt().item() for name, which in (("certain", data.certain), ("chance", ~data.certain))
    }


@dataclass(frozen=True)
class Within(Evaluator):
    """Solved: the share of sequences whose number is off by less than `margin`. Loss: the mean squared error."""

    margin: float = 0.04
    """Hochreiter and Schmidhuber's criterion for the adding problem."""

    metric: ClassVar[str] = "solved"
    lower_is_better: ClassVar[bool] = False

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        with evaluating(network):
            return self.figures(torch.cat([network(x).float().flatten() - y for x, y in data.batches(1000)]))

    def figures(self, off: Tensor) -> dict[str, float]:
        return {"solved": (off.abs() < self.margin).double().mean().item(), "loss": off.square().mean().item()}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Always the mean of training."""
        return self.figures(train.y.mean() - data.y)


@dataclass(frozen=True)
class Ordered(Classification):
    """Classification; and solved: the share of sequences of which every output is within `margin` of 0 or 1, as it should be."""

    margin: float = 0.3
    """Hochreiter and Schmidhuber's criterion for temporal order; all outputs of these are within it or the class is wrong."""

    def figures(self, logits: Tensor, targets: Tensor) -> dict[str, float]:
        off = logits.softmax(-1).scatter_add(-1, targets[:, None], -torch.ones_like(logits[:, :1]))
        return super().figures(logits, targets) | {"solved": (off.abs().amax(-1) < self.margin).double().mean().item()}


@dataclass(frozen=True)
class Grammatical(Evaluator):
    """Solved: the share of strings at whose every place the symbols that may follow are those thought likeliest.

    Far: the share whose last symbol but one, which the second tells, is foretold. Loss: nats a symbol.
    """

    metric: ClassVar[str] = "solved"
    lower_is_better: ClassVar[bool] = False

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        whole, far, loss, symbols = [], [], 0.0, 0
        with evaluating(network):
            for x, y in data.batches(1000):
                logits, may, real = network(x).float(), allowed(x), y >= 0
                likeliest = logits.argsort(-1, descending=True).argsort(-1) < may.sum(-1, keepdim=True)  # as many as may follow
                whole.append(((likeliest == may).all(-1) | ~real).all(-1))
                place = real.sum(1) - 2  # the next symbol but the very last
                row = torch.arange(len(x), device=x.device)
                far.append(logits[row, place].argmax(-1) == y[row, place])
                loss += -logits.log_softmax(-1)[real].gather(-1, y[real][:, None]).double().sum().item()
                symbols += int(real.sum())
        shares = {name: torch.cat(parts).double().mean().item() for name, parts in (("solved", whole), ("far", far))}
        return shares | {"loss": loss / symbols}

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Somebody who knows all of the grammar but what was the second symbol guesses the last but one, T or P."""
        return {"solved": 0.0, "far": 0.5}
