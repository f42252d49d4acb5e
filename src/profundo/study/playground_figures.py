"""The playground on paper: the border while it bends, and space after each layer."""

from typing import Any

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from torch import Tensor

from profundo.messages import _
from profundo.networks.dense.playground import Playground
from profundo.study.drawing import DEV, GRID, INK, PAPER, SOFT, TRAIN, WIDE, Drawing, axes, counted, legend, scale
from profundo.study.playground import Film, Space, spaces
from profundo.study.words import percent, word

WINDOW = 6.0
"""Half the side of the square that is shown."""
COLOURS = (DEV, TRAIN)
"""Of class 0, orange, and class 1, blue."""
SHOWN = 5
"""Maps in the still."""
LINES, PIECES = 9, 40
"""Of the grid that layers bend, each way, and of a line."""
DOTS, FEW = 240, 90
"""Points in a panel, and in a small one."""


def title(shape: str) -> str:
    names = {
        "spiral": _("Two spirals"),
        "circle": _("A disc in a ring"),
        "xor": _("Exclusive or"),
        "gauss": _("Two clouds"),
        "moons": _("Two moons"),
    }
    return names[shape]


def shades() -> LinearSegmentedColormap:
    """From orange by paper to blue."""
    return LinearSegmentedColormap.from_list("playground", [DEV, PAPER, TRAIN])


def still(film: Film) -> Drawing:
    """The net's map of the plane at five moments, and the loss."""
    drawing = Drawing(WIDE, 4.4)
    grid = drawing.add_gridspec(2, SHOWN, height_ratios=(1.15, 1))
    chosen = np.linspace(0, len(film.steps) - 1, SHOWN).round().astype(int)
    for column, frame in enumerate(chosen):
        ax = axes(drawing, grid[0, column])
        ax.set_title(_("step {step}").format(step=film.steps[frame]), loc="left", color=SOFT, fontsize=9)
        side = np.linspace(-WINDOW, WINDOW, 80)
        plane = torch.from_numpy(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)).float()
        with torch.no_grad():
            said = _at(film, frame)(plane).view(80, 80).numpy()
        ax.imshow(
            said,
            cmap=shades(),
            vmin=-1.3,
            vmax=1.3,
            extent=(-WINDOW, WINDOW, -WINDOW, WINDOW),
            origin="lower",
            interpolation="none",
        )
        _dots(ax, film.splits.train.x[:FEW], film.splits.train.y[:FEW], 2.0)
        _bare(ax)
    below = axes(drawing, grid[1, :])
    curves(film, below)
    return drawing


def curves(film: Film, ax: Any) -> None:
    """Loss of train and dev over the steps."""
    for part, colour, name in ((film.train, TRAIN, _("train")), (film.dev, DEV, _("dev"))):
        ax.plot(film.steps[1:], [scores["loss"] for scores in part[1:]], color=colour, linewidth=1.8, label=name)
    scale(ax, "y", "", [max(1e-6, scores["loss"]) for scores in (*film.train, *film.dev)])
    counted(ax, _("steps"))
    ax.set_ylabel(word("loss"), color=SOFT, fontsize=9)
    legend(ax)


def bent(film: Film) -> Drawing:
    """A grid and the points, as they lie for each layer; the line is the best straight cut there."""
    found = spaces(film)
    columns = min(len(found), 4)
    rows = -(-len(found) // columns)
    drawing = Drawing(WIDE, 0.4 + 2.6 * rows)
    with torch.no_grad():
        lines = film.network.spaces(_lines().view(-1, 2))
        dots = film.network.spaces(film.splits.train.x[:DOTS])
    for n, space in enumerate(found):
        ax = axes(drawing, (rows, columns, n + 1))
        ax.set_title(called(space), loc="left", color=INK, fontsize=10, fontweight="bold", pad=18)
        says = _("a straight cut errs on {error}").format(error=percent(space.error))
        ax.annotate(says, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", color=SOFT, fontsize=8.5)
        seen = space.seen(lines[n]).view(2 * LINES, PIECES, 2).numpy()
        ax.add_collection(LineCollection(list(seen), colors=GRID, linewidths=0.8))
        where = space.seen(dots[n])
        _dots(ax, where, film.splits.train.y[:DOTS], 2.6)
        low, high = where.min(0).values, where.max(0).values
        room = 0.12 * (high - low).clamp(min=1e-3)
        ax.set(xlim=(float(low[0] - room[0]), float(high[0] + room[0])), ylim=(float(low[1] - room[1]), float(high[1] + room[1])))
        _cut(ax, space)
        _bare(ax, square=False)
    return drawing


def called(space: Space) -> str:
    if space.layer == 0:
        return _("inputs")
    return _("layer {n}, {units} units").format(n=space.layer, units=space.units)


def _at(film: Film, frame: int) -> Playground:
    """The net as it was at a moment."""
    network = film.recipe.network.build()
    assert isinstance(network, Playground)
    torch.nn.utils.vector_to_parameters(torch.tensor(film.weights[frame]), network.parameters())
    return network


def _lines() -> Tensor:
    """A square grid of the plane, upright lines and level ones, (2 LINES, PIECES, 2)."""
    apart, along = torch.linspace(-5, 5, LINES), torch.linspace(-5, 5, PIECES)
    upright = torch.stack(torch.meshgrid(apart, along, indexing="ij"), -1)
    return torch.cat([upright, upright.flip(-1)])


def _dots(ax: Any, x: Tensor, y: Tensor, size: float) -> None:
    """Orange squares and blue discs: nobody needs the colours to tell them apart."""
    for colour, marker, here in zip(COLOURS, "so", (y == 0, y == 1), strict=True):
        ax.plot(*x[here].T, marker, color=colour, markersize=size, markeredgecolor=PAPER, markeredgewidth=0.3)


def _cut(ax: Any, space: Space) -> None:
    (w, b), (west, east), (south, north) = space.cut, ax.get_xlim(), ax.get_ylim()
    across, up = w.tolist()
    if abs(across) * (north - south) >= abs(up) * (east - west):  # rather steep: a place for each height
        heights = np.array([south, north])
        ax.plot(-(b + up * heights) / across, heights, color=INK, linewidth=1.2, scalex=False, scaley=False)
    elif up:
        places = np.array([west, east])
        ax.plot(places, -(b + across * places) / up, color=INK, linewidth=1.2, scalex=False, scaley=False)


def _bare(ax: Any, square: bool = True) -> None:
    """Without ticks: only where things lie counts."""
    ax.grid(False)
    ax.set(xticks=[], yticks=[])
    if square:
        ax.set(xlim=(-WINDOW, WINDOW), ylim=(-WINDOW, WINDOW), aspect="equal")
