"""Own photos as they are: whatever a file holds, the picture that a person sees is what a network gets."""

import io
import struct

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch.testing import assert_close

from profundo.core import UserError
from profundo.data import images
from profundo.data.images import Unreadable, look, read


@pytest.fixture(scope="session")
def photo():
    """A real photograph of 640 x 427, as PIL image."""
    from sklearn.datasets import load_sample_image

    return Image.fromarray(load_sample_image("china.jpg"))


def whole(image, size):
    """What `read` should give, the long way: everything decoded, cut and averaged at once; as whole numbers."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.convert("RGB").crop((left, top, left + side, top + side))
    return torch.from_numpy(np.array(square.resize((size, size), Image.Resampling.BILINEAR))).permute(2, 0, 1).int()


def apart(one, other):
    """Mean difference in grey levels."""
    return (one.int() - other.int()).abs().float().mean().item()


# turned by a note


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations(tmp_path, photo, orientation, suffix):
    upright = photo.resize((96, 64))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # as the sensor saw it: the inverse of what the note asks for
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation in back else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = tmp_path / f"turned.{suffix}"
    stored.save(file, exif=exif, **({"quality": 95, "subsampling": 0} if suffix == "jpg" else {}))
    x = read(file, 3, 16)
    assert apart(x, whole(upright, 16)) < {"jpg": 2, "webp": 6}.get(suffix, 0.5)
    with Image.open(file) as image:  # Pillow's own way of turning
        assert apart(x, whole(ImageOps.exif_transpose(image), 16)) < (1.5 if suffix == "jpg" else 0.5)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_damaged_note_leaves_the_picture(tmp_path, photo):
    file = tmp_path / "note.jpg"
    photo.save(file, exif=b"Exif\0\0" + b"\xff" * 40)
    assert apart(read(file, 3, 32), whole(photo, 32)) < 2


# modes


def levels(file, channels=3):
    """The levels of a picture of one colour, by channel."""
    x = read(file, channels, 8)
    assert (x == x[:, :1, :1]).all()
    return x[:, 0, 0].tolist()


def save(tmp_path, image, name="one.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def test_transparent_parts_lie_over_white(tmp_path):
    for mode, clear in (("RGBA", (10, 20, 30, 0)), ("LA", (10, 0))):
        assert levels(save(tmp_path, Image.new(mode, (16, 16), clear))) == [255] * 3
    assert levels(save(tmp_path, Image.new("RGBA", (16, 16), (255, 0, 0, 51)))) == [255, 204, 204]  # a fifth of red
    assert levels(save(tmp_path, Image.new("LA", (16, 16), (0, 255))), channels=1) == [0]
    palette = Image.new("P", (16, 16), 1)
    palette.putpalette([0, 0, 0, 0, 0, 255])
    assert levels(save(tmp_path, palette)) == [0, 0, 255]
    assert levels(save(tmp_path, palette, transparency=1)) == [255] * 3
    assert levels(save(tmp_path, Image.new("RGB", (16, 16), (0, 255, 0)), transparency=(0, 255, 0))) == [255] * 3


def test_a_hidden_colour_does_not_bleed_at_the_edge(tmp_path):
    """What a clear pixel would show weighs nothing: black beside clear green has no green in between."""
    x = np.zeros((16, 16, 4), np.uint8)
    x[:, :7] = (0, 255, 0, 0)
    x[:, 7:] = (0, 0, 0, 255)
    small = read(save(tmp_path, Image.fromarray(x)), 3, 4)
    assert torch.equal(small[0], small[1])
    assert (small[0, 0, 0], small[0, 0, 3]) == (255, 0)


def test_sixteen_bits_and_numbers(tmp_path):
    deep = Image.fromarray(np.full((8, 8), 0x4080, np.uint16))
    for name in ("a.png", "a.tif", "a.pgm"):
        assert levels(save(tmp_path, deep, name), channels=1) == [0x40]
        assert levels(tmp_path / name) == [0x40] * 3
        assert look(tmp_path / name, 8).grey
    assert levels(save(tmp_path, Image.fromarray(np.full((8, 8), 0.5, np.float32)), "f.tif"), channels=1) == [127]
    for wrong in (np.full((8, 8), 300.0, np.float32), np.full((8, 8), np.nan, np.float32), np.full((8, 8), -5, np.int32)):
        with pytest.raises(Unreadable, match=r"read: levels from .*, save it with 8 or 16 bits"):
            read(save(tmp_path, Image.fromarray(wrong), "wrong.tif"), 1, 8)


def test_one_bit_and_grey(tmp_path):
    grey = save(tmp_path, Image.new("L", (9, 9), 77), "grey.jpg")
    assert levels(grey) == [77] * 3
    assert levels(grey, channels=1) == [77]
    black = save(tmp_path, Image.new("1", (9, 9), 1), "bit.png")
    assert levels(black, channels=1) == [255]
    assert [look(file, 8).grey for file in (grey, black)] == [True, True]


def test_printers_colours_as_adobe_stores_them_and_plainly(tmp_path):
    """Cyan ink. Adobe's programs store 255 - ink and say so in a marker; without the marker it is ink."""
    adobe = save(tmp_path, Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "adobe.jpg", quality=95)
    assert_close(torch.tensor(levels(adobe)), torch.tensor([0, 255, 255]), atol=3, rtol=0)
    content = adobe.read_bytes()
    start = content.index(b"\xff\xee")
    length = struct.unpack(">H", content[start + 2 : start + 4])[0]
    plain = tmp_path / "plain.jpg"
    plain.write_bytes(content[:start] + content[start + 2 + length :])  # the same numbers, now ink: all but cyan is full
    assert levels(plain) == [0, 0, 0]
    assert levels(save(tmp_path, Image.new("CMYK", (16, 16), (0, 255, 0, 0)), "print.tif")) == [255, 0, 255]
    assert not look(adobe, 8).grey


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp", "a.tif"])
def test_of_several_frames_the_first(tmp_path, name):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    lossless = {"lossless": True} if name == "a.webp" else {}
    file = save(tmp_path, frames[0], name, save_all=True, append_images=frames[1:], **lossless)
    assert levels(file) == [255, 0, 0]
    assert look(file, 8).several
    assert not look(save(tmp_path, frames[0], "still" + name), 8).several


