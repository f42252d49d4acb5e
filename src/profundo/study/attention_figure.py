"""Where a network of patches looks: the figures of a Vision Transformer and of its dense twin, the Mixer.

Of a transformer: how similar the learnt positions are, how far each head reaches, and what of a picture ends in the class token
(Dosovitskiy et al. 2021, figures 6 and 7). Of a Mixer: which patches its units read (Tolstikhin et al. 2021, figure 5).
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from torch import Tensor

from profundo.messages import _
from profundo.networks.attention.vision_transformer import VisionTransformer
from profundo.networks.dense.mixer import Mixer
from profundo.study.drawing import INK, SOFT, TRAIN, WIDE, Drawing, axes, legend
from profundo.study.explaining.rollout import flow
from profundo.study.figures import as_pictures
from profundo.study.words import local

SHOWN = 8
"""Pictures in a row."""
COLUMNS = 8
"""Rows and columns of units that are drawn of a Mixer's block."""


# numbers


def distances(maps: Tensor, side: int, patch: int) -> Tensor:
    """How far each head reaches: pixels between a patch and those it takes from, weighted with how much it takes; (L, N).

    maps: (L, B, N, T, T), with side^2 patches. The class token, where there is one, is left out, and what a patch takes from the
    others is scaled to sum to 1.
    """
    place = torch.cartesian_prod(torch.arange(side), torch.arange(side)).float() * patch
    between = torch.cdist(place, place).to(maps.device)  # (P, P), P patches
    P = side**2
    among = maps[..., -P:, -P:]
    among = among / among.sum(-1, keepdim=True)
    return (among * between).sum(-1).mean((1, 3))


def similarity(network: VisionTransformer) -> Tensor:
    """The cosine between the learnt positions of every two of the P patches: (P, P)."""
    positions = F.normalize(network.positions.detach()[0, network.token is not None :], dim=-1)
    return positions @ positions.T


# figures


def transformer(network: VisionTransformer, x: Tensor) -> tuple[Drawing, str]:
    """The figure of a transformer that reads pictures x (B, C, H, W), and the same in words."""
    x = x[:SHOWN]
    with torch.no_grad():
        maps = network.attention(x)
    patch = int(network.patches.kernel_size[0])
    side = x.shape[-1] // patch
    reach, alike = distances(maps, side, patch), similarity(network)

    drawing = Drawing(WIDE, 6.8)
    above, below = drawing.add_gridspec(2, 1, height_ratios=(2.3, 3.6))
    if network.token is not None:
        arrived = flow(maps)[:, 0, 1:].reshape(len(x), side, side)
        _looked(drawing, above, x, arrived)
    left, right = below.subgridspec(1, 2)
    title = _("Similarity of the learnt positions")
    mosaic(drawing, left, title, alike.view(side, side, side, side), "viridis", (0.0, 1.0))
    _reaches(
        axes(drawing, right, _("How far each head reaches")), reach, distances(torch.ones_like(maps[:1, :1, :1]), side, patch)
    )
    words = _("Heads of the first block reach {first} pixels on average, of the last {last}.")
    return drawing, local(words.format(first=f"{reach[0].mean():.1f}", last=f"{reach[-1].mean():.1f}"))


def mixer(network: Mixer) -> tuple[Drawing, str]:
    """The figure of a Mixer: the weights with which units of its first and last block read the patches; and in words."""
    drawing = Drawing(WIDE, 4.8)
    halves = drawing.add_gridspec(1, 2, wspace=0.08)
    for place, (block, title) in enumerate(((0, _("First block")), (len(network.blocks) - 1, _("Last block")))):
        w = network.get_parameter(f"blocks.{block}.tokens.0.weight").detach()  # (units, P)
        columns, side = min(COLUMNS, math.isqrt(len(w))), math.isqrt(w.shape[1])
        w = (w / w.abs().amax(1, keepdim=True))[: columns**2]
        mosaic(drawing, halves[place], title, w.view(columns, columns, side, side), "RdBu_r", (-1.0, 1.0))
    return drawing, _("Each small square is a unit that mixes patches: red and blue are those that it takes with opposite signs.")


def mosaic(drawing: Drawing, place: Any, title: str, maps: Tensor, colours: str, ends: tuple[float, float]) -> None:
    """Small maps (rows, columns, height, width), a pixel apart; colours from one end to the other."""
    ax = axes(drawing, place)
    ax.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold")
    page = F.pad(maps.cpu(), (0, 1, 0, 1), value=float("nan"))
    R, C, h, w = page.shape
    whole = page.permute(0, 2, 1, 3).reshape(R * h, C * w)[:-1, :-1]
    ax.imshow(whole.numpy(), cmap=colours, vmin=ends[0], vmax=ends[1], interpolation="none")
    bare(ax)


def _looked(drawing: Drawing, place: Any, x: Tensor, arrived: Tensor) -> None:
    """Each picture, and below it the same, dark where little of it arrives at the class token."""
    grid = place.subgridspec(2, SHOWN)
    for column, (picture, share) in enumerate(zip(as_pictures(list(x.cpu())), arrived.cpu(), strict=True)):
        share = 0.15 + 0.85 * (share - share.min()) / (share.max() - share.min()).clamp(min=1e-12)
        light = F.interpolate(share[None, None], picture.shape[:2], mode="bilinear")[0, 0].numpy()
        light = light[..., None] if picture.ndim == 3 else light
        for row, shown in enumerate((picture, picture * light)):
            ax = drawing.add_subplot(grid[row, column])
            ax.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="none")
            bare(ax)
            if column == 0:
                ax.set_ylabel((_("picture"), _("what counts"))[row], color=INK, fontsize=9)


def _reaches(ax: Axes, reach: Tensor, even: Tensor) -> None:
    """Reach of each head (L, N), and that of one that takes from all patches alike (1, 1)."""
    for head in reach.T.tolist():
        ax.plot(range(1, len(head) + 1), head, "o", color=TRAIN, alpha=0.6, markersize=5)
    ax.axhline(even.item(), color=SOFT, linewidth=1, linestyle=":", label=_("from all patches alike"))
    legend(ax)
    ax.set(xticks=range(1, len(reach) + 1), ylim=(0, 1.08 * max(reach.max().item(), even.item())))
    ax.set_xlabel(_("block"), color=SOFT, fontsize=9)
    ax.set_ylabel(_("pixels, a dot a head"), color=SOFT, fontsize=9)


def bare(ax: Axes) -> None:
    """No ticks, no frame, no grid."""
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)
