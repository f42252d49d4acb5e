"""Pictures as tensors: reading one, whatever a camera or the web made of it, and saying what a classifier saw in it.

What every file becomes, in this order: decoded (a JPEG no larger than needed), the largest square in its middle, resized with
antialiasing, transparent parts over white, grey or RGB with 8 bits a channel, turned the way up that its EXIF note says. Of a
file with several frames the first is taken. Colour profiles are not applied.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, UserError
from profundo.messages import _

LARGEST = 64_000_000
"""Pixels in memory. A picture with more is refused before it is decoded (50,000 x 50,000 would take 7 GB)."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
"""What Pillow may try. Not all that it knows: a PostScript file that is called cat.jpg would be run."""
SEVERAL = ("PNG", "WEBP", "GIF", "TIFF", "AVIF")
"""Formats with frames or pages. A phone's JPEG holds a second picture too (MPO), but nobody means that one."""

VIDEOS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".3gp", ".wmv")
CLOSED = (".heic", ".heif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2")
"""Pictures that Pillow cannot read: Apple's HEIC, and what cameras call raw."""
HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
"""Brands of the container that HEIC shares with videos."""

FAULTS = (OSError, ValueError, SyntaxError, EOFError, LookupError, RuntimeError, struct.error, zlib.error)
"""What damaged files make Pillow raise."""

TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation -> `PIL.Image.Transpose` that puts the picture upright; 1 is upright."""
ORIENTATION = 0x0112


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Unreadable(UserError):
    """A picture that is there and cannot be read; `why` says it in a few words."""

    def __init__(self, path: Path | str, why: str):
        super().__init__(_("{path} cannot be read: {why}.").format(path=f"{path!s:.300}", why=why))  # a text may be no path
        self.path, self.why = path, why


class OddLevels(ValueError):
    """Numbers that say of themselves neither what is black nor what is white."""


class Look(NamedTuple):
    """What the head of a file says."""

    grey: bool
    several: bool
    """It holds more frames or pages than the one that is read."""


def read(raw: Any, channels: int, size: int) -> Tensor:
    """A path, PIL image or array -> bytes (channels, size, size): the largest square in the middle, resized.

    Raises UserError for a file that is missing; Unreadable for one that is damaged, no picture, or too large.
    """
    from PIL import Image

    if isinstance(raw, str | Path):
        with _opened(Path(raw), size, "L" if channels == 1 else "RGB") as (image, square):
            return _square(image, channels, size, square)
    image = _from_array(raw) if isinstance(raw, np.ndarray | Tensor) else raw
    if not isinstance(image, Image.Image):
        raise UserError(_("A picture is a path, a PIL image or an array, not {kind}.").format(kind=type(raw).__name__))
    where = _("The picture")
    with _told(where):
        _bound(image, image.size, where)
        return _square(image, channels, size)


def look(path: Path, size: int) -> Look:
    """The head of a file, read in a moment. Raises what `read` at this size would raise before decoding."""
    with _opened(path, size, "RGB") as (image, _middle_square):
        grey = image.mode in ("1", "L", "LA", "F") or image.mode.startswith("I")
        return Look(grey, image.format in SEVERAL and image.is_animated)


@contextmanager
def _opened(path: Path, size: int, mode: str) -> Iterator[tuple[Any, Box | None]]:
    """The file as a PIL image that is decoded on demand; and its middle square, where that is known before.

    A JPEG is decoded at 1/2, 1/4 or 1/8 where both sides stay at least twice as long as `size`: libjpeg's own reduction lets
    a little aliasing through, so what is left to reduce is averaged with care.
    """
    with _told(path), _open(path) as image:
        full = image.size
        drafted = image.draft(mode, (2 * size, 2 * size))
        _bound(image, full, path)
        yield image, _middle(*full, scale=full[0] / drafted[1][2]) if drafted else None


def _square(image: Any, channels: int, size: int, square: Box | None = None) -> Tensor:
    from PIL import Image

    image.load()
    turn = _turn(image)
    image = _averageable(image)
    image = image.resize((size, size), Image.Resampling.BILINEAR, box=square or _middle(*image.size))
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode != (mode := "L" if channels == 1 else "RGB"):
        image = image.convert(mode)
    if turn is not None:
        image = image.transpose(turn)
    x = torch.from_numpy(np.array(image))
    return x[None] if channels == 1 else x.permute(2, 0, 1).contiguous()


def _middle(width: int, height: int, scale: float = 1) -> Box:
    """The largest square in the middle, a whole number of the file's pixels from its edges; in pixels that are scaled."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left / scale, top / scale, (left + side) / scale, (top + side) / scale


