"""What a recurrent network remembers: Elman's error over time, and the gates of an LSTM while it reads."""

from collections.abc import Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from profundo.data.streams import Streams, letters
from profundo.evaluation.modes import evaluating
from profundo.messages import _
from profundo.networks.recurrent.elman import Reader, lengths
from profundo.networks.recurrent.lstm import LSTM
from profundo.study.attention_figure import bare
from profundo.study.drawing import DEV, INK, SOFT, TRAIN, WIDE, Drawing, axes, counted, legend
from profundo.study.words import local

BITS = 12
"""Of the stream of bits, as in Elman's figure 3."""
SHOWN = 40
"""Letters, or symbols that each have a tick."""
RARE = 0.1
"""In longer sequences, only symbols that make up at most this share are named."""


def drawn(network: Reader, dev: Any, names: Sequence[str]) -> tuple[Drawing, str] | None:
    """The figure that suits the network and its data, and the same in words; None where there is none.

    names: of the tokens, where the data are tokens.
    """
    if isinstance(dev, Streams):
        return foresight(network, dev)
    if not isinstance(network.memory, LSTM):
        return None
    x, *_y = next(iter(dev.take(torch.arange(1)).batches(1)))
    return gates(network, x[0, : int(lengths(network.written(x)))], names)


def foresight(network: Reader, data: Streams) -> tuple[Drawing, str]:
    """The error at every time (Elman 1990, figures 3 to 5), and the same in words."""
    with evaluating(network):
        off = (network(data.x) - data._y()).float()
    drawing = Drawing(WIDE, 3.0)
    ax = axes(drawing, (1, 1, 1), _("Error of what is foreseen, by time"))
    if data.x.shape[-1] == 1:
        alike = (data.certain == data.certain[0]).all(1)  # windows that begin at the same place in a group
        error = off[alike, :BITS, 0].square().mean(0).sqrt()
        ax.plot(range(1, len(error) + 1), error, "o-", color=TRAIN, markersize=5)
        counted(ax, _("bit"))
    else:
        text, error = letters(data._y()[0, :SHOWN]), off[0, :SHOWN].square().mean(-1).sqrt()
        ax.plot(error, "o-", color=TRAIN, markersize=4, label=_("all features of the letter"))
        ax.plot(off[0, :SHOWN, 0].abs(), color=DEV, linewidth=1.4, label=_("is it a consonant?"))
        ax.set_xticks(range(len(text)), list(text))
        legend(ax)
    ax.set_ylim(0, 1.1 * max(0.5, error.max().item()))
    ax.set_ylabel(_("root of the mean square"), color=SOFT, fontsize=9)
    sure, chance = (off[which].square().mean().sqrt().item() for which in (data.certain, ~data.certain))
    words = _("Where the past tells what comes the error is {sure}, where it is chance {chance}.")
    return drawing, local(words.format(sure=f"{sure:.2g}", chance=f"{chance:.2g}"))


def gates(network: Reader, x: Tensor, names: Sequence[str] = ()) -> tuple[Drawing, str]:
    """Gates and cells of an LSTM while it reads one sequence, x (T, D) or (T,) tokens of these names; and in words."""
    assert isinstance(network.memory, LSTM)
    seen = network.memory.watch(network.written(x[None])[0])
    T = len(x)
    at, labels = _ticks(x, names)
    rows = [("i", _("input gates")), ("f", _("forget gates")), ("c", _("cells")), ("o", _("output gates"))]
    drawing = Drawing(WIDE, 1.15 * (len(rows) + x.is_floating_point()) + 0.4)
    places = iter(drawing.add_gridspec(len(rows) + x.is_floating_point(), 1))
    if x.is_floating_point():
        ax = axes(drawing, next(places))
        ax.bar(range(T), x[:, 0].tolist(), color=["#dfe3e8" if t not in at else DEV for t in range(T)], width=0.9)
        ax.set_ylabel(_("input"), color=INK, fontsize=9)
        ax.set(xlim=(-0.5, T - 0.5), xticks=[])
    for name, label in rows:
        ax = axes(drawing, next(places))
        last = name == "o"
        values, cells = seen[name].T.cpu(), name == "c"  # (H, T)
        if cells:
            values = values / values.abs().amax(1, keepdim=True).clamp(min=1e-12)  # some drift far, some hold a little
        ax.imshow(values.numpy(), cmap="RdBu_r" if cells else "viridis", vmin=-float(cells), vmax=1, aspect="auto")
        bare(ax)
        ax.set_ylabel(label, color=INK, fontsize=9)
        _mark(ax, at if T > SHOWN else [])
        ax.set_xticks(at if last else [], labels if last else [])
    drawing.supxlabel(
        _("time; a row a unit; bright gates are open; red and blue cells hold opposite signs, each in its own scale"),
        color=SOFT,
        fontsize=9,
    )
    words = _("On average the forget gates are open by {f}, the input gates by {i}.")
    return drawing, local(words.format(f=f"{seen['f'].mean():.2f}", i=f"{seen['i'].mean():.2f}"))


def _ticks(x: Tensor, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """Times worth a name: those with a mark, or symbols that are rare, or all of a short sequence."""
    if x.is_floating_point():
        marked = (x[:, 1] == 1).nonzero().flatten().tolist()
        return marked, [str(t + 1) for t in marked]
    rare = torch.bincount(x)[x] <= (RARE * len(x) if len(x) > SHOWN else len(x))
    at = rare.nonzero().flatten().tolist()
    return at, [names[int(x[t])] for t in at]


def _mark(ax: Axes, at: Sequence[int]) -> None:
    for t in at:
        ax.axvline(t, color=DEV, linewidth=0.8, alpha=0.8)
