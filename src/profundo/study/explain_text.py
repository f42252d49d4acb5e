"""Why a network says what it says of a sentence: tables of words against words, and their picture."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Facts, Source, UserError
from profundo.data.pairs import BEGIN
from profundo.evaluation.modes import evaluating
from profundo.evaluation.translation import UNKNOWN, greedy
from profundo.messages import _
from profundo.study.attention_by_head import by_head

if TYPE_CHECKING:
    from profundo.study.drawing import Drawing

ACROSS = 4
"""Heads in a line of the picture."""
MOST = 40
"""Words on a side that a picture has room for."""


@runtime_checkable
class Aligns(Protocol):
    """A translator that looks at the source before each word, as Bahdanau's does."""

    def alignment(self, x: Tensor, y: Tensor) -> Tensor: ...


class Table(NamedTuple):
    """A number for each word of what was said (a row) and each word of what was read (a column)."""

    title: str
    note: str
    rows: list[str]
    columns: list[str]
    values: Tensor
    """(rows, columns), at least 0"""


def translated(network: nn.Module, data: Source, facts: Facts, text: str, layer: str | None = None) -> tuple[str, list[Table]]:
    """The greedy translation of a sentence, and where each of its words comes from.

    The alignment, where the network has one; and, for any translator, by how many nats a word gets less likely when one of the
    source is hidden, put as unknown (Zeiler and Fergus 2014 hid parts of pictures). Where attention has heads, each of them: of
    the layer of this name, or else of the last that reads the source. Raises UserError for a layer that is not there.
    """
    x = data.encode(text, facts)[None]
    with evaluating(network):
        said = greedy(network, x)[:, :MOST]
        y = torch.cat([x.new_full((1, 1), BEGIN), said[:, :-1]], 1)  # what was there before each word
        tables = []
        rows, columns = ([facts[name][n] for n in ids] for name, ids in (("target_tokens", said[0]), ("tokens", x[0])))
        if isinstance(network, Aligns):
            note = _("where the network looks before it writes a word")
            tables.append(Table(_("Alignment"), note, rows, columns, network.alignment(x, y)[0].float()))
        hidden = x.repeat(x.shape[1] + 1, 1)  # the last as it is
        hidden[range(x.shape[1]), range(x.shape[1])] = UNKNOWN
        log_p = network(hidden, y.expand(len(hidden), -1)).float().log_softmax(-1)
        log_p = log_p.gather(-1, said[..., None].expand(len(hidden), -1, -1))[..., 0]  # (S + 1, T)
        note = _("how much less likely it gets without that word")
        tables.append(Table(_("Influence"), note, rows, columns, (log_p[-1:] - log_p[:-1]).T.clamp(min=0)))
    S, T = x.shape[1], y.shape[1]
    told_apart = S + (S == T)  # of one length, the two texts could not be: filling, which nobody reads, makes one longer
    maps = by_head(network, F.pad(x, (0, told_apart - S)), y)
    before = [facts["target_tokens"][n] for n in y[0]]
    tables += heads(maps, {told_apart: columns, T: rows}, {told_apart: columns, T: before}, layer)
    return data.decode(said[0], facts), [cut(table) for table in tables]


def heads(
    maps: Mapping[str, Tensor], rows: Mapping[int, list[str]], columns: Mapping[int, list[str]], layer: str | None = None
) -> list[Table]:
    """A table for each head of a layer of attention, of the last one if None; [] where there is none.

    maps: (N, T, S) by layer. rows, columns: the words of each T and S there is; what is longer than its words is filling, and cut
    off. Raises UserError for a layer that is not among `maps`.
    """
    known = {name: w for name, w in maps.items() if w.shape[1] in rows and w.shape[2] in columns}
    if layer is not None and layer not in known:
        raise UserError(
            _("There is no attention {layer!r} here; there are {names}.").format(layer=layer, names=", ".join(known) or "-")
        )
    if not known:
        return []
    name = layer or list(known)[-1]
    w = known[name].cpu()
    down, along = rows[w.shape[1]], columns[w.shape[2]]
    return [
        Table(_("Head {n}").format(n=n), name, down, along, head[: len(down), : len(along)]) for n, head in enumerate(w, start=1)
    ]


