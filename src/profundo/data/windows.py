"""One long text as examples: windows of `context` tokens, each with the tokens that follow one place on.

    ids      t0 t1 t2 t3 t4 t5 ...
    x        t0 t1 t2 t3      y   t1 t2 t3 t4      with context 4; the next window begins at t4

Every epoch all windows begin a few places further on, by a number that the epoch's own shuffle gives: a text is cut
differently each time, and a resumed run cuts it as it would have been.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from profundo.core import UserError
from profundo.data.rows import divide
from profundo.messages import _

DEV, TEST = 0.9, 0.95
"""Where, in a text, the part to choose on begins, and the part that is sealed to test."""


@dataclass(frozen=True)
class Windows:
    """Windows of a text, in memory."""

    ids: Tensor
    """The text, (N,) numbers of tokens."""
    context: int
    """Tokens a window has."""
    starts: Tensor
    """Where each window begins, (M,)."""
    every: int
    """Tokens from one beginning to the next: an epoch's shift is less."""

    @classmethod
    def of(cls, ids: Tensor, context: int, most: int | None = None) -> "Windows":
        """Side by side; the last tokens, up to two windows of them, serve the shift.

        most: windows an epoch has, with gaps between them if need be; another epoch's shift reads what one has left out.
        Raises ValueError for a text shorter than two windows and a token.
        """
        if len(ids) <= 2 * context:
            raise ValueError(f"a text of {len(ids)} tokens is too short for windows of {context}")
        every = max(context, (len(ids) - context) // most) if most else context
        starts = torch.arange(0, len(ids) - context - every + 1, every)
        return cls(ids, context, starts[:most], every)

    def __len__(self) -> int:
        return len(self.starts)

    def to(self, device: torch.device) -> "Windows":
        return replace(self, ids=self.ids.to(device), starts=self.starts.to(device))

    def take(self, index: Tensor) -> "Windows":
        """The windows at these positions."""
        return replace(self, starts=self.starts[index.to(self.starts.device)])

    def batches(
        self, size: int, order: Tensor | None = None, start: int = 0, share: tuple[int, int] = (0, 1)
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """(x, y), both (B, context); the arguments are those of `Rows.batches`."""
        shift = epoch_number(order) % self.every
        place = torch.arange(self.context + 1, device=self.ids.device) + shift
        for index in divide(len(self), size, order, start, share):
            read = self.ids[self.starts[index.to(self.starts.device), None] + place]  # (B, context + 1)
            yield read[:, :-1].long(), read[:, 1:].long()


def epoch_number(order: Tensor | None) -> int:
    """A number that an epoch's shuffle gives, the same whenever the run is resumed; 0 where nothing is shuffled."""
    return 0 if order is None or not len(order) else int(order[0]) * len(order) + int(order[-1])


def in_three(text: str) -> list[str]:
    """The parts of a text that teach, choose and test, in the order in which it is read."""
    return [text[begin:end] for begin, end in pairwise([0, int(DEV * len(text)), int(TEST * len(text)), len(text)])]


def suffices(ids: Sequence[Tensor], length: int, text: str, characters: int, context: int) -> None:
    """Raises UserError where a part (its tokens, (N,)) does not fill two windows of this length and a token.

    text, characters and context: what the text is called, how long it is, and the tokens of a window as people count them.
    """
    least = min(len(part) for part in ids)
    if least <= 2 * length:
        needed = math.ceil(characters * (2 * length + 1) / max(least, 1)) + 20
        raise UserError(
            _(
                "{text} has {n:,} characters, too few for windows of {context} tokens: about {needed:,} are needed, or a "
                "smaller --data.context (and --network.context)."
            ).format(text=text, n=characters, context=context, needed=needed)
        )
