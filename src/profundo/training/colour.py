"""Colours of whole batches, changed by as much as each picture draws.

Pictures are (B, 1 or 3, H, W) numbers from 0 to 255, bytes as numbers; a factor is (B,), one a picture, or a number for all. The
formulas are those of Pillow and torchvision, without their rounding to whole bytes after every step.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.messages import UserError, _

Factor = Tensor | float


@dataclass(frozen=True)
class Colour:
    """Light and colour: every picture draws its own factors, which are applied in this order."""

    brightness: float = 0.0
    """Draws a factor from 1 - this to 1 + this: 0 is black, 1 the picture."""
    contrast: float = 0.0
    """The same; 0 is the mean grey everywhere."""
    saturation: float = 0.0
    """The same; 0 is the picture in grey."""
    hue: float = 0.0
    """Largest turn of the circle of colours, up to 0.5: half of it, either way."""

    def __post_init__(self) -> None:
        if min(self.brightness, self.contrast, self.saturation, self.hue) < 0 or self.hue > 0.5:
            raise ValueError(_("brightness, contrast and saturation are at least 0, hue from 0 to 0.5"))

    @property
    def on(self) -> bool:
        return max(self.brightness, self.contrast, self.saturation, self.hue) > 0

    def __call__(self, x: Tensor) -> Tensor:
        for change, most in ((brightness, self.brightness), (contrast, self.contrast), (saturation, self.saturation)):
            if most:
                x = change(x, x.new_empty(len(x)).uniform_(max(0.0, 1 - most), 1 + most))
        return hue(x, x.new_empty(len(x)).uniform_(-self.hue, self.hue)) if self.hue else x


def levels(x: Tensor) -> Tensor:
    """Bytes as numbers from 0 to 255. Raises UserError for data whose black and white are not known, or with other channels."""
    if x.dtype != torch.uint8 or x.shape[1] not in (1, 3):
        raise UserError(
            _("Colours change in pictures of bytes, grey or RGB; these data are {kind} with {channels} channels.").format(
                kind=str(x.dtype).removeprefix("torch."), channels=x.shape[1]
            )
        )
    return x.float()


def _each(factor: Factor) -> Factor:
    return factor.view(-1, 1, 1, 1) if isinstance(factor, Tensor) else factor


def _between(x: Tensor, other: Tensor, factor: Factor) -> Tensor:
    """factor x + (1 - factor) other, within black and white; a factor above 1 leads away from the other."""
    return (other + (x - other) * _each(factor)).clamp_(0, 255)


def grey(x: Tensor) -> Tensor:
    """Its luminance as the eye weighs the colours (ITU-R BT.601), (B, 1, H, W)."""
    if x.shape[1] == 1:
        return x
    red, green, blue = x.split(1, 1)
    return 0.2989 * red + 0.587 * green + 0.114 * blue


def brightness(x: Tensor, factor: Factor) -> Tensor:
    return (x * _each(factor)).clamp_(0, 255)


def contrast(x: Tensor, factor: Factor) -> Tensor:
    return _between(x, grey(x).mean((1, 2, 3), keepdim=True), factor)


def saturation(x: Tensor, factor: Factor) -> Tensor:
    return x if x.shape[1] == 1 else _between(x, grey(x), factor)


def hue(x: Tensor, turn: Factor) -> Tensor:
    """Turn every colour around the hexagon of hues by this share of it; its largest and smallest channel stay as they are."""
    if x.shape[1] == 1:
        return x
    red, green, blue = x.unbind(1)
    most, least = x.amax(1), x.amin(1)
    chroma = most - least
    safe = torch.where(chroma == 0, 1.0, chroma)
    side = torch.where(  # where on the hexagon, from 0 (red) over 2 (green) and 4 (blue) to 6
        most == red, (green - blue) / safe, torch.where(most == green, 2 + (blue - red) / safe, 4 + (red - green) / safe)
    )
    side = side + 6 * (turn.view(-1, 1, 1) if isinstance(turn, Tensor) else turn)
    along = side[:, None] + x.new_tensor([5.0, 3.0, 1.0]).view(3, 1, 1)
    along = along - 6 * (along / 6).floor()  # many times faster than along % 6
    return most[:, None] - chroma[:, None] * torch.minimum(along, 4 - along).clamp_(0, 1)


def sharpness(x: Tensor, factor: Factor) -> Tensor:
    """Away from a blurred copy, or towards it below 1; the outermost pixels stay."""
    if min(x.shape[-2:]) < 3:
        return x
    kernel = x.new_tensor([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]) / 13
    blurred = x.clone()
    inner = F.conv2d(x, kernel.expand(x.shape[1], 1, 3, 3), groups=x.shape[1])
    blurred[..., 1:-1, 1:-1] = inner
    return _between(x, blurred, factor)


def posterize(x: Tensor, bits: int) -> Tensor:
    """Only the first `bits` of the eight bits of a level."""
    step = 2.0 ** (8 - bits)
    return (x / step).floor() * step


def solarize(x: Tensor, threshold: float) -> Tensor:
    """Levels from the threshold on turned into their negative."""
    return torch.where(x >= threshold, 255 - x, x)


def autocontrast(x: Tensor) -> Tensor:
    """The darkest level of each channel becomes 0, the lightest 255; a channel of one level stays."""
    low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
    return torch.where(high > low, (x - low) * (255 / (high - low).clamp(min=1e-12)), x)


def equalize(x: Tensor) -> Tensor:
    """Levels of each channel spread so that all are about as frequent, as Pillow does it: by a table of 256 levels."""
    flat = x.flatten(2).round().long()  # (B, C, H W)
    counts = torch.zeros(*flat.shape[:2], 256, dtype=torch.long, device=x.device)
    counts.scatter_add_(2, flat, torch.ones_like(flat))
    last = counts.gather(2, flat.amax(2, keepdim=True))
    step = (flat.shape[2] - last) // 255  # pixels to a level
    before = counts.cumsum(2) - counts
    table = ((before + step // 2) // step.clamp(min=1)).clamp_(0, 255)
    return torch.where(step == 0, flat, table.gather(2, flat)).view(x.shape).float()
