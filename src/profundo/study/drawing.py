"""What the figures share: a surface without pyplot, colours, axes, and ticks as people say them.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart, and each part keeps its own everywhere:
train blue, dev vermilion, test green.
"""

import math
import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from profundo.study.words import local
from profundo.summaries import PERCENT

TRAIN, DEV, TEST = "#0072b2", "#d55e00", "#009e73"
PALETTE = (TRAIN, DEV, TEST, "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"
INK, SOFT, GRID, PAPER = "#1b1f27", "#5b6472", "#dfe3e8", "#ffffff"
WIDE = 9.0
"""Inches: as wide as the page."""


class Drawing(Figure):
    """A figure that notebooks show by themselves."""

    def __init__(self, width: float, height: float):
        super().__init__(figsize=(width, height), layout="constrained", facecolor=PAPER)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """As in matplotlib, without a warning for each letter that its font lacks (class names in Chinese)."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
            super().savefig(*args, **kwargs)

    def _repr_png_(self) -> bytes:
        file = BytesIO()
        self.savefig(file, format="png", dpi=110)
        return file.getvalue()

    def svg(self) -> str:
        """The figure as text, the same each time, with letters left as letters."""
        file = BytesIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "profundo"}):
            self.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        return file.getvalue().decode()


def axes(drawing: Drawing, place: Any, title: str = "") -> Axes:
    """Axes in the house's style: no box, a light grid, small grey numbers."""
    ax = drawing.add_subplot(*place) if isinstance(place, tuple) else drawing.add_subplot(place)
    ax.set_facecolor("none")
    ax.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold", pad=22 if title else 6)
    ax.tick_params(colors=SOFT, labelsize=9, length=0)
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _i: local(f"{v:.6g}")))
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
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _i: local(f"{v:,.0f}")))
