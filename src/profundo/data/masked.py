"""Windows of a text in which some pieces are hidden: what BERT learns from.

    read    [CLS] en un [MASK] de la mancha [SEP]         asked    - - - lugar - - - -

Of the pieces 15 % are asked for. Most of these are covered, but the network shall not only think where it sees a cover: some are
another piece, and some are left as they are (Devlin et al. 2018, section 3.1). Which ones is drawn anew every epoch (Liu et al.
2019), by a number that the epoch's own shuffle gives, so that a resumed run hides what it would have hidden.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.data.ragged import IGNORED
from profundo.data.windows import Windows, epoch_number
from profundo.data.wordpiece import CLS, MASK, SEP, SPECIAL

COVERED, OTHER = 0.8, 0.1
"""Shares of what is asked for that are [MASK], and any piece at all; the rest stays."""


@dataclass(frozen=True)
class Masked:
    """Windows between [CLS] and [SEP]."""

    windows: Windows
    vocabulary: int
    hidden: float
    """Share of the pieces that are asked for; at least one a window."""

    def __len__(self) -> int:
        return len(self.windows)

    def to(self, device: torch.device) -> "Masked":
        return replace(self, windows=self.windows.to(device))

    def take(self, index: Tensor) -> "Masked":
        """The windows at these positions."""
        return replace(self, windows=self.windows.take(index))

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """(x, y), both (B, T); y is IGNORED where nothing is asked. The arguments are those of `Rows.batches`.

        Without an order the same pieces are hidden every time: dev has to be comparable.
        """
        seed = epoch_number(order)
        for n, (text, _next) in enumerate(self.windows.batches(size, order, start, share), start=start):
            generator = torch.Generator().manual_seed((seed * 1_000_003 + n) * share[1] + share[0])
            x, y = hide(text, self.hidden, self.vocabulary, generator)
            yield framed(x), F.pad(y, (1, 1), value=IGNORED)


def hide(text: Tensor, share: float, vocabulary: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pieces (B, T) -> (what is read, what is asked), both (B, T)."""
    draw = lambda: torch.rand(text.shape, generator=generator)  # noqa: E731
    asked = draw().argsort(1).argsort(1) < max(1, round(share * text.shape[1]))  # the same number in every row
    fate, other = draw(), torch.randint(len(SPECIAL), vocabulary, text.shape, generator=generator)
    covered, changed = asked & (fate < COVERED), asked & (fate >= COVERED) & (fate < COVERED + OTHER)
    asked, covered, changed, other = (t.to(text.device) for t in (asked, covered, changed, other))
    read = text.masked_fill(covered, SPECIAL.index(MASK)).where(~changed, other)
    return read, text.masked_fill(~asked, IGNORED)


def framed(x: Tensor) -> Tensor:
    """[CLS] before and [SEP] after: (B, T) -> (B, T + 2)."""
    return F.pad(F.pad(x, (1, 0), value=SPECIAL.index(CLS)), (0, 1), value=SPECIAL.index(SEP))