def _averageable(image: Any) -> Any:
    """The same picture as L, RGB or RGBA: levels of 8 bits whose mean is the colour in between."""
    from PIL import ImageChops

    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bits(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        image = ImageChops.invert(image)  # Pillow takes every CMYK JPEG for one of Adobe's, which store 255 - ink
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _eight_bits(image: Any) -> Any:
    """16 bits, or numbers in [0, 1] -> L. Pillow alone would cut every level above 255. Raises OddLevels for other numbers."""
    from PIL import Image

    x = np.asarray(image)
    low, high, white = x.min(), x.max(), 1 if image.mode == "F" else 0xFFFF
    if not (low >= 0 and high <= white):  # also where some are no numbers
        raise OddLevels(_("levels from {low} to {high}, save it with 8 or 16 bits").format(low=low, high=high))
    return Image.fromarray((x * 255 if image.mode == "F" else x >> 8).astype(np.uint8))


def _turn(image: Any) -> Any:
    """How to put the picture upright, or None; cameras turn pictures by a note in the file. TIFF comes upright already."""
    from PIL import Image

    try:
        turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    except FAULTS:  # a damaged note does not damage the picture
        turn = None
    return None if turn is None else Image.Transpose(turn)


def _bound(image: Any, full: tuple[int, int], where: Path | str) -> None:
    """Raises Unreadable where decoding takes too much memory. full: size in the file, that of `image` may be reduced.

    A progressive JPEG is held at full size however small it comes out.
    """
    width, height = full if image.info.get("progressive") else image.size
    if width * height > LARGEST:
        why = _("{width} x {height} pixels, more than {most} megapixels; make it smaller")
        raise Unreadable(where, why.format(width=full[0], height=full[1], most=LARGEST // 1_000_000))


@contextmanager
def _told(where: Path | str) -> Iterator[None]:
    """Faults of a file in one sentence."""
    try:
        yield
    except OddLevels as why:
        raise Unreadable(where, str(why)) from None
    except FAULTS as why:
        raise Unreadable(where, _("damaged, {why}").format(why=why)) from None


def _open(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    if path.suffix.lower() in CLOSED:  # Pillow would take the thumbnail of a raw file for the picture
        raise Unreadable(path, _kind(path))
    Image.MAX_IMAGE_PIXELS = None  # our own bound, in our own words, comes before decoding
    try:
        return Image.open(path, formats=FORMATS)
    except FileNotFoundError:
        raise UserError(_("There is no picture {path}.").format(path=path)) from None
    except (UnidentifiedImageError, KeyError):  # KeyError: a format that this Pillow was built without
        raise Unreadable(path, _kind(path)) from None
    except OSError as why:
        raise Unreadable(path, why.strerror or _kind(path)) from None


def _kind(path: Path) -> str:
    """What a file is that Pillow does not read, and what to do: by its first bytes, for names are often wrong."""
    if not path.is_file():
        return _("no file")
    with path.open("rb") as file:
        head = file.read(16)
    suffix, container = path.suffix.lower(), head[4:8] == b"ftyp"
    if not head:
        return _("empty")
    if (container and head[8:12] in HEIC) or suffix in (".heic", ".heif"):
        return _("HEIC, convert it to JPEG")
    if suffix in CLOSED:
        return _("a camera's raw file, export it as JPEG")
    if container and head[8:11] == b"avi":
        return _("AVIF, convert it to JPEG")
    if container or suffix in VIDEOS or head[:4] == b"\x1a\x45\xdf\xa3" or head[8:12] == b"AVI ":
        return _("a video, save a frame of it as a picture")
    return _("not a picture")


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
