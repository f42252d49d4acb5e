"""Random patterns: what the capacity of a memory is measured with."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.rows import Rows
from profundo.data.splits import fingerprint
from profundo.messages import _


@dataclass(frozen=True)
class RandomPatterns:
    """load x neurons patterns of independent bits, each -1 or +1 with equal chance; the network is to remember them.

    A memory is asked for what it was given: train, dev and test hold the *same* patterns. Train holds them alone, dev and
    test as pairs (cue, pattern), where the cue is the pattern with some bits flipped, other bits in dev than in test.
    Without noise the two splits are equal. Neither says anything about patterns that were never stored.
    """

    neurons: int = 1000
    """Bits a pattern."""
    load: float = 0.138
    """Patterns a neuron."""
    noise: float = 0.0
    """The chance of each bit of a cue to be flipped. 0 asks whether the patterns themselves are stable."""
    seed: int = 0
    """Which patterns are drawn."""

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Amit, Gutfreund, Sompolinsky (1985), Physical Review Letters 55, 1530"

    def __post_init__(self) -> None:
        if self.neurons < 2 or round(self.load * self.neurons) < 1:
            raise ValueError("there are at least 2 neurons and 1 pattern (load x neurons)")
        if not 0 <= self.noise <= 1:
            raise ValueError("noise is from 0 to 1")

    def open(self) -> Splits:
        count = round(self.load * self.neurons)
        patterns = 2.0 * torch.randint(2, (count, self.neurons), generator=self._chance(0)) - 1
        facts: Facts = {
            "neurons": self.neurons,
            "patterns": count,
            "task": "recall",
            "examples": {"train": count, "dev": count, "test": count},
            "split": {"train": fingerprint(patterns)[0]},
        }
        return Splits(Rows(patterns), self._cues(patterns, 1), lambda: self._cues(patterns, 2), facts)

    def _cues(self, patterns: Tensor, part: int) -> Rows:
        flipped = torch.rand(patterns.shape, generator=self._chance(part)) < self.noise
        return Rows(torch.where(flipped, -patterns, patterns), patterns)

    def _chance(self, part: int) -> torch.Generator:
        return torch.Generator().manual_seed(3 * self.seed + part)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A pattern as numbers or as text of + and -, such as "+--+" -> (N,) of -1 and +1."""
        bits = [{"+": 1, "-": -1}.get(sign) for sign in raw] if isinstance(raw, str) else list(raw)
        if len(bits) != facts["neurons"] or any(bit not in (-1, 1) for bit in bits):
            raise UserError(_("A pattern is {n} bits, each + or -.").format(n=facts["neurons"]))
        return torch.tensor(bits, dtype=torch.float32)

    def decode(self, output: Tensor, facts: Facts) -> str:
        return "".join("+" if bit > 0 else "-" for bit in output.tolist())
