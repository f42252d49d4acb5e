"""The figures of a run, drawn once for the page, the notebook and the comparison.

Each function takes data and returns a figure. Nothing goes through pyplot, so there is no figure to close and no setting of
the reader's that changes.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from profundo.messages import _
from profundo.run import Run
from profundo.study.drawing import (
    DEV,
    GRID,
    INK,
    MARKERS,
    PALETTE,
    PAPER,
    SOFT,
    TEST,
    TRAIN,
    WIDE,
    Drawing,
    axes,
    counted,
    legend,
    scale,
)
from profundo.study.words import local, plain, shortened, told, word

NOT_DRAWN = {"step", "seen", "of", "seconds", "epoch", "chosen", "resumed", "diverged", "stopped", "lr", "rate"}


# curves


def curves(run: Run) -> Drawing:
    """Whatever the run recorded, train and dev together, with the chosen epoch and the test figure marked."""
    records, result = run.records(), run.read("result.json")
    names = recorded(records, result.get("metric", ""))
    columns = min(len(names), 2) or 1
    rows = math.ceil(len(names) / columns) or 1
    drawing = Drawing(WIDE, (3.3 if rows < 3 else 2.6) * rows)
    if not names:
        drawing.text(0.5, 0.5, _("Nothing is recorded yet."), ha="center", color=SOFT, fontsize=11)
    place, label = clock(records, run.read("data.json"))
    for number, name in enumerate(names, start=1):
        ax = axes(drawing, (rows, columns, number), word(name))
        counted(ax, label)
        _curve(ax, records, name, place, result.get("test", {}).get(name))
    return drawing


def recorded(records: Sequence[dict[str, Any]], metric: str = "") -> list[str]:
    """The figures that were recorded, without "dev_": the loss first, then the metric, then the others as they come."""
    names = dict.fromkeys(key.removeprefix("dev_") for r in records for key in r if key not in NOT_DRAWN)
    return sorted(names, key=lambda name: (name != "loss", name != metric))


def clock(records: Sequence[dict[str, Any]], facts: dict[str, Any]) -> tuple[Callable[[dict[str, Any]], float], str]:
    """A record's place on the x axis, and the axis's name: epochs where they are all alike, else what was seen."""
    ends = [(r["epoch"], r["seen"]) for r in records if r.get("epoch") and r.get("seen")]
    size = ends[-1][1] / ends[-1][0] if ends else 0
    if ends and all(abs(seen - epoch * size) <= 0.01 * size + 1 for epoch, seen in ends):
        return lambda r: r.get("seen", 0) / size, _("epoch")
    return lambda r: r.get("seen", r.get("step", 0)), _("frames seen") if facts.get("task") == "act" else _("examples seen")


def _curve(ax: Axes, records: Sequence[dict[str, Any]], name: str, place: Callable[..., float], test: float | None) -> None:
    values: list[float] = []
    for key, colour, label, marker in ((name, TRAIN, _("train"), ""), (f"dev_{name}", DEV, _("dev"), "o")):
        points = [(place(r), r[key]) for r in records if r.get(key) is not None]
        if points:
            values += [value for _x, value in points]
            marker = marker or ("o" if len(points) == 1 else "")
            ax.plot(*zip(*points, strict=True), color=colour, marker=marker, markersize=4, linewidth=1.8, label=label)
    chosen = [r for r in records if r.get("chosen") and r.get(f"dev_{name}") is not None]
    if chosen:
        at, value = place(chosen[-1]), chosen[-1][f"dev_{name}"]
        ax.axvline(at, color=SOFT, linewidth=1, linestyle=":")
        label = _("best, epoch {epoch}").format(epoch=chosen[-1]["epoch"])
        ax.plot([at], [value], "o", markersize=10, markerfacecolor="none", markeredgecolor=SOFT, linestyle="none", label=label)
    if test is not None and math.isfinite(test):
        values.append(test)
        label = _("test {value}").format(value=told(name, test))
        ax.axhline(test, color=TEST, linewidth=1.6, linestyle=(0, (5, 3)), label=label)
    scale(ax, "y", name, values)
    legend(ax)


# classifiers


def confusion(matrix: Tensor, names: Sequence[str], split: str = "test") -> Drawing:
    """Rows are true classes, columns what the network said; blue is right, vermilion wrong, blank never.

    matrix: counts, (K, K).
    """
    from matplotlib.patches import Rectangle

    k, counts = len(matrix), matrix.tolist()
    shares = (matrix / matrix.sum(1, keepdim=True).clamp(min=1)).tolist()
    most = max(matrix.clone().fill_diagonal_(0).max().item(), 1)
    side = min(max(1.2 + 0.4 * k, 2.8), 5.2)  # inches
    drawing = Drawing(side + 0.2, side)
    ax = axes(drawing, (1, 1, 1))
    size = 0.92 if k <= 20 else 1.0  # of a cell
    for row, column in matrix.nonzero().tolist():
        right, n = row == column, counts[row][column]
        strength = 0.15 + 0.75 * (shares[row][column] if right else math.sqrt(n / most))
        corner, colour = (column - size / 2, row - size / 2), TRAIN if right else DEV
        ax.add_patch(Rectangle(corner, size, size, facecolor=colour, alpha=strength, edgecolor="none"))
        if k <= 20:
            points = 9 if k <= 12 and n < 10_000 else 6
            ax.text(
                column,
                row,
                local(f"{n:,}"),
                ha="center",
                va="center",
                fontsize=points,
                color=PAPER if strength > (0.6 if right else 0.78) else INK,
            )
    ax.set(xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5), aspect="equal")
    every = math.ceil(k / 20)
    ticks, labels = range(0, k, every), [plain(shortened(name)) for name in names[::every]]
    short = max(map(len, labels)) <= 3
    ax.set_xticks(ticks, labels, rotation=0 if short else 50, ha="center" if short else "right", rotation_mode="anchor")
    ax.set_yticks(ticks, labels)
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel(_("what the network said"), color=SOFT, fontsize=9)
    ax.set_ylabel(_("true class ({split})").format(split=split), color=SOFT, fontsize=9)
    return drawing


def pictures(images: Sequence[Tensor], captions: Sequence[str], columns: int = 9, width: float = WIDE) -> Drawing:
    """A grid of pictures (C, H, W), bytes or numbers, each above its caption."""
    rows = max(1, math.ceil(len(images) / columns))
    lines = max((caption.count("\n") + 1 for caption in captions), default=1)
    drawing = Drawing(width, rows * (width / columns + 0.19 * lines))
    shown = as_pictures(images)
    for number, (image, caption) in enumerate(zip(shown, captions, strict=True), start=1):
        ax = drawing.add_subplot(rows, columns, number)
        ax.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="none")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
        ax.set_xlabel(plain(caption), color=INK, fontsize=9, labelpad=3)
    return drawing


def confused(pairs: Sequence[tuple[str, Sequence[Tensor]]], columns: int = 6) -> Drawing:
    """A row of example pictures for each confusion, with its name above."""
    drawing = Drawing(3.5, 1.0 * max(1, len(pairs)))
    grid = drawing.add_gridspec(max(1, len(pairs)), columns)
    for row, (label, images) in enumerate(pairs):
        for column, image in enumerate(as_pictures(images)):
            ax = drawing.add_subplot(grid[row, column])
            ax.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="none")
            ax.axis("off")
            if column == 0:
                ax.set_title(plain(label), loc="left", color=INK, fontsize=9.5, pad=4)
    return drawing


def as_pictures(images: Sequence[Tensor]) -> list[np.ndarray]:
    """(C, H, W), bytes or numbers of any scale -> (H, W) or (H, W, 3) from 0 to 1; one scale for all of them."""
    if not images:
        return []
    x = torch.stack(list(images)).float()
    if images[0].dtype == torch.uint8:
        x = x / 255
    else:
        low, high = x.amin((0, 2, 3), keepdim=True), x.amax((0, 2, 3), keepdim=True)
        x = (x - low) / (high - low).clamp(min=1e-12)
    return [i[0].numpy() if len(i) != 3 else i.permute(1, 2, 0).numpy() for i in x]


def boundary(
    say: Callable[[Tensor], Tensor], points: Tensor, classes: Tensor, names: Sequence[str], labels: Sequence[str]
) -> Drawing:
    """How a classifier of two numbers divides the plane.

    say: points (M, 2) -> class numbers (M,). points (N, 2) and their classes (N,) are drawn over it. names: of the classes;
    labels: of the two numbers.
    """
    drawing = Drawing(WIDE, 4.6)
    ax = axes(drawing, (1, 1, 1))
    low, high = points.amin(0), points.amax(0)
    margin = 0.08 * (high - low)
    x, y = (torch.linspace(a, b, 300) for a, b in zip((low - margin).tolist(), (high + margin).tolist(), strict=True))
    plane = torch.cartesian_prod(x, y)
    said = say(plane).view(len(x), len(y)).T.numpy()
    levels = np.arange(len(names) + 1) - 0.5
    colours = [PALETTE[i % len(PALETTE)] for i in range(len(names))]
    ax.contourf(x.numpy(), y.numpy(), said, levels=levels, colors=colours, alpha=0.13)
    ax.contour(x.numpy(), y.numpy(), said, levels=levels[1:-1], colors=INK, linewidths=1.4)
    for k, name in enumerate(names):
        here = points[classes == k].numpy()
        marker = MARKERS[k % len(MARKERS)]
        ax.plot(
            here[:, 0],
            here[:, 1],
            marker,
            color=colours[k],
            markersize=3,
            alpha=0.7,
            label=plain(name),
            rasterized=len(points) > 4000,
        )
    ax.set_aspect("equal")
    ax.set_xlabel(plain(labels[0]), color=SOFT, fontsize=9)
    ax.set_ylabel(plain(labels[1]), color=SOFT, fontsize=9)
    legend(ax)
    return drawing


# numbers


def landmarks(name: str, points: Sequence[tuple[str, float, str]], interval: tuple[float, float] | None = None) -> Drawing:
    """Where a figure lies among others, on one line: (label, value, colour) each; the first one may have an interval."""
    drawing = Drawing(WIDE, 1.05)
    ax = axes(drawing, (1, 1, 1))
    values = [value for _label, value, _colour in points]
    if interval:
        ax.plot(interval, [0, 0], color=points[0][2], linewidth=7, alpha=0.3, solid_capstyle="butt")
        values += interval
    ranks = {number: rank for rank, number in enumerate(sorted(range(len(points)), key=lambda n: points[n][1]))}
    for number, (label, value, colour) in enumerate(points):
        ax.plot([value], [0], "D" if number == 0 else "o", color=colour, markersize=9 if number == 0 else 7)
        above = (ranks[number] - ranks[0]) % 2 == 0  # neighbours never write over each other
        text = f"{label}\n{told(name, value)}"
        ax.annotate(
            text,
            (value, 0),
            (0, 9 if above else -9),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            color=INK,
            fontsize=9,
        )
    ax.set_ylim(-1, 1)
    scale(ax, "x", name, values)
    ax.tick_params(labelbottom=False)
    ax.margins(x=0.06)
    if ax.get_xscale() == "log":
        drawing.supxlabel(_("logarithmic scale"), x=0.99, ha="right", color=SOFT, fontsize=8)
    ax.yaxis.set_visible(False)
    ax.grid(False)
    ax.spines["bottom"].set_position(("data", 0))
    ax.spines["bottom"].set(color=GRID, zorder=0)
    return drawing


def scatter(said: Tensor, targets: Tensor, name: str = "") -> Drawing:
    """What was said (N,) against what is true (N,), and how far off it was."""
    drawing = Drawing(WIDE, 4.0)
    ax = axes(drawing, (1, 2, 1))
    ends = [min(said.min().item(), targets.min().item()), max(said.max().item(), targets.max().item())]
    ax.plot(ends, ends, color=SOFT, linewidth=1.2, linestyle="--", label=_("said = true"))
    ax.plot(
        targets,
        said,
        "o",
        color=TRAIN,
        markersize=4,
        alpha=min(0.8, 20 / math.sqrt(len(said))),
        markeredgewidth=0,
        rasterized=len(said) > 4000,
    )
    ax.set_xlabel(_("true {name}").format(name=plain(name)), color=SOFT, fontsize=9)
    ax.set_ylabel(_("said {name}").format(name=plain(name)), color=SOFT, fontsize=9)
    legend(ax)
    ax = axes(drawing, (1, 2, 2))
    ax.hist((said - targets).numpy(), bins=40, color=TRAIN, alpha=0.8)
    ax.axvline(0, color=SOFT, linewidth=1.2, linestyle="--")
    ax.set_xlabel(_("said - true"), color=SOFT, fontsize=9)
    ax.set_ylabel(_("examples"), color=SOFT, fontsize=9)
    return drawing
