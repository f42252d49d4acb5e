"""Diabetes: 442 patients, ten measurements, and how far the illness went in the year after.

As scikit-learn holds it. Divided into `folds` of equal size: one is test, and whoever wants all of them asks ten times.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.splits import record
from profundo.data.whole import numbers
from profundo.messages import _


@dataclass(frozen=True)
class Diabetes:
    """Standardized measurements (N, 10), in float64, and progression (N,), standardized too; mean and deviation are train's."""

    folds: int = 10
    fold: int = 0
    """Which one is test, from 0."""
    dev: float = 0.1
    split_seed: int = 0

    licence: ClassVar[str] = "published with its paper; redistributed by scikit-learn (BSD)"
    citation: ClassVar[str] = "Efron, Hastie, Johnstone, Tibshirani (2004), Least angle regression, Annals of Statistics 32"

    def __post_init__(self) -> None:
        if not 2 <= self.folds <= 100 or not 0 <= self.fold < self.folds or not 0 < self.dev < 0.9:
            raise ValueError(_("folds is 2 to 100, fold from 0 to one less, dev a share above 0 and below 0.9"))

    def open(self) -> Splits:
        from sklearn.datasets import load_diabetes

        found: Any = load_diabetes(scaled=False)
        x, y = torch.from_numpy(found.data), torch.from_numpy(found.target)
        order = torch.randperm(len(y), generator=torch.Generator().manual_seed(self.split_seed))
        parts = list(order.tensor_split(self.folds))
        test = parts.pop(self.fold)
        rest = torch.cat(parts)
        dev, train = rest.split([round(self.dev * len(rest)), len(rest) - round(self.dev * len(rest))])
        centre, spread = x[train].mean(0), x[train].std(0, correction=0)
        mean, deviation = y[train].mean(), y[train].std(correction=0)

        def rows(part: Tensor) -> Rows:
            return Rows((x[part] - centre) / spread, (y[part] - mean) / deviation, y_scale=float(deviation))

        facts: Facts = {
            "features": 10,
            "columns": list(found.feature_names),
            "task": "regress",
            "mean": float(mean),
            "deviation": float(deviation),
            "centre": centre.tolist(),
            "spread": spread.tolist(),
        } | record((train, dev, test))
        return Splits(rows(train), rows(dev), lambda: rows(test), facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """Ten measurements as scikit-learn orders them, "59,2,32.1,..." -> (10,)."""
        x = numbers(raw)
        if len(x) != facts["features"]:
            raise UserError(_("A patient is {columns}: ten numbers, not {raw!r}.").format(columns=facts["columns"], raw=raw))
        centre, spread = (torch.tensor(facts[name], dtype=torch.float64) for name in ("centre", "spread"))
        return (torch.tensor(x, dtype=torch.float64) - centre) / spread

    def decode(self, output: Tensor, facts: Facts) -> float:
        """Progression, in the units of the study."""
        return float(output) * facts["deviation"] + facts["mean"]