def cut(table: Table) -> Table:
    """As much of a table as there is room for."""
    return table._replace(rows=table.rows[:MOST], columns=table.columns[:MOST], values=table.values[:MOST, :MOST])


def record(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """The same in plain numbers, for --json."""
    return [
        {
            "title": t.title,
            "rows": t.rows,
            "columns": t.columns,
            "values": [[round(v, 4) for v in row] for row in t.values.tolist()],
        }
        for t in tables
    ]


def figure(tables: Sequence[Table]) -> "Drawing":
    """Tables side by side: what was read along the top, what was said down the side, dark where the number is large.

    Tables with the same note, the heads of a layer, stand below the others, up to ACROSS in a line.
    """
    from profundo.study.drawing import WIDE, Drawing

    alike = Counter(table.note for table in tables)
    many = [table for table in tables if alike[table.note] > 1]
    lines = [[table for table in tables if alike[table.note] == 1]]
    lines += [many[n : n + ACROSS] for n in range(0, len(many), ACROSS)]
    lines = [line for line in lines if line]
    across = [min(len(many), ACROSS) if alike[line[0].note] > 1 else len(line) for line in lines]
    words = [max(len(table.columns) for table in line) + 3 for line in lines]  # along the top, with room for those at the side
    sides = [min(0.42, WIDE / n / most) for n, most in zip(across, words, strict=True)]  # inches a word
    heights = [_height(line, side) for line, side in zip(lines, sides, strict=True)]
    width = max(n * (side * most + 0.8) for n, side, most in zip(across, sides, words, strict=True))
    drawing = Drawing(min(WIDE, width), sum(heights))
    drawing.get_layout_engine().set(h_pad=0.15, w_pad=0.06)  # type: ignore[union-attr, call-arg]  # titles stand above the words
    grid = drawing.add_gridspec(len(lines), 1, height_ratios=heights)
    for row, (n, side, line) in enumerate(zip(across, sides, lines, strict=True)):
        places = grid[row].subgridspec(1, n)
        for column, table in enumerate(line):
            _drawn(drawing.add_subplot(places[column]), table, small=side < 0.25)
    return drawing


def _height(line: Sequence[Table], side: float) -> float:
    """Inches of a line of tables, with the words along the top, titles and notes."""
    letters = max(len(word) for table in line for word in table.columns)
    return side * max(len(table.rows) for table in line) + (0.05 if side < 0.25 else 0.08) * letters + 0.95


def _drawn(ax: Any, table: Table, small: bool) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    from profundo.study.drawing import GRID, INK, PAPER, SOFT, TRAIN
    from profundo.study.words import plain

    shades = LinearSegmentedColormap.from_list("profundo", [PAPER, TRAIN])
    ax.pcolormesh(
        table.values.numpy(), cmap=shades, vmin=0, vmax=max(float(table.values.max()), 1e-9), edgecolors=GRID, linewidth=0.5
    )
    ax.set(xlim=(0, len(table.columns)), ylim=(len(table.rows), 0), aspect="equal")
    size = 6 if small else 9
    ax.set_xticks([n + 0.5 for n in range(len(table.columns))], map(plain, table.columns), rotation=90, fontsize=size, color=INK)
    ax.set_yticks([n + 0.5 for n in range(len(table.rows))], map(plain, table.rows), fontsize=size, color=INK)
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_title(table.title, loc="left", color=INK, fontsize=11, fontweight="bold", pad=8)
    ax.set_xlabel(table.note, color=SOFT, fontsize=8.5, labelpad=8, loc="left")
