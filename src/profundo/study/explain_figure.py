"""An explanation, drawn: the picture, what the network says of it, and each method's answer."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from profundo.messages import _
from profundo.study.drawing import DEV, GRID, INK, PAPER, SOFT, TRAIN, WIDE, Drawing
from profundo.study.explaining.explanation import Panel
from profundo.study.words import local, percent, plain, shortened, told

FOR, AGAINST = DEV, TRAIN
COLUMNS = 4
CELL, STRIP = 2.72, 1.03
"""Inches: the height of a row of panels, and of a strip of maps."""
FINEST = 112
"""Squares across, at most, that colours are drawn in: single pixels of a large picture are too small to be seen."""


def figure(picture: Tensor, said: Mapping[str, float], name: str, probability: float, panels: Sequence[Panel]) -> Drawing:
    """picture: (C, H, W) from 0 to 1; said: probabilities, the likeliest first; name: the class that was asked for, and what it
    has.
    """
    cells = [panel for panel in panels if panel.method != "maps"]
    twins = [panel for panel in panels if panel.twin is not None]
    strips = [panel for panel in panels if panel.method == "maps"]
    rows = math.ceil((2 + len(cells)) / COLUMNS)
    check = math.ceil(len(twins) / COLUMNS)
    heights = [CELL] * (rows + check) + [STRIP] * len(strips)
    drawing = Drawing(WIDE, sum(heights) + 0.35)
    drawing.get_layout_engine().set(wspace=0.05, hspace=0.04, w_pad=0.06, h_pad=0.05)  # type: ignore[union-attr, call-arg]
    title = _("Why “{name}”?").format(name=plain(name))
    drawing.suptitle(title, x=0.012, ha="left", color=INK, fontsize=13, fontweight="bold")
    grid = drawing.add_gridspec(len(heights), COLUMNS, height_ratios=heights)
    _image(drawing.add_subplot(grid[0, 0]), shown(picture), _("The picture"), _("as the network reads it"))
    _said(drawing.add_subplot(grid[0, 1]), said, name, probability)
    for number, panel in enumerate(cells, start=2):
        _cell(drawing.add_subplot(grid[number // COLUMNS, number % COLUMNS]), panel, picture, name, probability)
    for number, panel in enumerate(twins):
        ax = drawing.add_subplot(grid[rows + number // COLUMNS, number % COLUMNS])
        assert panel.twin is not None
        note = _("weights shuffled, likeness {rho}").format(rho=local(f"{panel.facts['shuffled']:.2f}"))
        _image(ax, tinted(picture, panel.twin), called(panel.method), note)
    for row, panel in enumerate(strips, start=rows + check):
        title = _("Layer {layer}: {n} of its {all} maps").format(
            layer=panel.facts["layer"], n=len(panel.image), all=panel.facts["of"]
        )
        ax = drawing.add_subplot(grid[row, :])
        _image(ax, mosaic(panel.image[:, None], columns=12), title, anchor="NW")
    return drawing


def called(method: str) -> str:
    names = {
        "saliency": _("Saliency"),
        "integrated": _("Integrated gradients"),
        "gradcam": "Grad-CAM",
        "rollout": _("Attention rollout"),
        "occlusion": _("Occlusion"),
        "maximise": _("What it likes best"),
        "filters": _("Filters"),
    }
    return names[method]


def _note(panel: Panel, name: str, before: float) -> str:
    """One short line under a panel."""
    match panel.method, panel.facts:
        case "saliency", _facts:
            return _("where a change moves the score")
        case "integrated", {"difference": difference}:
            return _("shares that add up to {score}").format(score=local(f"{difference:+.3g}"))
        case "gradcam", {"layer": layer}:
            return _("at layer {layer}").format(layer=layer)
        case "rollout", _facts:
            return _("patches that reached the answer")
        case "occlusion", {"left": left}:
            return _("hidden: {before} → {after}").format(before=told("accuracy", before), after=told("accuracy", left))
        case "maximise", {"probability": probability}:
            return f"{shortened(name)}: {told('accuracy', probability)}"
        case _otherwise:
            return _("what the first layer looks for")


def _cell(ax: Axes, panel: Panel, picture: Tensor, name: str, probability: float) -> None:
    note = _note(panel, name, probability)
    if panel.method == "maximise":
        _image(ax, shown(panel.image), called(panel.method), note)
    elif panel.method == "filters":
        _image(ax, mosaic(panel.image, columns=math.ceil(len(panel.image) ** 0.5), square=True), called(panel.method), note)
    else:
        _image(ax, tinted(picture, panel.image), called(panel.method), note)
    if panel.method == "occlusion":
        from matplotlib.patches import Rectangle

        (top, left), side = panel.facts["worst"], panel.facts["window"]
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor=INK, linewidth=1.4))


def _image(ax: Axes, image: np.ndarray, title: str, note: str = "", anchor: str = "C") -> None:
    ax.imshow(image, interpolation="none", aspect="equal")
    ax.set_anchor(anchor)  # type: ignore[arg-type]
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.set_title(plain(title), loc="left", color=INK, fontsize=10, fontweight="bold", pad=5)
    ax.set_xlabel(plain(note), color=SOFT, fontsize=8.5, labelpad=4, loc="left")


def _said(ax: Axes, said: Mapping[str, float], name: str, probability: float) -> None:
    """The three likeliest classes, the one that was asked for in any case, and the legend of colours below."""
    top = list(said.items())[:3]
    if name not in dict(top):
        top = [*top[:2], (name, probability)]
    ax.set_box_aspect(1)
    ax.set_title(_("What it says"), loc="left", color=INK, fontsize=10, fontweight="bold", pad=5)
    for row, (label, share) in enumerate(top):
        ax.barh(row + 0.28, 1, height=0.16, color=GRID)
        ax.barh(row + 0.28, share, height=0.16, color=FOR if label == name else SOFT)
        weight = "bold" if label == name else "normal"
        ax.text(0, row + 0.12, plain(shortened(label)), color=INK, fontsize=10, fontweight=weight, va="bottom")
        ax.text(1, row + 0.12, percent(share), color=INK, fontsize=10, ha="right", va="bottom")
    for row, (colour, text) in enumerate(((FOR, _("speaks for it")), (AGAINST, _("speaks against it")))):
        ax.plot([0.03], [3.42 + 0.36 * row], "s", color=colour, markersize=7)
        ax.text(0.1, 3.42 + 0.36 * row, text, color=SOFT, fontsize=8.5, va="center")
    ax.set(xlim=(0, 1), ylim=(4.0, -0.35))
    ax.axis("off")


# numbers as colours


def shown(picture: Tensor) -> np.ndarray:
    """(C, H, W) from 0 to 1 -> (H, W, 3)."""
    return picture.clamp(0, 1).expand(3, -1, -1).permute(1, 2, 0).numpy()


def tinted(picture: Tensor, heat: Tensor) -> np.ndarray:
    """The picture, faint, under the colours of what speaks for the class and against it, (H, W, 3)."""
    faint = _faint(picture.clamp(0, 1))[..., None]
    coarse = -(-len(heat) // FINEST)
    heat = F.avg_pool2d(heat[None, None], coarse, ceil_mode=True)
    heat = F.interpolate(heat, scale_factor=coarse)[0, 0, : len(faint), : len(faint)]
    strength = _strength(heat)[..., None].abs()
    return (faint * (1 - strength) + _colours(heat) * strength).numpy()


def _faint(picture: Tensor) -> Tensor:
    """In light greys, (H, W); what is drawn in light on a dark ground becomes ink on paper, where colours show."""
    grey = picture.mean(0)
    return 1 - 0.3 * grey if len(picture) == 1 and grey.mean() < 0.5 else 0.7 + 0.3 * grey


def _strength(values: Tensor) -> Tensor:
    """From -1 to 1, of which the largest half percent is cut off: one pixel must not hide the others."""
    most = values.abs().flatten().quantile(0.995).clamp(min=1e-12)
    return (values / most).clamp(-1, 1)


def _colours(values: Tensor) -> Tensor:
    """(...) -> (..., 3)"""
    return torch.where(values[..., None] >= 0, torch.tensor(to_rgb(FOR)), torch.tensor(to_rgb(AGAINST)))


def mosaic(parts: Tensor, columns: int, square: bool = False) -> np.ndarray:
    """Kernels or maps (n, C, h, w) on one scale, side by side: colours where C is 3, else positive and negative numbers.

    square: as many rows as columns, of which the last may be empty.
    """
    n, C, h, w = parts.shape
    values = _strength(parts)
    if C == 3:
        pixels = (values + 1).permute(0, 2, 3, 1) / 2
    else:
        single = values.mean(1)
        pixels = 1 + (_colours(single) - 1) * single.abs()[..., None]
    larger = max(1, 24 // h)
    pixels = pixels.repeat_interleave(larger, 1).repeat_interleave(larger, 2)
    gap, height, width = max(1, h * larger // 12), h * larger, w * larger
    rows = columns if square else math.ceil(n / columns)
    sheet = torch.ones(rows * (height + gap) - gap, columns * (width + gap) - gap, 3) * torch.tensor(to_rgb(PAPER))
    for number, part in enumerate(pixels):
        top, left = number // columns * (height + gap), number % columns * (width + gap)
        sheet[top : top + height, left : left + width] = part
        if C != 3:
            _frame(sheet, top, left, height, width)
    return sheet.numpy()


def _frame(sheet: Tensor, top: int, left: int, height: int, width: int) -> None:
    """A hairline around a part, for a part that is blank is seen too."""
    grey: Any = torch.tensor(to_rgb(GRID))
    for row in (top, top + height - 1):
        sheet[row, left : left + width] = torch.minimum(sheet[row, left : left + width], grey)
    for column in (left, left + width - 1):
        sheet[top : top + height, column] = torch.minimum(sheet[top : top + height, column], grey)
