"""A folder as it comes from a phone: what stands in the way of learning is told in one sentence, with the way out."""

import numpy as np
import pytest
import torch
from PIL import Image

import profundo.data.folder as folder
from profundo.core import UserError
from profundo.data.folder import ImageFolder
from profundo.data.rows import Rows
from profundo.data.streamed import Streamed


def paint(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (16, 20, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def photos(tmp_path):
    """Ten cats, ten dogs."""
    for i in range(20):
        paint(tmp_path / "photos" / ("cats" if i < 10 else "dogs") / f"{i:02}.png", seed=i)
    return tmp_path / "photos"


@pytest.fixture(params=["resident", "streamed"])
def memory(request, monkeypatch):
    if request.param == "streamed":
        monkeypatch.setattr(folder, "_room", lambda: 0)
    return {"resident": Rows, "streamed": Streamed}[request.param]


def refusal(source):
    with pytest.raises(UserError) as answer:
        source.open()
    assert "\n" not in str(answer.value)
    return str(answer.value)


def spoil(file, how):
    """Cut short in the middle, so that its head is whole; or something else altogether."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] if how == "short" else b"I am a cat")


def test_all_unreadable_heads_are_in_one_sentence(photos):
    for i in range(7):
        spoil(photos / "cats" / f"{i:02}.png", "other")
    (photos / "dogs" / "IMG_7.HEIC").write_bytes(b"\0\0\0\x24ftypheic")
    said = refusal(ImageFolder(str(photos)))
    assert said.startswith(f"Pictures that cannot be read (8): {photos / 'cats' / '00.png'} (not a picture), ")
    assert [f"{i:02}.png" in said for i in range(7)] == [True] * 5 + [False] * 2
    assert said.endswith(" and 3 more; replace or delete them, or add --data.unreadable skip.")


def test_all_damaged_bodies_are_in_one_sentence(photos):
    for name in ("cats/03.png", "dogs/12.png", "dogs/15.png"):
        spoil(photos / name, "short")
    said = refusal(ImageFolder(str(photos)))
    assert "(3)" in said
    assert all(f"{photos / name} (damaged, " in said for name in ("cats/03.png", "dogs/12.png", "dogs/15.png"))


def test_of_pictures_that_stay_on_disk_the_damaged_one_is_told_when_it_comes(photos, monkeypatch):
    monkeypatch.setattr(folder, "_room", lambda: 0)
    splits = ImageFolder(str(photos)).open()
    spoil(photos / "cats" / "00.png", "short")
    parts = splits.train, splits.dev, splits.open_test()
    with pytest.raises(UserError, match=r"cannot be read \(1\): .*00\.png .*--data\.unreadable skip"):
        _ = [list(part.batches(4)) for part in parts]


def test_skipped_they_are_named_and_nobody_else_moves(photos, memory):
    for name in ("cats/03.png", "dogs/12.png"):
        spoil(photos / name, "short")
    spoil(photos / "dogs/15.png", "other")
    splits = ImageFolder(str(photos), unreadable="skip", size=8).open()
    assert isinstance(splits.train, memory)
    assert sum(splits.facts["examples"].values()) == 17
    note = splits.facts["notes"][0]
    assert note.startswith("Pictures left out because they cannot be read: ")
    assert all(f"{photos / name} (" in note for name in ("cats/03.png", "dogs/12.png", "dogs/15.png"))
    for name in ("cats/03.png", "dogs/12.png", "dogs/15.png"):
        (photos / name).unlink()
    clean = ImageFolder(str(photos), size=8).open()
    assert {k: v for k, v in clean.facts.items() if k != "notes"} == {k: v for k, v in splits.facts.items() if k != "notes"}
    for mine, theirs in zip(splits.train.batches(4), clean.train.batches(4), strict=True):
        assert all(map(torch.equal, mine, theirs))


def test_skipping_where_nothing_is_wrong_says_nothing(photos, memory):
    assert ImageFolder(str(photos), unreadable="skip").open().facts == ImageFolder(str(photos)).open().facts


def test_a_class_of_unreadable_pictures_has_too_few(photos):
    for file in (photos / "cats").iterdir():
        spoil(file, "other")
    assert "'cats'" in refusal(ImageFolder(str(photos), unreadable="skip"))


def test_videos_are_left_out_by_name(photos):
    for name in ("IMG_1.MOV", "b.mp4"):
        (photos / "cats" / name).write_bytes(b"\0\0\0\x20ftypqt  ")
    (photos / "dogs" / "notes.txt").write_text("good dogs")
    facts = ImageFolder(str(photos)).open().facts
    assert sum(facts["examples"].values()) == 20
    assert facts["notes"] == [
        "1 files are not pictures in a class folder; they are left out.",
        f"Videos are left out ({photos / 'cats' / 'IMG_1.MOV'}, {photos / 'cats' / 'b.mp4'}); "
        "save frames of them as pictures to learn from them.",
    ]


@pytest.mark.parametrize("content", [{}, {"clip.mp4": b"\0\0\0\x20ftypisom"}, {".DS_Store": b"\0", "Thumbs.db": b"\0"}])
def test_a_class_without_a_picture(photos, content):
    (photos / "owls").mkdir()
    for name, data in content.items():
        (photos / "owls" / name).write_bytes(data)
    said = refusal(ImageFolder(str(photos)))
    assert said == f"There is no picture in the class {photos / 'owls'}; put pictures there, or delete the folder."


def test_a_class_may_be_missing_from_a_part_of_a_division(photos):
    for part in ("train", "test"):
        for i in range(6):
            for c in "ab":
                if (part, c) != ("test", "b"):
                    paint(photos.parent / "set" / part / c / f"{i}.png", seed=hash((part == "test", i, c == "a")) % 1000)
    (photos.parent / "set" / "test" / "b").mkdir(parents=True)
    assert ImageFolder(str(photos.parent / "set")).open().facts["names"] == ["a", "b"]


def test_a_folder_too_high(photos):
    said = refusal(ImageFolder(str(photos.parent)))
    assert said == f"{photos.parent} has one class only, 'photos', with folders inside; did you mean {photos}?"


def test_what_systems_leave_behind_is_not_mentioned(photos):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._00.png", "Icon\r"):
        (photos / "cats" / name).write_bytes(b"\0")
    assert ImageFolder(str(photos)).open().facts["notes"] == []


def test_frames_and_pages_are_noted(photos):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(photos / "cats" / "dance.gif", save_all=True, append_images=frames[1:])
    assert ImageFolder(str(photos)).open().facts["notes"] == ["1 files have several frames or pages; the first is the picture."]


def test_every_kind_of_picture_lies_in_one_folder(tmp_path):
    """Grey, transparent, deep, printed, turned: one shape, and colour because some have it."""
    rng = np.random.default_rng(0)
    for i, (mode, suffix) in enumerate(
        [
            ("L", "jpg"),
            ("LA", "png"),
            ("RGBA", "webp"),
            ("P", "gif"),
            ("CMYK", "jpg"),
            ("1", "tif"),
            ("I;16", "png"),
            ("RGB", "bmp"),
        ]
    ):
        for c in "ab":
            for k in range(2):
                x = rng.integers(0, 256, (9, 14 + i, 3), np.uint8)
                image = Image.fromarray(x[..., 0].astype(np.uint16) << 8) if mode == "I;16" else Image.fromarray(x).convert(mode)
                (tmp_path / "all" / c).mkdir(parents=True, exist_ok=True)
                image.save(tmp_path / "all" / c / f"{i}{k}.{suffix}")
    splits = ImageFolder(str(tmp_path / "all"), size=8).open()
    assert splits.facts["examples"]["train"] > 20
    assert splits.facts["channels"] == 3
    assert next(splits.train.batches(64))[0].shape[1:] == (3, 8, 8)


def test_pictures_that_fit_are_decoded_once(photos, monkeypatch):
    """However often they are learnt: all in one block of memory, from which train, dev and test are cut."""
    count = []
    read = folder.images.read
    monkeypatch.setattr(folder.images, "read", lambda *a, **k: count.append(1) or read(*a, **k))
    splits = ImageFolder(str(photos), size=8).open()
    for _epoch in range(3):
        _ = [list(part.batches(4)) for part in (splits.train, splits.dev, splits.open_test())]
    assert len(count) == 20
    pointers = {part.x.untyped_storage().data_ptr() for part in (splits.train, splits.dev, splits.open_test())}
    assert len(pointers) == 1
