"""Pictures before and after an attack, with what the network says of them, and the error against epsilon."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from profundo.messages import _
from profundo.study.drawing import DEV, INK, SOFT, TRAIN, WIDE, Drawing, axes, legend, scale
from profundo.study.fooling import Shown
from profundo.study.words import local, percent, plain, shortened

Curve = Sequence[tuple[float, float, float]]


def figure(pictures: Sequence[Shown], curve: Curve = ()) -> Drawing:
    """A column a picture: as it was, the change (made visible), as it is; one by itself lies in a row.

    curve: (epsilon, error under FGSM, error under noise as large).
    """
    alone = len(pictures) == 1
    rows, columns = (1, 3) if alone else (3, max(3, len(pictures)))
    side = WIDE / columns
    heights = [side] * rows + ([2.2] if curve else [])
    drawing = Drawing(WIDE, sum(heights) + 0.25 * rows)
    grid = drawing.add_gridspec(len(heights), columns, height_ratios=heights)
    most = max(((one.after - one.before).abs().max().item() for one in pictures), default=0.0) or 1.0
    times = local(_("change × {times}").format(times=f"{1 / (2 * most):.3g}"))
    for number, one in enumerate(pictures):
        before, change, after = (grid[0, part] if alone else grid[part, number] for part in range(3))
        _picture(drawing, before, one.before, _told(one.said_before))
        _picture(drawing, change, 0.5 + (one.after - one.before) / (2 * most), times)  # grey is no change
        fooled = one.said_after[0] != one.said_before[0]
        _picture(drawing, after, one.after.clamp(0, 1), _told(one.said_after), DEV if fooled else INK)
    if curve:
        ax = axes(drawing, grid[-1, :])
        epsilons, fooled, noisy = zip(*curve, strict=True)
        ax.plot(epsilons, fooled, "o-", color=DEV, markersize=4, label=_("against the network (FGSM)"))
        ax.plot(epsilons, noisy, "s--", color=TRAIN, markersize=4, label=_("noise as large"))
        ax.set_xlabel(_("epsilon: the largest change of a pixel, which goes from 0 to 1"), color=SOFT, fontsize=9)
        ax.set_ylabel(_("dev error"), color=SOFT, fontsize=9)
        scale(ax, "y", "error", [0.0, 1.0])
        ax.set_ylim(-0.02, 1.04)
        legend(ax)
    return drawing


def _told(said: tuple[str, float]) -> str:
    name, probability = said
    return plain(f"{shortened(name)} · {percent(probability)}")


def _picture(drawing: Drawing, place: Any, x: Tensor, title: str, colour: str = INK) -> None:
    """x: (1, H, W) grey or (3, H, W), from 0 to 1."""
    ax = drawing.add_subplot(place)
    pixels = x[0].numpy() if len(x) == 1 else x.permute(1, 2, 0).numpy()
    ax.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_title(title, fontsize=9, color=colour)
    ax.set_axis_off()
