"""What is to be predicted from data that people bring: a class, or a quantity.

Networks learn a quantity as y = (value - mean) / std, with the mean and deviation of the training examples, so that one
learning rate suits euros and millimetres. `Rows.y` holds y, `Rows.y_scale` is std (errors in y times it are in the units
of the target), and the facts hold both, so that a prediction is told in those units too.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, UserError
from profundo.data.images import probabilities
from profundo.messages import _

Task = Literal["classify", "regress"]
FEWEST = 3
"""Examples of a class, or in all: one to learn from, one to choose on, one to test on."""
FEW_CLASSES = 20
"""Up to so many different whole numbers are taken for classes."""


def guess_task(values: np.ndarray) -> Task:
    """Few different whole numbers, each often enough to be learnt, are classes; anything else is a quantity."""
    levels, counts = np.unique(values, return_counts=True)
    few = len(levels) <= FEW_CLASSES and counts.min() >= FEWEST
    return "classify" if few and (levels == levels.round()).all() else "regress"


@dataclass(frozen=True)
class Target:
    """N answers."""

    task: Task
    values: np.ndarray
    """(N,) class numbers from 0, or quantities."""
    names: list[str]
    """Of the classes, or the one of the quantity."""

    @property
    def strata(self) -> Tensor:
        """What a split keeps in proportion: the classes; nothing where there are none."""
        return torch.from_numpy(self.values).long() if self.task == "classify" else torch.zeros(len(self.values)).long()

    def check(self, where: str) -> None:
        """Raises UserError where there is nothing to predict, or too few examples to split in three."""
        counts = np.bincount(self.values, minlength=len(self.names)) if self.task == "classify" else [len(self.values)]
        for name, count in zip(self.names, counts, strict=True):
            if count < FEWEST:
                raise UserError(
                    _("{name!r} of {where} has too few different examples ({count}); at least {fewest} are needed.").format(
                        name=name, where=where, count=count, fewest=FEWEST
                    )
                )
        if self.task == "classify" and len(self.names) == 1:
            raise UserError(
                _("{where} has one class only, {name!r}; it takes two to tell apart.").format(where=where, name=self.names[0])
            )
        if self.task == "regress" and (self.values == self.values[0]).all():
            raise UserError(
                _("{name!r} of {where} is {value:g} everywhere; there is nothing to predict.").format(
                    name=self.names[0], where=where, value=self.values[0]
                )
            )

    def fit(self, train: Tensor) -> tuple[Tensor, float, Facts]:
        """y (N,), the units of the target to one unit of y, and what is worth knowing of it."""
        if self.task == "classify":
            return self.strata, 1.0, {"task": "classify", "classes": len(self.names), "names": self.names}
        mean, std = float(self.values[train].mean()), float(self.values[train].std()) or 1.0
        facts = {"task": "regress", "classes": 1, "names": self.names, "y_mean": mean, "y_std": std}
        return torch.from_numpy((self.values - mean) / std).float(), std, facts


def decode(output: Tensor, facts: Facts) -> dict[str, float]:
    """Logits (K,) -> {"cat": 0.93, ...}; a standardized quantity (1,) -> {"price": 12.3}, in the units of the target."""
    if facts["task"] == "classify":
        return probabilities(output, facts)
    value = output.float().flatten()[0].item() * facts["y_std"] + facts["y_mean"]
    return {facts["names"][0]: float(f"{value:.6g}")}
