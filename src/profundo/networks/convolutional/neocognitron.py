"""Neocognitron: simple cells that are taught features, complex cells that do not mind where these lie, and so on upwards.

Paper     Fukushima (1980), Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition unaffected
          by shift in position, Biological Cybernetics 36, 193-202; contrast and edge extraction, and competition with labels at
          the top, from Fukushima (2003), Neocognitron for handwritten digit recognition, Neurocomputing 51, 161-180; the last
          answer from Fukushima (2007), Interpolating vectors for robust pattern recognition, Neural Networks 20, 904-916.
Axes      B batch, K cell planes (as features or channels), H x W cells a plane, N patches, D synapses of a cell, L planes
          made of them, R references, C classes, S side of a filter.

    u_S = max(s - theta, 0) / (1 - theta),   s = <X, u> / (|X| (|u| + epsilon))          how like what it was taught, X
    u_C = root of the mean square of u_S nearby, weighted by a Gaussian

U0 picture - contrast (on, off) - S1 edges - C1 - S2 - C2 - S3 references of the classes - answer.

Departs   Three stages of S and C, as in 1980, where 2003 has four: a fourth made more mistakes here. s is the formula in the
          limit of strong synapses, when inhibition divides by |u|. C-cells take a root mean square. Sizes and thresholds are for
          MNIST, and ours. The cells of S3 see the whole of C2, so C3 is the best of each class.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1980
EPSILON = 1e-2
"""Keeps cells silent where there is next to nothing to see."""
SHARPNESS = 30.0
"""Cosines are multiplied by it, so that a softmax of the answers tells classes apart; their order stays."""
MARGIN = 2
"""Empty pixels around the picture, so that C-cells see beyond its border."""


@dataclass(frozen=True)
class NeocognitronConfig:
    size: int = 28
    classes: int = 10
    orientations: int = 16
    """Edges that S1 knows, evenly around the clock; light on one side is not light on the other."""
    planes: int = 200
    """The most cell planes of S2."""
    references: int = 500
    """The most cells of S3."""
    theta1: float = 0.5
    """How like an edge something must be for S1 to answer, as a cosine."""
    theta2: float = 0.7
    """How like its feature, for S2."""

    def __post_init__(self) -> None:
        if self.size < 12 or self.orientations < 2 or self.classes < 2 or self.planes < 1 or self.references < self.classes:
            raise ValueError(
                _("there are pictures of 12 pixels or more, 2 orientations, 2 classes, and a reference for each class")
            )
        if not (0 <= self.theta1 < 1 and 0 <= self.theta2 < 1):
            raise ValueError(_("theta1 and theta2 are from 0 to below 1"))

    def build(self) -> "Neocognitron":
        return Neocognitron(self)


class SCells(nn.Module):
    """Planes of cells that share their synapses: every cell of a plane looks for the same feature, each at its place."""

    root_c: Tensor
    """How much a cell weighs each place of its field: the root of the paper's c, (field, field)."""
    taught: Tensor
    """Planes that look for something."""

    def __init__(self, most: int, planes: int, field: int, theta: float, spread: float):
        super().__init__()
        self.theta, self.field = theta, field
        c = gaussian(field, spread)
        self.register_buffer("root_c", (c / c.max()).sqrt())  # a cell looks less at the border of its field
        self.X = nn.Parameter(torch.zeros(most, planes * field * field), requires_grad=False)  # sum of what each was taught
        self.register_buffer("taught", torch.zeros((), dtype=torch.long))

    def patches(self, u: Float[Tensor, "B K H W"]) -> Float[Tensor, "B N D"]:
        """What each cell sees, as it weighs it."""
        seen = F.unfold(u, self.field, padding=self.field // 2).transpose(1, 2)
        return seen * self.root_c.flatten().repeat(u.shape[1])

    def forward(self, u: Float[Tensor, "B K H W"]) -> Float[Tensor, "B L H W"]:
        K, n, edge = u.shape[1], self.field, self.field // 2
        kernel = F.normalize(self.X).view(-1, K, n, n) * self.root_c  # planes that were taught nothing stay silent
        length = F.conv2d(u.square().sum(1, keepdim=True), self.root_c.square()[None, None], padding=edge).sqrt()
        s = F.conv2d(u, kernel, padding=edge) / (length + EPSILON)
        return (s - self.theta).clamp(min=0) / (1 - self.theta)


class Neocognitron(nn.Module):
    """S1 is taught edges at birth; S2 and S3 know nothing until the rule `training/neocognitron.py` has taught them."""

    label: Tensor
    """The class of each cell of S3, (references,); -1 where there is none yet."""
    made: Tensor
    """Cells of S3 made in the pass under way."""

    def __init__(self, config: NeocognitronConfig):
        super().__init__()
        self.classes = config.classes
        self.s1 = SCells(config.orientations, 2, field=7, theta=config.theta1, spread=2.0)
        self.s2 = SCells(config.planes, config.orientations, field=3, theta=config.theta2, spread=1.5)
        side = (config.size + 2 * MARGIN + 3) // 4  # C1 and C2 each keep every other cell
        self.s3 = nn.Parameter(torch.zeros(config.references, config.planes * side * side), requires_grad=False)
        self.register_buffer("label", torch.full((config.references,), -1))
        self.register_buffer("made", torch.zeros((), dtype=torch.long))
        self.s1.X.copy_(self.s1.patches(contrast(edges(config.orientations)))[:, 112])  # 15 x 15 cells; that in the middle
        self.s1.taught.fill_(config.orientations)

    def c1(self, x: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B K H2 W2"]:
        return complex_cells(self.s1(contrast(F.pad(x, (MARGIN,) * 4))), 5, 1.5)

    def c2(self, x: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B D"]:
        """All of C2 in one row of length 1."""
        return F.normalize(complex_cells(self.s2(self.c1(x)), 5, 1.5).flatten(1))

    def forward(self, x: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B C"]:
        """How like each class: SHARPNESS times the largest cosine with a reference of it, or with any mixture of two of them."""
        known = int((self.label >= 0).sum())
        X, label = F.normalize(self.s3[:known]), self.label[:known]
        s = self.c2(x) @ X.T
        answers = [mixtures(s[:, label == k], X[label == k]) for k in range(self.classes)]
        return SHARPNESS * torch.stack(answers, 1)


def mixtures(s: Float[Tensor, "B R"], X: Float[Tensor, "R D"]) -> Float[Tensor, "B"]:
    """The largest cosine of u with p X_i + q X_j for p, q >= 0 and all pairs, from s_i = cos(u, X_i) alone.

    It is sqrt((s_i^2 - 2 s_i s_j g + s_j^2) / (1 - g^2)) with g = cos(X_i, X_j), where that mixture needs no negative share.
    """
    if not s.shape[1]:
        return s.new_zeros(len(s))
    best = s.max(1).values
    for i in range(s.shape[1] - 1):
        g = X[i + 1 :] @ X[i]
        a, b = s[:, i : i + 1], s[:, i + 1 :]
        between = (a > g * b) & (b > g * a) & (g < 0.9999)
        square = (a * a - 2 * a * b * g + b * b) / (1 - g * g).clamp(min=1e-4)
        best = torch.maximum(best, torch.where(between, square, 0).clamp(min=0).sqrt().max(1).values)
    return best


def complex_cells(u: Float[Tensor, "B K H W"], field: int, spread: float) -> Float[Tensor, "B K H2 W2"]:
    """Every other cell along both axes; each answers if any of the S-cells of its plane nearby does."""
    d = gaussian(field, spread).to(u).expand(u.shape[1], 1, field, field)
    return F.conv2d(u.square(), d, stride=2, padding=field // 2, groups=u.shape[1]).clamp(min=0).sqrt()


def contrast(x: Float[Tensor, "B 1 H W"]) -> Float[Tensor, "B 2 H W"]:
    """Where it is lighter (on-centre) and darker (off-centre) than around: a difference of two Gaussians, split by sign."""
    centre = F.conv2d(x, (gaussian(7, 0.8) - gaussian(7, 1.6)).to(x)[None, None], padding=3)
    return torch.cat([centre, -centre], 1).clamp(min=0)


def edges(orientations: int, size: int = 15) -> Float[Tensor, "K 1 S S"]:
    """Pictures of one straight edge through the middle, light towards each of the orientations."""
    r = torch.arange(size) - (size - 1) / 2
    angle = torch.arange(orientations) * (2 * math.pi / orientations)
    across = r * angle.cos()[:, None, None] + r[:, None] * angle.sin()[:, None, None]
    return (across > 1e-6).float()[:, None]


def gaussian(size: int, spread: float) -> Float[Tensor, "S S"]:
    """With sum 1."""
    r = torch.arange(size) - (size - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * spread**2))
    return g / g.sum()
