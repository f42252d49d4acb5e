"""Simple and complex cells of the visual cortex: one minds where in its field the bar lies, the other does not.

Paper     Hubel and Wiesel (1962), Receptive fields, binocular interaction and functional architecture in the cat's visual cortex,
          J. Physiol. 160, 106-154; simple cells as Gabor functions: Daugman (1985), J. Opt. Soc. Am. A 2, 1160-1169; complex
          cells as energy: Adelson and Bergen (1985), Spatiotemporal energy models for the perception of motion, ibid. 284-299.
Axes      B films, T frames, H x W pixels, S side of a filter, K orientations, cells 2K: K simple ones, then K complex ones.

    g(x, y) = exp(-(x'^2 + gamma^2 y'^2) / 2 sigma^2) cos(2 pi f x' + phase),   x', y' turned by the orientation
    simple  = max(<g_0, film>, 0)                      complex = sqrt(<g_0, film>^2 + <g_90, film>^2)

Departs   All cells look at the middle and have one frequency; filters in space only, so no cell prefers a direction of motion.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1985


@dataclass(frozen=True)
class VisualCellsConfig:
    size: int = 32
    """Height and width of a frame in pixels."""
    orientations: int = 8
    frequency: float = 0.125
    """Cycles a pixel that the cells prefer."""
    sigma: float = 4.0
    """Width of a field in pixels, as the deviation of its envelope."""
    gamma: float = 0.6
    """Below 1 fields are longer than wide."""

    def __post_init__(self) -> None:
        if self.size < 8 or self.orientations < 2 or not 0 < self.frequency < 0.5 or min(self.sigma, self.gamma) <= 0:
            raise ValueError(_("there are frames of 8 pixels or more, 2 orientations, and a frequency between 0 and 0.5"))

    def build(self) -> "VisualCells":
        return VisualCells(self)


class VisualCells(nn.Module):
    """Nothing is learnt here; `sparse_coding` learns such fields from photographs."""

    def __init__(self, config: VisualCellsConfig):
        super().__init__()
        angle = torch.arange(config.orientations) * (math.pi / config.orientations)
        fields = [
            torch.stack([gabor(config.size, a, config.frequency, config.sigma, config.gamma, phase) for a in angle.tolist()])
            for phase in (0.0, math.pi / 2)
        ]
        self.even, self.odd = (nn.Parameter(field, requires_grad=False) for field in fields)

    def forward(self, film: Float[Tensor, "B T H W"]) -> Float[Tensor, "B T cells"]:
        even = torch.einsum("bthw,khw->btk", film, self.even)
        odd = torch.einsum("bthw,khw->btk", film, self.odd)
        return torch.cat([even.clamp(min=0), (even.square() + odd.square()).sqrt()], -1)


def gabor(size: int, angle: float, frequency: float, sigma: float, gamma: float, phase: float) -> Float[Tensor, "S S"]:
    """A wave under a bell, with mean 0 (blind to even light) and length 1."""
    r = torch.arange(size) - (size - 1) / 2
    x = r * math.cos(angle) + r[:, None] * math.sin(angle)
    y = r[:, None] * math.cos(angle) - r * math.sin(angle)
    bell = torch.exp(-(x**2 + gamma**2 * y**2) / (2 * sigma**2))
    wave = torch.cos(2 * math.pi * frequency * x + phase)
    g = bell * (wave - (bell * wave).sum() / bell.sum())
    return g / g.norm()
