import numpy as np
import pytest
import torch
from PIL import Image
from torch.testing import assert_close

import profundo.data.folder as folder
from profundo.core import UserError
from profundo.data import of_kind, open_path
from profundo.data.folder import ImageFolder, find
from profundo.data.mnist import MNIST
from profundo.data.rows import Rows
from profundo.data.streamed import Streamed


def paint(path, seed, size=(20, 16), mode="RGB"):
    """A picture of noise that no other seed has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0]), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def photos(tmp_path):
    """Ten cats, twenty dogs."""
    for i in range(30):
        paint(tmp_path / "photos" / ("cats" if i < 10 else "dogs") / f"{i:02}.png", seed=i)
    return tmp_path / "photos"


def test_classes_shapes_and_proportions(photos):
    splits = ImageFolder(str(photos), size=8, dev=0.2, test=0.1).open()
    facts = splits.facts
    assert (facts["names"], facts["classes"], facts["channels"], facts["size"], facts["features"]) == (
        ["cats", "dogs"],
        2,
        3,
        8,
        192,
    )
    assert facts["examples"] == {"train": 21, "dev": 6, "test": 3}
    assert torch.bincount(splits.train.y).tolist() == [7, 14]
    x, y = next(splits.train.batches(21))
    assert (x.shape, y.dtype) == ((21, 3, 8, 8), torch.int64)
    assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    assert_close(x.std((0, 2, 3), correction=0), torch.ones(3))


def test_a_picture_is_encoded_as_it_was_learnt(photos):
    source = ImageFolder(str(photos), size=8)
    splits = source.open()
    path = photos / "cats" / "03.png"
    one = source.encode(path, splits.facts)
    learnt = torch.cat([x for part in (splits.train, splits.dev, splits.open_test()) for x, _y in part.batches(100)])
    assert ((learnt - one).abs().amax((1, 2, 3)) == 0).sum() == 1
    assert_close(source.encode(Image.open(path), splits.facts), one)
    assert source.decode(torch.tensor([9.0, 0.0]), splits.facts) == {"cats": 0.9999, "dogs": 0.0001}


def test_grey_pictures_have_one_channel_until_a_colour_comes(photos, tmp_path):
    for i in range(6):
        paint(tmp_path / "grey" / "ab"[i % 2] / f"{i}.png", seed=i, mode="L")
    assert ImageFolder(str(tmp_path / "grey")).open().facts["channels"] == 1
    paint(tmp_path / "grey" / "a" / "colour.png", seed=9)
    assert ImageFolder(str(tmp_path / "grey")).open().facts["channels"] == 3


def test_hidden_files_and_others_are_left_out(photos):
    (photos / "cats" / ".DS_Store").write_bytes(b"\0")
    (photos / ".thumbnails").mkdir()
    paint(photos / "cats" / "._00.png", seed=99)
    paint(photos / "__MACOSX" / "cats" / "00.png", seed=98)
    (photos / "dogs" / "notes.txt").write_text("good dogs")
    paint(photos / "dogs" / "garden" / "deep.JPG", seed=97)
    found = find(photos)
    assert (found.names, len(found.files), found.ignored) == (["cats", "dogs"], 31, 1)
    assert "1 files are not pictures" in ImageFolder(str(photos)).open().facts["notes"][0]


def test_copies_never_lie_on_two_sides(photos):
    for i in range(10):  # every cat three times
        for copy in "ab":
            (photos / "cats" / f"{i:02}{copy}.png").write_bytes((photos / "cats" / f"{i:02}.png").read_bytes())
    splits = ImageFolder(str(photos), dev=0.3, test=0.3).open()
    parts = splits.train, splits.dev, splits.open_test()
    assert [len(part) % 3 for part in (part.x[part.y == 0] for part in parts)] == [0, 0, 0]
    pictures = [{tuple(x.flatten().tolist()) for x in part.x} for part in parts]
    assert not pictures[0] & pictures[1]
    assert not pictures[0] & pictures[2]
    assert not pictures[1] & pictures[2]
    assert "20 pictures are copies" in splits.facts["notes"][0]


def test_a_division_that_exists_holds(tmp_path):
    for k, (part, count) in enumerate([("train", 5), ("val", 2), ("test", 3)]):
        for i in range(count):
            for c in "ab":
                paint(tmp_path / "set" / part / c / f"{i}.png", seed=100 * k + 10 * i + ord(c))
    splits = ImageFolder(str(tmp_path / "set")).open()
    assert splits.facts["examples"] == {"train": 10, "dev": 4, "test": 6}
    for part in ("test", "val"):  # a copy in train of what is elsewhere is not learnt
        leak = tmp_path / "set" / part / "a" / "0.png"
        (tmp_path / "set" / "train" / "a" / f"leak from {part}.png").write_bytes(leak.read_bytes())
    assert ImageFolder(str(tmp_path / "set")).open().facts["examples"] == {"train": 10, "dev": 4, "test": 6}


def test_what_a_division_lacks_is_drawn_from_train(tmp_path):
    for part, count in (("train", 10), ("test", 3)):
        for i in range(count):
            for c in "ab":
                paint(tmp_path / "set" / part / c / f"{i}.png", seed=hash_of(part, i, c))
    splits = ImageFolder(str(tmp_path / "set"), dev=0.2).open()
    assert splits.facts["examples"] == {"train": 16, "dev": 4, "test": 6}


def hash_of(part, i, c):
    return len(part) * 1000 + i * 10 + ord(c)


def test_what_does_not_fit_is_streamed_and_is_the_same(photos, monkeypatch):
    source = ImageFolder(str(photos), size=8)
    resident = source.open()
    monkeypatch.setattr(folder, "_room", lambda: 0)
    streamed = source.open()
    assert isinstance(resident.train, Rows)
    assert isinstance(streamed.train, Streamed)
    assert streamed.facts == resident.facts
    order = torch.randperm(len(resident.train))
    for (x, y), (u, v) in zip(resident.train.batches(8, order), streamed.train.batches(8, order), strict=True):
        assert torch.equal(x, u)
        assert torch.equal(y, v)


def test_limit_and_seed(photos):
    whole, small = (ImageFolder(str(photos), limit=limit).open().facts for limit in (None, 15))
    assert sum(small["examples"].values()) == pytest.approx(15, abs=2)
    assert ImageFolder(str(photos)).open().facts == whole
    assert ImageFolder(str(photos), split_seed=1).open().facts["split"] != whole["split"]


def test_a_file_that_comes_or_goes_is_noticed(photos):
    before = ImageFolder(str(photos)).open().facts["content"]
    (photos / "dogs" / "29.png").unlink()
    assert ImageFolder(str(photos)).open().facts["content"] != before


def test_cameras_turn_pictures_by_a_note(tmp_path):
    upright = np.zeros((8, 8, 3), np.uint8)
    upright[:4] = 255  # light above, dark below
    turned, exif = Image.fromarray(np.rot90(upright)), Image.Exif()
    exif[0x0112] = 6  # "turn me clockwise to see me"
    turned.save(tmp_path / "phone.png", exif=exif)
    assert folder.images.read(tmp_path / "phone.png", 3, 8)[0, :, 0].tolist() == [255] * 4 + [0] * 4


def test_sixteen_bits_become_eight(tmp_path):
    Image.fromarray(np.full((8, 8), 0x8000, np.uint16)).save(tmp_path / "x-ray.png")
    assert folder.images.look(tmp_path / "x-ray.png", 8).grey
    assert folder.images.read(tmp_path / "x-ray.png", 1, 8).unique().tolist() == [128]


# what is answered in one sentence


def refused(source, *words):
    with pytest.raises(UserError) as answer:
        source.open()
    sentence = str(answer.value)
    assert "\n" not in sentence
    for word in words:
        assert str(word) in sentence
    return sentence


def test_no_folder_no_pictures(tmp_path):
    refused(ImageFolder("nowhere"), "no folder nowhere")
    (tmp_path / "empty").mkdir()
    refused(ImageFolder("empty"), "no pictures", "empty/cats/1.jpg")
    paint(tmp_path / "loose" / "1.png", seed=0)
    refused(ImageFolder("loose"), "loose/cats/1.jpg")


def test_one_class_or_a_class_too_small(photos):
    for file in (photos / "cats").iterdir():
        file.unlink()
    refused(ImageFolder(str(photos)), "no picture", photos / "cats")
    (photos / "cats").rmdir()
    refused(ImageFolder(str(photos)), "one class only", "'dogs'")
    owl = paint(photos / "owls" / "1.png", seed=99)
    for i in range(2, 6):  # five files, one owl
        (photos / "owls" / f"{i}.png").write_bytes(owl.read_bytes())
    refused(ImageFolder(str(photos)), "'owls'", "(1)")


def test_damaged_pictures_are_named(photos):
    whole = (photos / "cats" / "00.png").read_bytes()
    (photos / "cats" / "00.png").write_bytes(whole[: len(whole) // 2])
    refused(ImageFolder(str(photos)), photos / "cats" / "00.png", "damaged")
    (photos / "cats" / "00.png").write_bytes(b"")
    refused(ImageFolder(str(photos)), photos / "cats" / "00.png", "empty")
    (photos / "cats" / "00.png").write_text("I am a cat")
    refused(ImageFolder(str(photos)), photos / "cats" / "00.png", "not a picture")


def test_a_picture_too_large_is_refused_before_it_is_decoded(photos):
    banner = photos / "dogs" / "banner.png"
    Image.new("1", (50_000, 2000)).save(banner)
    refused(ImageFolder(str(photos)), banner, "50000 x 2000", "smaller")


def test_a_class_that_is_only_in_test(tmp_path):
    for i in range(5):
        paint(tmp_path / "set" / "train" / "a" / f"{i}.png", seed=i)
        paint(tmp_path / "set" / "train" / "b" / f"{i}.png", seed=10 + i)
        paint(tmp_path / "set" / "test" / "c" / f"{i}.png", seed=20 + i)
    refused(ImageFolder("set"), "'c'", "to learn from")


def test_a_path_is_opened_as_what_it_is(photos, tmp_path):
    (tmp_path / "t.CSV").write_text("a,b\n1,2\n")
    np.savez(tmp_path / "a.npz", x=np.zeros(3), y=np.zeros(3))
    kinds = [type(open_path(path, like=MNIST(split_seed=7))).__name__ for path in (photos, "t.CSV", "a.npz")]
    assert kinds == ["ImageFolder", "Table", "Arrays"]
    assert open_path(photos, like=MNIST(split_seed=7)).split_seed == 7
    assert open_path(photos, like=ImageFolder("other", size=64)).size == 64
    assert of_kind("ImageFolder", "gone") == ImageFolder("gone")  # a run predicts where its data are not


@pytest.mark.parametrize(
    ("name", "words"),
    [("gone", "no file or folder"), ("a.zip", "unpack"), ("cat.jpg", "one picture"), ("a.xlsx", ".csv")],
)
def test_a_path_that_is_no_data(tmp_path, name, words):
    if name != "gone":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UserError, match=words):
        open_path(name, like=MNIST())


@pytest.mark.parametrize("wrong", [{"size": 2}, {"dev": 0.0}, {"dev": 0.6, "test": 0.6}, {"limit": 3}])
def test_fields_out_of_range(wrong):
    with pytest.raises(ValueError, match=r"size|dev|limit"):
        ImageFolder("photos", **wrong)
