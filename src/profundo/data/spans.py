"""Span corruption: what a text-to-text network learns from text without labels.

    Thank you for inviting me to your party last week .
    source   Thank you <X> me to your party <Y> week .
    target   <X> for inviting <Y> last <Z>

Some 15 % of the tokens are taken out, in spans of three on average; a sentinel stands where each was, and the target is what was
taken, each span behind its sentinel. Next to masking single words, the target is short: that is what made it cheap.

Paper     Raffel et al. (2020), Exploring the limits of transfer learning with a unified text-to-text transformer, figure 2 and
          section 3.3.4.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import torch

Token = TypeVar("Token")
"""A word, or its number."""


def corrupted(
    tokens: Sequence[Token], spans: Sequence[tuple[int, int]], sentinels: Sequence[Token]
) -> tuple[list[Token], list[Token]]:
    """(source, target). spans: first token and the one behind the last of each, in order; sentinels: one more than spans.

    Raises ValueError for spans that overlap or touch, or too few sentinels.
    """
    if any(end >= begin for (_b, end), (begin, _e) in pairwise(spans)) or any(begin >= end for begin, end in spans):
        raise ValueError(f"spans lie in order, with a token or more between them, not as {list(spans)}")
    if len(sentinels) <= len(spans):
        raise ValueError(f"{len(spans)} spans need {len(spans) + 1} sentinels, not {len(sentinels)}")
    source: list[Token] = []
    target: list[Token] = []
    done = 0
    for sentinel, (begin, end) in zip(sentinels, spans, strict=False):
        source += [*tokens[done:begin], sentinel]
        target += [sentinel, *tokens[begin:end]]
        done = end
    return source + list(tokens[done:]), [*target, sentinels[len(spans)]]


def spans(n: int, generator: torch.Generator, share: float = 0.15, mean: float = 3.0) -> list[tuple[int, int]]:
    """Spans to take out of n tokens, n above 1: about `share` of them, of `mean` tokens on average.

    As many tokens are taken, and in as many spans, every time; chance alone cuts what is taken, and what stays, into pieces, and
    they take turns. What stays has one piece more, and its first and last may be empty (the paper's code always ends with a span,
    which in short sentences would be all that is ever learnt).
    """
    taken = min(max(round(n * share), 1), n - 1)
    pieces = min(max(round(taken / mean), 1), taken, n - taken)
    gone, kept = _pieces(taken, pieces, generator), _pieces(n - taken + 2, pieces + 1, generator)
    kept[0] -= 1
    ends = torch.stack([kept[:-1], gone], dim=1).flatten().cumsum(0).tolist()  # of what stays, of a span, of what stays...
    return list(zip(ends[::2], ends[1::2], strict=True))


def _pieces(total: int, pieces: int, generator: torch.Generator) -> torch.Tensor:
    """Lengths, (pieces,), of at least 1, that sum to total; every way of cutting is as likely."""
    cuts = torch.randperm(total - 1, generator=generator)[: pieces - 1].sort().values + 1
    return torch.cat([torch.tensor([0]), cuts, torch.tensor([total])]).diff()