def test_a_phones_second_picture_is_not_meant(tmp_path, photo):
    """Portrait and panorama modes store a small picture behind the large one (MPO)."""
    file = save(tmp_path, photo, "portrait.jpg", format="MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))])
    assert not look(file, 16).several
    assert apart(read(file, 3, 16), whole(photo, 16)) < 1


# large and small


@pytest.mark.parametrize("size", [16, 26, 28, 53, 64, 96, 106, 213])
def test_reduced_decoding_is_nearly_decoding_and_reducing(tmp_path, photo, size):
    file = save(tmp_path, photo, "photo.jpg", quality=92)
    with Image.open(file) as image:
        assert apart(read(file, 3, size), whole(image, size)) < 1  # of 255 levels


def decoded(file, size):
    """Width and height that come out of the decoder."""
    with images._opened(file, size, "RGB") as (image, _square):
        return image.size


@pytest.mark.parametrize(
    ("size", "expected"), [(25, (80, 50)), (26, (160, 100)), (50, (160, 100)), (100, (320, 200)), (101, (640, 400))]
)
def test_the_short_side_decides(tmp_path, size, expected):
    """640 x 400 lying or standing: the largest reduction of 8, 4 or 2 that leaves twice the size along the short side."""
    lying = save(tmp_path, Image.new("RGB", (640, 400)), "lying.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    standing = save(tmp_path, Image.new("RGB", (400, 640)), "standing.jpg", exif=exif)
    assert decoded(lying, size) == expected
    assert decoded(standing, size) == expected[::-1]


def test_stripes_too_fine_to_show_become_grey(tmp_path):
    """Without antialiasing, every fourth line of a fine pattern would be taken for all of them."""
    stripes = np.zeros((256, 256), np.uint8)
    stripes[:, ::2] = 255
    for name in ("stripes.png", "stripes.jpg"):
        x = read(save(tmp_path, Image.fromarray(stripes), name), 1, 32).float()
        assert (x - 127.5).abs().max() < 5


def test_a_small_picture_is_enlarged(tmp_path):
    assert levels(save(tmp_path, Image.new("RGB", (3, 2), (9, 8, 7)))) == [9, 8, 7]
    assert levels(save(tmp_path, Image.new("RGB", (1, 1), (9, 8, 7)))) == [9, 8, 7]


def test_a_jpeg_of_a_hundred_megapixels_comes_out_small(tmp_path, monkeypatch):
    """The bound is on what is decoded. (A small bound stands for the large one: the files stay small.)"""
    monkeypatch.setattr(images, "LARGEST", 500_000)
    large = Image.new("RGB", (2000, 1000), (200, 100, 50))
    assert_close(torch.tensor(levels(save(tmp_path, large, "a.jpg"))), torch.tensor([200, 100, 50]), atol=2, rtol=0)
    for file, size in (
        (save(tmp_path, large, "a.png"), 8),
        (save(tmp_path, large, "b.jpg", progressive=True), 8),  # held whole while it is decoded
        (tmp_path / "a.jpg", 400),  # nothing to reduce
    ):
        with pytest.raises(Unreadable, match=r"2000 x 1000 pixels, more than 0 megapixels; make it smaller"):
            look(file, size)
        with pytest.raises(Unreadable, match="2000 x 1000"):
            read(file, 3, size)
    with pytest.raises(Unreadable, match="The picture cannot be read: 2000 x 1000"):
        read(large, 3, 8)


# what is no picture


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("IMG_1.HEIC", b"\0\0\0\x24ftypheic", "HEIC, convert it to JPEG"),
        ("renamed.jpg", b"\0\0\0\x24ftypheic\0\0\0\0mif1", "HEIC, convert it to JPEG"),
        ("clip.mp4", b"\0\0\0\x20ftypisom", "a video, save a frame"),
        ("clip.jpg", b"\x1a\x45\xdf\xa3webm", "a video, save a frame"),
        ("clip.avi", b"RIFF\0\0\0\0AVI LIST", "a video, save a frame"),
        ("DSC1.NEF", b"MM\0*", "raw file, export it as JPEG"),
        ("cat.jpg", b"I am a cat", "not a picture"),
        ("cat.png", b"", "empty"),
        ("page.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "not a picture"),  # would be run
    ],
)
def test_files_that_are_no_pictures(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    for ask in (lambda file: read(file, 3, 8), lambda file: look(file, 8)):
        with pytest.raises(Unreadable) as answer:
            ask(tmp_path / name)
        assert str(answer.value).startswith(f"{tmp_path / name} cannot be read: ")
        assert words in str(answer.value)


def test_the_thumbnail_of_a_raw_file_is_not_the_picture(tmp_path, photo):
    """A camera's raw file is a TIFF whose first picture is tiny."""
    file = tmp_path / "DSC1.NEF"
    photo.resize((160, 120)).save(file, "TIFF")
    with pytest.raises(Unreadable, match="raw file, export it as JPEG"):
        read(file, 3, 64)


def test_nothing_and_folders(tmp_path):
    with pytest.raises(UserError, match=r"There is no picture gone\.jpg"):
        read("gone.jpg", 3, 8)
    with pytest.raises(Unreadable, match=r"no file|directory"):
        read(tmp_path, 3, 8)
    with pytest.raises(UserError, match="not int"):
        read(7, 3, 8)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "tiff", "bmp", "ppm"])
def test_damaged_anywhere_it_is_a_picture_or_one_sentence(tmp_path, photo, kind):
    buffer = io.BytesIO()
    photo.resize((48, 32)).save(buffer, kind)
    content, rng = buffer.getvalue(), np.random.default_rng(0)
    for trial in range(60):
        broken = bytearray(content[: rng.integers(1, len(content))] if trial % 3 == 0 else content)
        for _ in range(8):
            broken[rng.integers(min(len(broken), 400))] = rng.integers(256)
        (tmp_path / "x.jpg").write_bytes(broken)
        try:
            assert read(tmp_path / "x.jpg", 3, 8).shape == (3, 8, 8)
        except Unreadable as why:
            assert "\n" not in str(why)  # noqa: PT017
