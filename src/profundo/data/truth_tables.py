"""Truth tables: all there is to know about functions of a few bits."""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.whole import pattern, whole
from profundo.messages import _


@dataclass(frozen=True)
class TruthTables:
    """Every pattern of `inputs` bits, (2^n, n), and what each function says of it, (2^n, functions).

    A table is known whole: train, dev and test are the same patterns, and there is nothing to generalise to.
    """

    inputs: int = 2
    tables: tuple[str, ...] = ()
    """Functions, each as its column of 0 and 1 from pattern 00 up to 11: AND is 0001. None: all 2^(2^n) of them."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Boole (1854), An investigation of the laws of thought"

    def __post_init__(self) -> None:
        if not 1 <= self.inputs <= 6:
            raise ValueError(_("a truth table has 1 to 6 inputs"))

    def open(self) -> Splits:
        """Raises UserError for a table of another size (inputs and tables may be changed one after the other)."""
        if self.inputs > 3 and not self.tables:
            raise UserError(
                _("All functions are made of 3 inputs at most; name some of {n} with --data.tables.").format(n=self.inputs)
            )
        for table in self.tables:
            if len(table) != 2**self.inputs or set(table) - {"0", "1"}:
                raise UserError(
                    _("A truth table of {n} inputs is {rows} digits, each 0 or 1, such as {example}; {table!r} is not.").format(
                        n=self.inputs, rows=2**self.inputs, example="0" * (2**self.inputs - 1) + "1", table=table
                    )
                )
        columns = self.tables or ["".join(bits) for bits in product("01", repeat=2**self.inputs)]
        x = torch.tensor(list(product((0.0, 1.0), repeat=self.inputs)))
        y = torch.tensor([[float(column[row]) for column in columns] for row in range(len(x))])
        return whole(Rows(x, y), {"features": self.inputs, "classes": len(columns), "names": list(columns)})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A pattern, "01" or [0, 1] -> (n,)."""
        return pattern(raw, facts["features"])

    def decode(self, output: Tensor, facts: Facts) -> dict[str, int]:
        """What each function says."""
        return dict(zip(facts["names"], output.int().tolist(), strict=True))
