"""Pictures as tensors: reading one, whatever it is, and saying what a classifier saw in it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, UserError
from profundo.messages import _

LARGEST = 64_000_000
"""Pixels. A picture with more is refused before it is decoded (50,000 x 50,000 would take 7 GB)."""

GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
"""What Pillow calls pictures without colour."""


def read(raw: Any, channels: int, size: int) -> Tensor:
    """A path, PIL image or array -> bytes (channels, size, size): the largest square in the middle, resized.

    Raises UserError for a file that is missing, damaged, not a picture, or too large to decode safely.
    """
    from PIL import Image

    if isinstance(raw, str | Path):
        with _open(Path(raw)) as image:
            image.draft("RGB", (2 * size, 2 * size)) if image.format == "JPEG" else None  # decode no more than needed
            return _square(image, channels, size, str(raw))
    image = _from_array(raw) if isinstance(raw, np.ndarray | Tensor) else raw
    if not isinstance(image, Image.Image):
        raise UserError(_("A picture is a path, a PIL image or an array, not {kind}.").format(kind=type(raw).__name__))
    return _square(image, channels, size, "The picture")


def is_grey(path: Path) -> bool:
    """Is it a picture without colour, by its header alone? Refuses what `read` would refuse before decoding."""
    with _open(path) as image:
        _bound(image, str(path))
        return image.mode in GREY


def _square(image: Any, channels: int, size: int, where: str) -> Tensor:
    from PIL import Image, ImageOps

    _bound(image, where)
    try:
        image = ImageOps.exif_transpose(image)  # cameras turn pictures by a note in the file
        if image.mode.startswith("I;16"):
            image = image.point(lambda level: level * (1 / 256))  # Pillow alone would cut every level above 255
        image = image.convert("L" if channels == 1 else "RGB")
    except (OSError, ValueError, SyntaxError) as why:
        raise UserError(_("{path} is damaged ({why}); replace or delete it.").format(path=where, why=why)) from None
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.resize((size, size), Image.Resampling.BILINEAR, box=(left, top, left + side, top + side))
    x = torch.from_numpy(np.array(image))
    return x[None] if channels == 1 else x.permute(2, 0, 1).contiguous()


def _bound(image: Any, where: str) -> None:
    if image.width * image.height > LARGEST:
        raise UserError(
            _("{path} has {width} x {height} pixels; profundo reads up to {most} megapixels, make it smaller.").format(
                path=where, width=image.width, height=image.height, most=LARGEST // 1_000_000
            )
        )


def _open(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own bound, in our own words, comes before decoding
    try:
        return Image.open(path)
    except FileNotFoundError:
        raise UserError(_("There is no picture {path}.").format(path=path)) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise UserError(_("{path} is not a picture that can be read; replace or delete it.").format(path=path)) from None


def _from_array(raw: np.ndarray | Tensor) -> Any:
    """(H, W), (C, H, W) or (H, W, C), bytes or numbers in [0, 1] -> PIL image."""
    from PIL import Image

    x = np.asarray(raw)
    if x.ndim == 3 and x.shape[0] in (1, 3) and x.shape[2] not in (1, 3):
        x = x.transpose(1, 2, 0)
    x = x[..., 0] if x.ndim == 3 and x.shape[2] == 1 else x
    if x.ndim not in (2, 3):
        raise UserError(_("A picture is an array (H, W) or (H, W, 3), not {shape}.").format(shape=x.shape))
    return Image.fromarray(x if x.dtype == np.uint8 else (np.clip(x, 0, 1) * 255).astype(np.uint8))


def probabilities(output: Tensor, facts: Facts) -> dict[str, float]:
    """Logits (K,) -> {"seven": 0.98, ...}, the likeliest first."""
    p = output.float().softmax(-1)
    order = p.argsort(descending=True).tolist()
    return {facts["names"][k]: round(p[k].item(), 4) for k in order}
