"""Fashion-MNIST from its four files, planted; nothing is fetched."""

import gzip
import hashlib
import tarfile

import numpy as np
import pytest
import torch

from profundo.core import UserError
from profundo.data import fashion_mnist, fetch
from profundo.data.fashion_mnist import LABELS, PICTURES, FashionMNIST
from profundo.data.fetch import Archive, Package, Url


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


@pytest.fixture
def files(tmp_path):
    """The official layout with 200 pictures to learn from and 20 to test; a picture is as bright as twenty times its class."""
    for part, n in (("train", 200), ("t10k", 20)):
        y = np.arange(n) % 10
        x = np.repeat(20 * y, 784).reshape(n, 28, 28)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(x)))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(y)))
    return tmp_path


def test_a_folder_with_the_files_is_read(files):
    splits = FashionMNIST(path=str(files), dev=6000).open()
    assert (len(splits.train), len(splits.dev), len(splits.open_test())) == (180, 20, 20)
    for rows in (splits.train, splits.dev, splits.open_test()):
        assert rows.x.shape[1:] == (1, 28, 28)
        assert torch.equal(rows.x[:, 0, 0, 0].long(), 20 * rows.y)
    assert splits.facts["names"][0] == "T-shirt"


def test_inputs_have_the_published_mean_and_deviation():
    """0.2860 and 0.3530 of the range, as everybody normalises them."""
    assert (torch.tensor([*fashion_mnist.NORMAL.mean, *fashion_mnist.NORMAL.std]) / 255).tolist() == pytest.approx(
        [0.2860, 0.3530], abs=5e-5
    )


def test_either_compression_of_the_same_file_serves(monkeypatch, tmp_path):
    content = idx(np.zeros((5, 28, 28)))
    official, debian = gzip.compress(content, mtime=1), gzip.compress(content, mtime=2)
    (tmp_path / "data.tar").mkdir()
    with tarfile.open(tmp_path / "package.tar", "w") as tar:
        (tmp_path / "a.gz").write_bytes(debian)
        tar.add(tmp_path / "a.gz", "usr/a.gz")
    sha = [hashlib.sha256(body).hexdigest() for body in (official, debian)]
    monkeypatch.setattr(Package, "_command", lambda _self: ["cp", str(tmp_path / "package.tar"), "."])
    away = Url((tmp_path / "gone").as_uri())
    wanted = Archive("set/a.gz", sha[0], (away, Package("debian", "a", "", "usr/a.gz", sha[1])), "MIT", "Somebody 2017")
    path = fetch.fetch(wanted)
    assert path.read_bytes() == debian
    assert fetch.fetch(wanted) == path
    path.write_bytes(official)
    assert fetch.fetch(wanted).read_bytes() == official  # a copy of the official file is left alone
    other = Archive("set/b.gz", sha[0], (Package("debian", "a", "", "usr/a.gz", "0" * 64),), "MIT", "Somebody 2017")
    with pytest.raises(UserError, match="another file"):
        fetch.fetch(other)


def test_every_file_has_three_sources_and_its_own_fingerprints():
    archives = [*PICTURES.values(), *LABELS.values()]
    assert len({sha for archive in archives for sha in archive.known}) == 8
    for archive in archives:
        assert [type(source) for source in archive.sources] == [Url, Url, Package]
        assert all(str(source.address).endswith(archive.name.split("/")[1]) for source in archive.sources[:2])


def test_what_is_missing_or_damaged_is_named(files):
    (files / "t10k-labels-idx1-ubyte.gz").unlink()
    splits = FashionMNIST(path=str(files)).open()
    with pytest.raises(UserError, match=r"no t10k-labels-idx1-ubyte\.gz in"):
        splits.open_test()
    (files / "train-images-idx3-ubyte.gz").write_bytes(b"a zip of something")
    with pytest.raises(UserError, match="damaged"):
        FashionMNIST(path=str(files)).open()


def test_gratings_stand_in_for_a_smoke_run():
    splits = FashionMNIST(drawn=True, limit=500).open()
    assert splits.train.x.shape[1:] == (1, 28, 28)
    assert 490 <= len(splits.train) + len(splits.dev) <= 510
    assert "gratings" in splits.facts["notes"][0]
    assert not torch.equal(splits.open_test().x[:10], splits.train.x[:10])


@pytest.mark.parametrize("wrong", [{"limit": 99}, {"limit": 60_001}, {"dev": 5}])
def test_a_split_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="between"):
        FashionMNIST(**wrong)
