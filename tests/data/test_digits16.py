"""Digits of 1989's size: how many, from where, resampled as the recipe says, and apart."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from profundo.data import mnist
from profundo.data.digits16 import Digits16, resampled


@pytest.fixture(scope="module")
def splits():
    return Digits16().open()


def test_the_papers_numbers(splits):
    test = splits.open_test()
    assert (len(splits.train), len(splits.dev), len(test)) == (7291, 5000, 2007)
    for rows in (splits.train, splits.dev, test):
        assert rows.x.shape[1:] == (1, 16, 16)
        assert rows.x.dtype == torch.float32
        assert -1 <= rows.x.min() < -0.99
        assert 0.9 < rows.x.max() <= 1
        assert rows.y.unique().tolist() == list(range(10))
    assert splits.facts["examples"] == {"train": 7291, "dev": 5000, "test": 2007}


def test_resampling_is_linear_between_the_four_nearest():
    """Pixel (i, j) of 16 x 16 lies at 1.75 (i + 1/2) - 1/2 of 28 x 28; on a ramp, bilinear is exact there."""
    ramp = torch.arange(28, dtype=torch.uint8).mul(9).expand(1, 1, 28, 28)
    expected = (1.75 * (torch.arange(16) + 0.5) - 0.5) * 9 / 127.5 - 1
    assert_close(resampled(ramp)[0, 0], expected.expand(16, 16))


def test_black_is_minus_one_and_white_is_one():
    assert_close(resampled(torch.zeros(1, 1, 28, 28, dtype=torch.uint8)).unique(), torch.tensor([-1.0]))
    assert_close(resampled(torch.full((1, 1, 28, 28), 255, dtype=torch.uint8)).unique(), torch.tensor([1.0]))


def test_train_and_dev_share_no_digit_and_both_are_mnists_training_digits(splits):
    mark = torch.rand(256, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    name = lambda x: (x.flatten(1).double() * mark).sum(1)  # noqa: E731  # one number a digit
    known = name(resampled(mnist.read("train")[0]))
    assert len(known.unique()) > 59_990  # hardly any two digits are the same
    train, dev = name(splits.train.x), name(splits.dev.x)
    assert torch.isin(train, known).all()
    assert torch.isin(dev, known).all()
    assert not torch.isin(train, dev).any()
    assert not torch.isin(name(splits.open_test().x), known).any()


def test_the_same_seed_takes_the_same_digits(splits):
    assert torch.equal(Digits16().open().train.x, splits.train.x)
    other = Digits16(split_seed=1).open()
    assert not torch.equal(other.train.y, splits.train.y)
    assert other.facts["split"] != splits.facts["split"]


def test_a_picture_is_read_as_the_data_were():
    bytes_ = mnist.read("t10k")[0][3]
    source = Digits16()
    as_drawn = source.encode(bytes_[0].numpy(), {})
    assert_close(as_drawn, resampled(bytes_[None])[0])
    assert_close(source.encode(255 - bytes_[0].numpy(), {}), as_drawn)  # dark ink on paper
    assert source.encode(np.zeros((40, 30), np.uint8), {}).shape == (1, 16, 16)


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="60,000 together"):
        Digits16(train=58_000)
