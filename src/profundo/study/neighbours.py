"""Words as points: those that were asked, those nearest to them, and the plane in which they differ most."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.core import Facts, UserError
from profundo.data.around import Around
from profundo.messages import _
from profundo.networks.embeddings.word2vec import Word2Vec
from profundo.study.drawing import GRID, PALETTE, SOFT, WIDE, Drawing, axes
from profundo.study.words import plain


def families(network: Word2Vec, source: Around, facts: Facts, words: Sequence[str], near: int = 6) -> list[list[str]]:
    """Each word with its `near` nearest, the nearest first. Raises UserError for a word that the text did not have."""
    return [[word, *list(source.decode(network(source.encode(word, facts)[None])[0], facts))[:near]] for word in words]


def plane(points: Tensor) -> Tensor:
    """Points (M, d) -> their places in the plane of their two principal components, (M, 2); the signs are fixed."""
    centred = points - points.mean(0)
    axes_ = torch.linalg.svd(centred, full_matrices=False).Vh[:2]  # (2, d)
    largest = axes_.gather(1, axes_.abs().argmax(1, keepdim=True))
    return centred @ (axes_ * largest.sign()).T


@torch.no_grad()
def neighbours(network: Word2Vec, source: Around, facts: Facts, words: Sequence[str], near: int = 6) -> Drawing:
    """A map of some words and their neighbours, a colour a family. Raises UserError for too few words, or unknown ones."""
    if not words or not 1 <= near <= 10:
        raise UserError(_("Name at least one word, and 1 to 10 neighbours."))
    found = families(network, source, facts, words, near)
    shown = list(dict.fromkeys(word for family in found for word in family))
    number = {word: n for n, word in enumerate(facts["tokens"])}
    places = plane(F.normalize(network.v[[number[word] for word in shown]], dim=1))
    drawing = Drawing(WIDE, 5.2)
    ax = axes(drawing, (1, 1, 1))
    at = dict(zip(shown, places.tolist(), strict=True))
    for family, colour in zip(found, PALETTE * len(found), strict=False):
        centre = at[family[0]]
        for word in family[1:]:
            ax.plot(*zip(centre, at[word], strict=True), color=GRID, linewidth=1, zorder=1)
        for rank, word in enumerate(family):
            style: dict[str, Any] = {"fontsize": 12, "fontweight": "bold"} if rank == 0 else {"fontsize": 9}
            ax.plot(*at[word], "o", color=colour, markersize=6 if rank == 0 else 3)
            ax.annotate(plain(word), at[word], xytext=(4, 3), textcoords="offset points", color=colour, **style)
    ax.margins(0.12)
    ax.set_xlabel(_("first principal component"), color=SOFT, fontsize=9)
    ax.set_ylabel(_("second principal component"), color=SOFT, fontsize=9)
    return drawing
