import hashlib

import numpy as np
import pytest
import torch
from PIL import Image

from profundo.data import mnist
from profundo.data.mnist import MNIST, SCALES


@pytest.fixture(scope="module")
def splits():
    return MNIST().open()


def test_the_digits_are_the_original_ones():
    """md5 of the IDX contents as published with the data, header and all."""
    x, y = mnist.read("t10k")
    header = bytes([0, 0, 8, 3]) + np.array([10000, 28, 28], ">u4").tobytes()
    assert hashlib.md5(header + x.numpy().tobytes()).hexdigest() == "2646ac647ad5339dbf082846283269ea"
    header = bytes([0, 0, 8, 1]) + np.array([10000], ">u4").tobytes()
    assert hashlib.md5(header + y.numpy().astype(np.uint8).tobytes()).hexdigest() == "27ae3e4e09519cfbb04c329615203637"


def test_train_and_dev_share_out_the_60000(splits):
    assert len(splits.train) + len(splits.dev) == 60_000
    assert abs(len(splits.dev) - 5000) <= 5
    everything = torch.cat([splits.train.y, splits.dev.y]).bincount().tolist()
    assert everything == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]  # published
    assert (splits.dev.y.bincount() / len(splits.dev) - splits.train.y.bincount() / len(splits.train)).abs().max() < 1e-3


def test_inputs_are_standardized(splits):
    x = SCALES["standard"](splits.train.x)
    assert abs(x.mean()) < 0.01
    assert abs(x.std() - 1) < 0.01


def test_a_limit_keeps_the_classes(splits):
    few = MNIST(limit=1000).open()
    assert 990 <= len(few.train) + len(few.dev) <= 1010
    assert few.train.y.unique().tolist() == few.dev.y.unique().tolist() == list(range(10))
    assert MNIST(limit=1000).open().facts["split"] == few.facts["split"] != splits.facts["split"]


def test_a_drawing_on_white_paper_is_turned_light_on_dark(splits):
    digit = splits.dev.x[0]
    dark_on_light = Image.fromarray(255 - digit[0].numpy())
    torch.testing.assert_close(MNIST().encode(dark_on_light, splits.facts), SCALES["standard"](digit[None])[0])
    torch.testing.assert_close(MNIST().encode(digit[0].numpy(), splits.facts), SCALES["standard"](digit[None])[0])


def test_decode_names_the_likeliest_first(splits):
    said = MNIST().decode(torch.tensor([0.0] * 7 + [5.0, 0, 0]), splits.facts)
    assert next(iter(said)) == "7"
    assert sum(said.values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("wrong", [{"limit": 99}, {"limit": 60_001}, {"dev": 5}])
def test_refusals(wrong):
    with pytest.raises(ValueError, match="between"):
        MNIST(**wrong)
