"""Data of which every example there is can be listed, and examples that a person types."""

import math
from typing import Any

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.messages import _


def whole(rows: Rows, facts: Facts) -> Splits:
    """All examples there are: train, dev and test are the same, and what is measured is whether they are computed right."""
    counted: Facts = facts | {"task": "compute", "examples": dict.fromkeys(("train", "dev", "test"), len(rows))}
    return Splits(rows, rows, lambda: rows, counted)


def pattern(raw: Any, n: int) -> Tensor:
    """A pattern of n bits, "0110" or [0, 1, 1, 0] -> (n,) of 0 and 1. Raises UserError for what is none."""
    bits = [{"0": 0, "1": 1}.get(bit, -1) for bit in raw] if isinstance(raw, str) else list(raw)
    if len(bits) != n or any(bit not in (0, 1) for bit in bits):
        raise UserError(_("A pattern is {n} digits, each 0 or 1, not {raw!r}.").format(n=n, raw=raw))
    return torch.tensor(bits, dtype=torch.float32)


def point(raw: Any) -> Tensor:
    """A point of the plane, (x, y) or "x, y" -> (2,). Raises UserError for what is none."""
    found = numbers(raw)
    if len(found) != 2 or not all(map(math.isfinite, found)):
        raise UserError(_("A point is two numbers, such as 3.5,-2, not {raw!r}.").format(raw=raw))
    return torch.tensor(found)


def numbers(raw: Any) -> list[float]:
    """Numbers between commas, "1,0,-2", or in a list; [] where one of them is no number, which no caller takes."""
    try:
        return [float(number) for number in (raw.split(",") if isinstance(raw, str) else raw)]
    except (TypeError, ValueError):
        return []
