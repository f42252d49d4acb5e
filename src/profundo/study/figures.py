"""The figures of a run, drawn once for the page, the notebook and the comparison.

Each function takes data and returns a figure. Nothing goes through pyplot, so there is no figure to close and no setting of
the reader's that changes. Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart, and each part
keeps its own everywhere: train blue, dev vermilion, test green.
"""

import math
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from torch import Tensor

from profundo.messages import _
from profundo.run import Run
from profundo.study.words import local, told, word
from profundo.summaries import PERCENT

TRAIN, DEV, TEST = "#0072b2", "#d55e00", "#009e73"
PALETTE = (TRAIN, DEV, TEST, "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"
INK, SOFT, GRID, PAPER = "#1b1f27", "#5b6472", "#dfe3e8", "#ffffff"
WIDE = 9.0
"""Inches: as wide as the page."""
NOT_DRAWN = {"step", "seen", "of", "seconds", "epoch", "chosen", "resumed", "lr"}


class Drawing(Figure):
    """A figure that notebooks show by themselves."""

    def __init__(self, width: float, height: float):
        super().__init__(figsize=(width, height), layout="constrained", facecolor=PAPER)

    def _repr_png_(self) -> bytes:
        file = BytesIO()
        self.savefig(file, format="png", dpi=110)
        return file.getvalue()

    def svg(self) -> str:
        """The figure as text, the same each time, with letters left as letters."""
        from matplotlib import rc_context

        file = BytesIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "profundo"}):
            self.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        return file.getvalue().decode()


# curves


def curves(run: Run) -> Drawing:
    """Whatever the run recorded, train and dev together, with the chosen epoch and the test figure marked."""
    records, test = run.records(), run.read("result.json").get("test", {})
    names = recorded(records)
    columns = min(2, max(1, len(names)))
    rows = math.ceil(len(names) / columns)
    drawing = Drawing(WIDE, 3.3 * max(1, rows))
    if not names:
        drawing.text(0.5, 0.5, _("Nothing is recorded yet."), ha="center", color=SOFT, fontsize=11)
        return drawing
    place, label = clock(records)
    for number, name in enumerate(names, start=1):
        ax = axes(drawing, (rows, columns, number), word(name))
        counted(ax, label)
        _curve(ax, records, name, place, test.get(name))
    return drawing


def recorded(records: Sequence[dict[str, Any]]) -> list[str]:
    """The figures that were recorded, without "dev_": the loss first, then as they come."""
    names = {key.removeprefix("dev_") for r in records for key in r if key not in NOT_DRAWN}
    order = {key.removeprefix("dev_"): -i for r in reversed(records) for i, key in enumerate(r)}
    return sorted(names, key=lambda name: (name != "loss", -order.get(name, 0)))


def clock(records: Sequence[dict[str, Any]]) -> tuple[Callable[[dict[str, Any]], float], str]:
    """A record's place on the x axis, and the axis's name: epochs where they are all alike, else examples seen."""
    ends = [(r["epoch"], r["seen"]) for r in records if r.get("epoch") and r.get("seen")]
    size = ends[-1][1] / ends[-1][0] if ends else 0
    if ends and all(abs(seen - epoch * size) <= 0.01 * size + 1 for epoch, seen in ends):
        return lambda r: r["seen"] / size, _("epoch")
    return lambda r: r.get("seen", r.get("step", 0)), _("examples seen")


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


# the parts that figures share


def axes(drawing: Drawing, place: Any, title: str = "") -> Axes:
    """Axes in the house's style: no box, a light grid, small grey numbers."""
    ax = drawing.add_subplot(*place) if isinstance(place, tuple) else drawing.add_subplot(place)
    ax.set_facecolor("none")
    ax.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold", pad=22 if title else 6)
    ax.tick_params(colors=SOFT, labelsize=9, length=0)
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(SOFT)
    return ax


def legend(ax: Axes) -> None:
    """In one line between the title and the curves."""
    shown = ax.get_legend_handles_labels()[0]
    if shown:
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(-0.01, 0.985),
            ncols=len(shown),
            frameon=False,
            fontsize=9,
            labelcolor=SOFT,
            handlelength=1.5,
            columnspacing=1.2,
            borderpad=0.1,
        )


