"""How many entities are found, whole and of the right type?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating

BATCH = 64
Entity = tuple[int, int, int]
"""Number of its type, place of its first word, place behind its last."""


@dataclass(frozen=True)
class Entities(Evaluator):
    """F1 = 2 p r / (p + r): precision p, the share of said entities that are there; recall r, of those there that are said.

    An entity counts if its type and all of its words are right, as in CoNLL's own conlleval. Accuracy: the share of right tags.
    Tags are numbered O = 0, B- of type n = 2n + 1, I- of type n = 2n + 2.
    """

    metric: ClassVar[str] = "f1"
    lower_is_better: ClassVar[bool] = False

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        """network: x -> tags (B, T), or logits of them (B, T, K); data: batches (x, y), y (B, T) with -100 beyond the end."""
        with evaluating(network):
            said = [row for x, y in data.batches(BATCH) for row in _rows(best(network(x)), y)]
        true = [row for _x, y in data.batches(BATCH) for row in _rows(y, y)]
        return figures(said, true)

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Whoever knows the entities of training by heart; of overlapping ones, the longer (Tjong Kim Sang 2002)."""
        known = dictionary(train)
        longest = max(map(len, known), default=0)
        pairs = [(spelt, row) for x, y in data.batches(BATCH) for spelt, row in zip(_spelt(x), _rows(y, y), strict=True)]
        return figures([looked_up(spelt[: len(row)], known, longest) for spelt, row in pairs], [row for _spelt, row in pairs])


def best(output: Tensor) -> Tensor:
    """Tags (B, T), from them or from logits (B, T, K)."""
    return output.argmax(-1) if output.is_floating_point() else output


def entities(tags: Sequence[int]) -> Iterator[Entity]:
    """The entities in a row of tags. One begins at B-, and at an I- of another type than the tag before: so does conlleval."""
    begin, kind = 0, -1  # -1: outside
    for place, tag in enumerate([*tags, 0]):
        now = (tag - 1) // 2  # O is -1
        if now != kind or tag % 2:
            if kind >= 0:
                yield kind, begin, place
            begin, kind = place, now


def figures(said: Sequence[Sequence[int]], true: Sequence[Sequence[int]]) -> dict[str, float]:
    """The figures of rows of tags."""
    found, there, right, alike, words = 0, 0, 0, 0, 0
    for one, other in zip(said, true, strict=True):
        a, b = set(entities(one)), set(entities(other))
        found, there, right = found + len(a), there + len(b), right + len(a & b)
        alike, words = alike + sum(map(int.__eq__, one, other)), words + len(other)
    return {
        "f1": 2 * right / (found + there) if found + there else 0.0,
        "precision": right / found if found else 0.0,
        "recall": right / there if there else 0.0,
        "accuracy": alike / words if words else 0.0,
    }


def dictionary(train: Any) -> dict[tuple[bytes, ...], int]:
    """The entities of training, as their words are spelt, with the type that they have most often."""
    seen: dict[tuple[bytes, ...], Counter[int]] = {}
    for x, y in train.batches(BATCH):
        for spelt, row in zip(_spelt(x), _rows(y, y), strict=True):
            for kind, begin, end in entities(row):
                seen.setdefault(tuple(spelt[begin:end]), Counter())[kind] += 1
    return {phrase: kinds.most_common(1)[0][0] for phrase, kinds in seen.items()}


def looked_up(spelt: Sequence[bytes], known: dict[tuple[bytes, ...], int], longest: int) -> list[int]:
    """Tags for the entities of a dictionary in a row of words, from the left, the longest first."""
    tags, place = [0] * len(spelt), 0
    while place < len(spelt):
        ends = range(min(len(spelt), place + longest), place, -1)
        end = next((end for end in ends if tuple(spelt[place:end]) in known), None)
        if end is None:
            place += 1
            continue
        kind = known[tuple(spelt[place:end])]
        tags[place:end] = [2 * kind + 1, *[2 * kind + 2] * (end - place - 1)]
        place = end
    return tags


def _rows(tags: Tensor, y: Tensor) -> list[list[int]]:
    """The tags of each sentence, without what fills it up."""
    lengths = (y != -100).sum(1).tolist()
    return [row[:n] for row, n in zip(tags.tolist(), lengths, strict=True)]


def _spelt(x: Tensor) -> list[list[bytes]]:
    """What stands at each place, as something to compare: of words with their characters, all of them."""
    places = np.ascontiguousarray(x.cpu().numpy())
    return [[place.tobytes() for place in row] for row in places]
