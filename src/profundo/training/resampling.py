"""Pictures read at other places: whole pixels in one gather, or between pixels by interpolation; all on whole batches."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.data.rows import images_last


def window(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """These rows (B, h) and columns (B, w) of each picture (B, C, H, W) -> (B, C, h, w), in one gather."""
    B, C, _height, W = x.shape
    place = (rows[:, :, None] * W + columns[:, None]).view(B, 1, -1)
    return x.flatten(2).gather(2, place.expand(-1, C, -1)).view(B, C, rows.shape[1], columns.shape[1])


def folded(i: Tensor, n: int) -> Tensor:
    """Places beyond 0 and n - 1 mirrored back inside; the edge itself is not repeated."""
    return n - 1 - (n - 1 - i.abs()).abs()


def affine(x: Tensor, matrix: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
    """Where each pixel of the new pictures comes from, in pixels from the centre, (B, H, W, 2), x before y.

    matrix (B, 2, 2) and shift (B, 2): from = matrix to + shift. Without them, everything stays where it is.
    """
    height, width = x.shape[-2:]
    centred = lambda n: torch.arange(n, device=x.device) - (n - 1) / 2  # noqa: E731
    to = torch.stack(torch.meshgrid(centred(width), centred(height), indexing="xy"), -1)  # (H, W, 2)
    if matrix is None or shift is None:
        return to.expand(len(x), -1, -1, -1)
    return (to.view(1, -1, 2) @ matrix.mT + shift[:, None]).view(len(x), height, width, 2)


def elastic(x: Tensor, alpha: float, sigma: float) -> Tensor:
    """A random displacement of every pixel, in pixels, smooth over about `sigma`: (B, H, W, 2)."""
    B, _channels, H, W = x.shape
    field = torch.empty(B, 2, H, W, device=x.device).uniform_(-1, 1)
    return (alpha * gaussian(H, sigma, x.device) @ field @ gaussian(W, sigma, x.device)).permute(0, 2, 3, 1)


def gaussian(n: int, sigma: float, device: torch.device) -> Tensor:
    """Smoothing along an axis of n pixels as a matrix (n, n), with nothing beyond the ends; two products smooth a field."""
    i = torch.arange(n, device=device)
    reach = torch.arange(-math.ceil(8 * sigma), math.ceil(8 * sigma) + 1, device=device)
    return torch.exp(-((i[:, None] - i) ** 2) / (2 * sigma**2)) / torch.exp(-(reach**2) / (2 * sigma**2)).sum()


def sample(x: Tensor, where: Tensor, mode: str = "bilinear", beyond: str = "border") -> Tensor:
    """The pictures read at these places (B, H, W, 2), between pixels by interpolation.

    mode: "bilinear", or "nearest" for the colour of the nearest pixel. beyond: what lies there, the edge's own colour ("border")
    or black ("zeros").
    """
    half = torch.tensor([x.shape[-1] / 2, x.shape[-2] / 2], device=x.device)  # grid_sample counts in half pictures
    return images_last(F.grid_sample(x, where / half, mode=mode, padding_mode=beyond, align_corners=False))


def rectangles(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Where a rectangle of each picture lies, (B, 1, H, W), true inside; what reaches beyond the edge is cut off.

    low, high: (B, 2), the first row and column inside, and the first ones after it.
    """
    height, width = x.shape[-2:]
    rows, columns = (torch.arange(n, device=x.device) for n in (height, width))
    inside = lambda i, axis: (i >= low[:, axis, None]) & (i < high[:, axis, None])  # noqa: E731
    return inside(rows, 0)[:, None, :, None] & inside(columns, 1)[:, None, None, :]
