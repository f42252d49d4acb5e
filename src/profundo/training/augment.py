"""Pictures cropped, mirrored, recoloured, bent and partly covered, anew each time they are seen: more data for little time.

A whole batch at once, on the device where it is, and every picture draws its own change. Crops, mirrors and colours are made of
the pixels as they lie, before the data are standardized, so that black is black and numbers mean what they mean elsewhere. Moves
between pixels and holes come after: a resampling commutes with standardizing, and a hole is then filled with the mean colour. The
affine part and the elastic one are a single resampling, so nothing is blurred twice; what lies beyond the edge is the edge's own
colour. Only the training split is changed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.data.rows import as_it_is
from profundo.messages import UserError, _
from profundo.training.colour import Colour, levels
from profundo.training.randaugment import RandAugment
from profundo.training.resampling import affine, elastic, folded, rectangles, sample, window


@dataclass(frozen=True)
class Augment:
    """The largest change of each kind; every picture draws its own, evenly, in both directions. All 0: pictures stay as they are.

    Elastic distortions are those of Simard, Steinkraus and Platt (2003): every pixel draws a displacement in [-1, 1] along each
    axis, a Gaussian of `sigma` pixels smooths this field, and `alpha` scales it. For digits of 28 pixels they took 34 and 4,
    which moves a pixel by 1.4, root mean square.
    """

    crop: int = 0
    """Pad by so many pixels and cut the old size out anywhere, without blur: 4 for CIFAR-10 (He et al. 2016, section 4.2)."""
    padding: Literal["black", "reflect"] = "black"
    """What `crop` finds beyond the edge."""
    flip: bool = False
    """Swap left and right, half of the time: for photos, never for letters or digits."""
    shift: float = 0.0
    """Pixels along each axis, between pixels too."""
    rotate: float = 0.0
    """Degrees."""
    scale: float = 0.0
    """Share of the size: 0.1 draws from 0.9 to 1.1, for each axis apart."""
    shear: float = 0.0
    """Horizontal pixels a vertical pixel: 0.1 slants by 6 degrees."""
    alpha: float = 0.0
    """Strength of the elastic distortion."""
    sigma: float = 4.0
    """Its smoothness, in pixels."""
    colour: Colour = field(default_factory=Colour)
    rand: RandAugment = field(default_factory=RandAugment)
    cutout: int = 0
    """Side of a square that is covered with 0, the mean colour, in pixels; where it reaches beyond the edge it is smaller."""

    def __post_init__(self) -> None:
        if min(self.crop, self.shift, self.rotate, self.scale, self.shear, self.alpha, self.cutout) < 0:
            raise ValueError(_("a largest change is at least 0"))
        if self.scale >= 1 or self.sigma <= 0:
            raise ValueError(_("scale is below 1 and sigma above 0"))

    def on(self, rows: Any) -> Any:
        """The same examples (`Rows`, `Streamed`), changed anew whenever a batch of them is read; as they are if nothing is."""
        if self == Augment():
            return rows
        return replace(rows, prepare=partial(self, prepare=rows.prepare))

    def __call__(self, x: Tensor, prepare: Callable[[Tensor], Tensor] = as_it_is) -> Tensor:
        """Pictures as they lie (B, C, H, W) -> as many, changed, as the network reads them.

        prepare: what standardizes them. Raises UserError for what is no picture.
        """
        bends = self.shift or self.rotate or self.scale or self.shear
        recolours = self.colour.on or self.rand.operations
        if x.ndim != 4 and (self.crop or self.flip or recolours or bends or self.alpha or self.cutout):
            raise UserError(_("--rule.augment changes pictures, and these data are none; leave it out."))
        if self.crop or self.flip:
            x = self.move(x)
        if recolours:
            x = self.rand(self.colour(levels(x)))
        x = prepare(x)
        if bends or self.alpha:
            where = affine(x, *self.draw(len(x), x.device)) if bends else affine(x)
            x = sample(x, where + elastic(x, self.alpha, self.sigma) if self.alpha else where)
        return self.cover(x) if self.cutout else x

    def move(self, x: Tensor) -> Tensor:
        """Crop and mirror: every pixel is one of the picture's own, or padding. Raises UserError for too wide a reflection."""
        B, _channels, H, W = x.shape
        p, down, across = self.crop, torch.arange(H, device=x.device), torch.arange(W, device=x.device).expand(B, W)
        if self.padding == "reflect" and p >= min(H, W):
            raise UserError(
                _("--rule.augment.crop {crop} reflects more than a picture of {size} pixels holds; take less.").format(
                    crop=p, size=min(H, W)
                )
            )
        if self.flip:
            across = torch.where(torch.rand(B, 1, device=x.device) < 0.5, across.flip(1), across)
        top, left = torch.randint(2 * p + 1, (2, B, 1), device=x.device)
        rows, columns = top + down, left + across  # of the padded picture
        if self.padding == "reflect":
            return window(x, folded(rows - p, H), folded(columns - p, W))
        return window(F.pad(x, (p, p, p, p)), rows, columns)

    def draw(self, n: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Matrices (n, 2, 2) and shifts in pixels (n, 2) from where a picture's points go to where they come from; x before y."""
        even = lambda *shape: torch.empty(*shape, device=device).uniform_(-1, 1)  # noqa: E731
        angle = math.radians(self.rotate) * even(n)
        turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(n, 2, 2)
        slant = torch.eye(2, device=device).repeat(n, 1, 1)
        slant[:, 0, 1] = self.shear * even(n)
        size = 1 + self.scale * even(n, 2)
        return turn @ slant / size[:, None], self.shift * even(n, 2)

    def cover(self, x: Tensor) -> Tensor:
        """Cutout: a square around any pixel becomes 0, the mean colour (DeVries and Taylor 2017)."""
        B, _channels, H, W = x.shape
        middle = torch.rand(B, 2, device=x.device) * torch.tensor([H, W], device=x.device)
        low = middle.long() - self.cutout // 2
        return x.masked_fill(rectangles(x, low, low + self.cutout), 0.0)
