"""What a recipe's augmentation makes of its pictures: a few of them, drawn again and again."""

from dataclasses import dataclass

import torch
from torch import Tensor

from profundo.core import Batch, Recipe, UserError
from profundo.data import opened
from profundo.messages import _
from profundo.study.drawing import INK, SOFT, WIDE, Drawing
from profundo.study.figures import as_pictures
from profundo.study.words import local, plain, shortened
from profundo.training.augment import Augment
from profundo.training.gradient_descent import GradientDescent

GAP = 0.07
"""Between two pictures, as a share of a picture."""
NAMED = 0.005
"""A class with a smaller share of a label is not named."""


@dataclass(frozen=True)
class Augmented:
    """Pictures (N, C, H, W) as they are, and as they were drawn, (draws, N, C, H, W); what the labels of each say."""

    own: Tensor
    drawn: Tensor
    labels: list[list[str]]
    """A list of N for the pictures as they are, and one for each draw."""

    def figure(self) -> Drawing:
        """A row a picture, first as it is; under each what its label says, where labels are mixed."""
        columns, rows = len(self.labels), len(self.own)
        shown = as_pictures([*self.own, *self.drawn.flatten(0, 1)])
        mixed = any(labels != self.labels[0] for labels in self.labels)
        height, width = shown[0].shape[:2]
        below = 0.32 if mixed else 0.0  # room for the labels, as a share of a picture's width
        high = height / width + below
        drawing = Drawing(WIDE, WIDE / columns * (rows * (high + GAP) + 0.2))
        ax = drawing.add_subplot(1, 1, 1)
        for number, picture in enumerate(shown):
            column, row = divmod(number, rows)
            x, y = column * (1 + GAP), row * (high + GAP)
            ax.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none", extent=(x, x + 1, y + high - below, y))
            if mixed:
                text = plain(self.labels[column][row])
                ax.text(x + 0.5, y + high - below + 0.03, text, ha="center", va="top", fontsize=7, color=SOFT if column else INK)
        for column in range(columns):
            head = _("as it is") if not column else local(_("draw {n}").format(n=column))
            ax.text(column * (1 + GAP) + 0.5, -0.06, head, ha="center", va="bottom", fontsize=9, color=SOFT if column else INK)
        ax.set(xlim=(0, columns * (1 + GAP) - GAP), ylim=(rows * (high + GAP) - GAP, -0.2))
        ax.axis("off")
        return drawing


def augmented(recipe: Recipe, pictures: int = 8, draws: int = 6, seed: int = 0) -> Augmented:
    """`pictures` training examples, evenly from all classes, as the network meets them `draws` times.

    Raises UserError for a recipe that augments nothing, or whose data are no pictures.
    """
    rule, splits = recipe.rule, opened(recipe.data)
    if not isinstance(rule, GradientDescent):
        raise UserError(_("{recipe} does not learn by gradient descent, and only that augments.").format(recipe=recipe.name))
    if rule.augment == Augment() and not rule.mixing.on:
        raise UserError(
            _("{recipe} augments nothing; try --rule.augment.crop 4 --rule.augment.flip true.").format(recipe=recipe.name)
        )
    rows, facts = splits.train, splits.facts
    order = torch.arange(len(rows)) if rows.y is None else rows.y.argsort(stable=True).cpu()  # class after class
    few = rows.take(order[torch.linspace(0, len(order) - 1, min(pictures, len(order))).long()])
    own = next(iter(few.batches(pictures)))
    if own[0].ndim != 4:
        raise UserError(_("{recipe} learns from data that are no pictures.").format(recipe=recipe.name))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        drawn = [rule.mixing(next(iter(rule.augment.on(few).batches(pictures))), facts.get("classes")) for _draw in range(draws)]
    names = facts.get("names", [])
    return Augmented(own[0], torch.stack([batch[0] for batch in drawn]), [_labels(b, names) for b in (own, *drawn)])


def _labels(batch: Batch, names: list[str]) -> list[str]:
    """What each label of a batch says: "cat", or "cat 0.62" and "dog 0.38" below each other."""
    if not names or len(batch) == 1:
        return [""] * len(batch[0])
    if not batch[1].is_floating_point():
        return [shortened(names[k]) for k in batch[1].tolist()]
    told = []
    for shares in batch[1]:
        largest = [(q, k) for q, k in zip(*map(Tensor.tolist, shares.topk(2)), strict=True) if q >= NAMED]
        told.append("\n".join(f"{shortened(names[k])} {local(f'{q:.2f}')}" for q, k in largest))
    return told
