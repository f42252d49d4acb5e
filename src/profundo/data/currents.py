"""Electric currents into an axon: what Hodgkin and Huxley's membrane is asked with."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.whole import whole
from profundo.messages import _


@dataclass(frozen=True)
class Currents:
    """`amplitudes` currents from 0 to `strongest` uA/cm2, (N, T) with a value a millisecond, switched on after 5 ms and left on.

    Nothing is learnt from them: train, dev and test are the same.
    """

    strongest: float = 20.0
    amplitudes: int = 41
    milliseconds: int = 200

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Hodgkin and Huxley (1952), Journal of Physiology 117, 500-544"

    def __post_init__(self) -> None:
        if self.strongest <= 0 or self.amplitudes < 2 or self.milliseconds < 100:
            raise ValueError(_("there are at least 2 currents, the strongest above 0, for at least 100 milliseconds"))

    def open(self) -> Splits:
        amplitude = torch.linspace(0, self.strongest, self.amplitudes, dtype=torch.float64)
        return whole(Rows(switched_on(amplitude, self.milliseconds), amplitude), {"unit": "uA/cm2"})

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A current in uA/cm2, such as "10" -> (T,)."""
        try:
            return switched_on(torch.tensor([float(raw)], dtype=torch.float64), self.milliseconds)[0]
        except (TypeError, ValueError):
            raise UserError(_("A current is a number of uA/cm2, not {raw!r}.").format(raw=raw)) from None

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """The lowest and the highest potential."""
        return {_("lowest, mV"): output.min().item(), _("highest, mV"): output.max().item()}


def switched_on(amplitude: Tensor, milliseconds: int, at: int = 5) -> Tensor:
    """Currents that begin after `at` milliseconds, (N,) -> (N, T)."""
    current = amplitude[:, None].repeat(1, milliseconds)
    current[:, :at] = 0
    return current
