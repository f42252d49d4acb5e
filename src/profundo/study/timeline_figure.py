"""The family tree of networks: years to the right, a lane for each family, a curve from each network to those it led to."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Way

from profundo.messages import _
from profundo.study.drawing import DEV, GRID, INK, PALETTE, PAPER, SOFT, TEST, TRAIN, Drawing
from profundo.study.words import told

WIDTH = 11.0
"""Inches."""
ROW = 0.36
"""Inches from a name to the next below it."""
LETTER = 0.068
"""Inches: how wide a letter is, about."""
MARGIN = 1.25
"""Inches at the left, for the families' names."""
COLOURS = (TRAIN, *PALETTE[3:])
"""Of the families' curves; green and vermilion say what became of a claim."""


def figure(rows: Sequence[dict[str, Any]]) -> Drawing:
    """rows: as `timeline` gives them."""
    first, last = min(row["year"] for row in rows), max(row["year"] for row in rows)
    years = (first - first % 10, last + 4)
    inch = (WIDTH - MARGIN - 0.2) / (years[1] - years[0])  # of a year
    families = list(dict.fromkeys(row["family"] for row in rows))  # the oldest on top
    places, heights = _placed(rows, families, inch, years)
    total = sum(heights.values())
    drawing = Drawing(WIDTH, ROW * total + 0.9)
    drawing.set_layout_engine("none")
    ax = drawing.add_axes((MARGIN / WIDTH, 0.35 / (ROW * total + 0.9), 1 - (MARGIN + 0.2) / WIDTH, 1 - 0.9 / (ROW * total + 0.9)))
    ax.set(xlim=years, ylim=(total, 0))
    ax.axis("off")
    _ground(ax, families, heights, years)
    colours = {family: COLOURS[i % len(COLOURS)] for i, family in enumerate(families)}
    by_name = {row["name"]: row for row in rows}
    for row in rows:
        for parent in row["parents"]:
            if parent in places:
                _curve(ax, places[parent], places[row["name"]], colours[by_name[parent]["family"]])
    for row in rows:
        _node(ax, row, places[row["name"]], colours[row["family"]], inch, years)
    for n, (colour, text) in enumerate(((TEST, _("claim met")), (DEV, _("claim missed")), (PAPER, _("not run here")))):
        x = MARGIN / WIDTH + 0.13 * n
        drawing.text(x + 0.014, 0.985, text, fontsize=8.5, color=SOFT, va="top")
        dot, ink = ("○", SOFT) if colour == PAPER else ("●", colour)
        drawing.text(x, 0.988, dot, fontsize=9, color=ink, va="top")
    return drawing


def _placed(
    rows: Sequence[dict[str, Any]], families: Sequence[str], inch: float, years: tuple[int, int]
) -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """(year, row) of every network, and the rows of every lane. In a lane, a name goes to the first row where it has room."""
    places: dict[str, tuple[float, float]] = {}
    heights: dict[str, int] = {}
    top = 0
    for family in families:
        taken: list[list[tuple[float, float]]] = []
        for row in (row for row in rows if row["family"] == family):
            left, right = _reach(row, inch, years)
            free = (n for n, spans in enumerate(taken) if all(right < a or left > b for a, b in spans))
            n = next(free, len(taken))
            if n == len(taken):
                taken.append([])
            taken[n].append((left, right))
            places[row["name"]] = (row["year"], top + n + 0.75)
        heights[family] = len(taken) + 1
        top += heights[family]
    return places, heights


def _reach(row: dict[str, Any], inch: float, years: tuple[int, int]) -> tuple[float, float]:
    """The years that a node and its name take up."""
    wide = (max(map(len, _words(row))) * LETTER + 0.25) / inch
    return (row["year"] - wide, row["year"] + 1) if _leftwards(row, wide, years) else (row["year"] - 1, row["year"] + wide)


def _leftwards(row: dict[str, Any], wide: float, years: tuple[int, int]) -> bool:
    return row["year"] + wide > years[1]


def _told(row: dict[str, Any]) -> dict[str, Any] | None:
    """The recipe that stands for a network: with a claim, with a result if there is one, of the network's name if it can be."""
    order = sorted(
        row["recipes"], key=lambda r: (r["claim"] is None, r["result"] is None, r["recipe"] != row["name"], r["recipe"])
    )
    return next((r for r in order if r["claim"] and r["claim"]["value"] is not None), None)


def _words(row: dict[str, Any]) -> tuple[str, str]:
    """The name with its year, and a result beside what was published."""
    name = f"{row['name'].removesuffix(str(row['year'])).replace('_', ' ')} {row['year']}"
    recipe = _told(row)
    if recipe is None:
        return name, ""
    claim, result = recipe["claim"], recipe["result"]
    ours = told(claim["metric"], result["mean"]) if result else "–"
    return name, _("{ours} (published {published})").format(ours=ours, published=told(claim["metric"], claim["value"]))


def _ground(ax: Axes, families: Sequence[str], heights: dict[str, int], years: tuple[int, int]) -> None:
    """Decades and lanes."""
    top, total = 0, sum(heights.values())
    for n, family in enumerate(families):
        if n % 2 == 0:
            ax.axhspan(top, top + heights[family], color=GRID, alpha=0.35, linewidth=0, zorder=0)
        name = family.replace("_", " ")
        ax.annotate(
            name, (0, top + heights[family] / 2), (-10, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", color=INK, fontsize=9.5, fontweight="bold",
        )  # fmt: skip
        top += heights[family]
    for decade in range(years[0], years[1] + 1, 10):
        ax.plot([decade, decade], [0, total], color=GRID, linewidth=0.8, zorder=0.5)
        ax.text(decade, total + 0.25, str(decade), ha="center", va="top", color=SOFT, fontsize=9)


def _curve(ax: Axes, a: tuple[float, float], b: tuple[float, float], colour: str) -> None:
    """From a parent to its child, leaving and arriving level; within one year it bends out to the left."""
    (x0, y0), (x1, y1) = a, b
    bend = max(0.5 * (x1 - x0), 1.5)
    ends = ((x0 + bend, y0), (x1 - bend, y1)) if x1 > x0 else ((x0 - 2.5, y0), (x1 - 2.5, y1))
    way = Way([a, *ends, b], [Way.MOVETO, Way.CURVE4, Way.CURVE4, Way.CURVE4])
    ax.add_patch(PathPatch(way, facecolor="none", edgecolor=colour, linewidth=1.3, alpha=0.55, zorder=1))


def _node(ax: Axes, row: dict[str, Any], place: tuple[float, float], colour: str, inch: float, years: tuple[int, int]) -> None:
    """A dot, filled with what became of the claim, and the words beside it."""
    recipe = _told(row)
    met = recipe["result"]["met"] if recipe and recipe["result"] else None
    fill = {None: PAPER, True: TEST, False: DEV}[met]
    ax.plot(*place, "o", markersize=7, markerfacecolor=fill, markeredgecolor=colour, markeredgewidth=1.6, zorder=3)
    name, result = _words(row)
    wide = _reach(row, inch, years)
    left = wide[0] < row["year"] - 1.5
    side: dict[str, Any] = {"textcoords": "offset points", "ha": "right" if left else "left", "va": "center", "zorder": 4}
    dx = -7 if left else 7
    ax.annotate(name, place, (dx, 4 if result else 0), color=INK, fontsize=8.5, **side)
    if result:
        ax.annotate(result, place, (dx, -5.5), color=SOFT, fontsize=7, **side)