def scale(ax: Axes, which: str, name: str, values: Sequence[float]) -> None:
    """The "x" or "y" axis for a figure: logarithmic where its values span much, with ticks as people say them."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    seen = [v for v in values if math.isfinite(v)]
    positive = [v for v in seen if v > 0]
    if len(positive) > 0.9 * len(seen) and min(seen, default=-1) >= 0 and max(positive) > 20 * min(positive):
        low, high = 0.8 * min(positive), 1.3 * max(positive)
        ax.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 1000 * low else (1.0,)))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(6, integer=all(v == int(v) for v in seen)))
    percent = name in PERCENT
    axis.set_major_formatter(FuncFormatter(lambda v, _i: local(f"{100 * v:.6g} %" if percent else f"{v:.6g}")))


def counted(ax: Axes, label: str) -> None:
    """An x axis that counts: epochs, examples."""
    ax.set_xlabel(label, color=SOFT, fontsize=9)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _i: local(f"{v:,.0f}")))


# classifiers


def confusion(matrix: Tensor, names: Sequence[str], split: str = "test") -> Drawing:
    """Rows are true classes, columns what the network said; blue is right, vermilion wrong, blank never.

    matrix: counts, (K, K).
    """
    from matplotlib.patches import Rectangle

    k, counts = len(matrix), matrix.tolist()
    shares = (matrix / matrix.sum(1, keepdim=True).clamp(min=1)).tolist()
    most = max(matrix.clone().fill_diagonal_(0).max().item(), 1)
    drawing = Drawing(5.4, 5.0)
    ax = axes(drawing, (1, 1, 1))
    for row, column in matrix.nonzero().tolist():
        right, n = row == column, counts[row][column]
        strength = 0.15 + 0.75 * (shares[row][column] if right else math.sqrt(n / most))
        corner, colour = (column - 0.46, row - 0.46), TRAIN if right else DEV
        ax.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=colour, alpha=strength, edgecolor="none"))
        if k <= 20:
            size = 9 if k <= 12 and n < 10_000 else 6
            ax.text(column, row, local(f"{n:,}"), ha="center", va="center", fontsize=size, color=PAPER if strength > 0.6 else INK)
    ax.set(xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5), aspect="equal")
    every = max(1, math.ceil(k / 40))
    ticks, labels = range(0, k, every), [_short(str(name)) for name in names[::every]]
    ax.set_xticks(ticks, labels, rotation=0 if max(map(len, labels)) <= 3 else 60, ha="center" if max(map(len, labels)) <= 3 else "right")
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
        ax.set_xlabel(caption, color=INK, fontsize=9, labelpad=3)
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
                ax.set_title(label, loc="left", color=INK, fontsize=9.5, pad=4)
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


def boundary(say: Callable[[Tensor], Tensor], points: Tensor, classes: Tensor, names: Sequence[str]) -> Drawing:
    """How a classifier of two numbers divides the plane.

    say: points (M, 2) -> class numbers (M,). points (N, 2) and their classes (N,) are drawn over it.
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
        ax.plot(here[:, 0], here[:, 1], marker, color=colours[k], markersize=3, alpha=0.7, label=name, rasterized=len(points) > 4000)
    ax.set_aspect("equal")
    legend(ax)
    return drawing


# numbers


def landmarks(name: str, points: Sequence[tuple[str, float, str]], interval: tuple[float, float] | None = None) -> Drawing:
    """Where a figure lies among others, on one line: (label, value, colour) each; the first one may have an interval."""
    drawing = Drawing(WIDE, 1.25)
    ax = axes(drawing, (1, 1, 1))
    values = [value for _label, value, _colour in points]
    if interval:
        ax.plot(interval, [0, 0], color=points[0][2], linewidth=7, alpha=0.3, solid_capstyle="butt")
        values += interval
    for number, (label, value, colour) in enumerate(points):
        ax.plot([value], [0], "D" if number == 0 else "o", color=colour, markersize=9 if number == 0 else 7)
        above = number % 2 == 0
        text = f"{label}\n{told(name, value)}"
        ax.annotate(
            text, (value, 0), (0, 9 if above else -9), textcoords="offset points", ha="center", va="bottom" if above else "top", color=INK, fontsize=9
        )
    ax.set_ylim(-1, 1)
    scale(ax, "x", name, values)
    ax.tick_params(labelbottom=False)
    ax.yaxis.set_visible(False)
    ax.grid(False)
    ax.spines["bottom"].set_position(("data", 0))
    ax.spines["bottom"].set_color(GRID)
    return drawing


def scatter(said: Tensor, targets: Tensor, name: str = "") -> Drawing:
    """What was said (N,) against what is true (N,), and how far off it was."""
    drawing = Drawing(WIDE, 4.0)
    ax = axes(drawing, (1, 2, 1))
    ends = [min(said.min().item(), targets.min().item()), max(said.max().item(), targets.max().item())]
    ax.plot(ends, ends, color=SOFT, linewidth=1.2, linestyle="--", label=_("said = true"))
    ax.plot(targets, said, "o", color=TRAIN, markersize=3, alpha=0.35, markeredgewidth=0, rasterized=len(said) > 4000)
    ax.set_xlabel(_("true {name}").format(name=name), color=SOFT, fontsize=9)
    ax.set_ylabel(_("said {name}").format(name=name), color=SOFT, fontsize=9)
    legend(ax)
    ax = axes(drawing, (1, 2, 2))
    ax.hist((said - targets).numpy(), bins=40, color=TRAIN, alpha=0.8)
    ax.axvline(0, color=SOFT, linewidth=1.2, linestyle="--")
    ax.set_xlabel(_("said - true"), color=SOFT, fontsize=9)
    ax.set_ylabel(_("examples"), color=SOFT, fontsize=9)
    return drawing


def _short(name: str, most: int = 14) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
