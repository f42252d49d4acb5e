"""Playground's points: each class lies where its formula says."""

import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, make_moons

from profundo.core import UserError
from profundo.data.digits8 import ALL, HALF, Digits8
from profundo.data.toys import BLUE, ORANGE, SHAPES, Toys


def draw(shape, N=400, noise=0.0, seed=0):
    return SHAPES[shape](N, noise, torch.Generator().manual_seed(seed))


def test_the_spiral_by_hand():
    x, y = draw("spiral", 8)  # four a class: r = 0, 5/4, 10/4, 15/4; t = 0, 7/8 pi, 14/8 pi, 21/8 pi
    assert y.tolist() == [BLUE, ORANGE] * 4
    r, t = 2.5, 14 / 8 * math.pi
    assert x[4].tolist() == pytest.approx([r * math.sin(t), r * math.cos(t)], abs=1e-5)
    torch.testing.assert_close(x[1::2], -x[::2])  # the other arm is this one, turned by half a circle
    assert x[0].tolist() == [0.0, 0.0], "both begin at the origin: nobody can tell these two apart"


def test_the_circle_leaves_a_gap_and_xor_a_cross():
    x, y = draw("circle")
    r = x.norm(dim=-1)
    assert r[y == BLUE].max() < 2.5
    assert r[y == ORANGE].min() >= 3.5
    assert r.max() <= 5
    x, y = draw("xor")
    assert (x.abs() > 0.3).all()
    assert torch.equal(y == BLUE, x[:, 0] * x[:, 1] > 0)


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
def test_the_clouds_have_the_variance_of_the_slider(noise, variance):
    x, y = draw("gauss", 20_000, noise)
    for label, middle in ((BLUE, 2.0), (ORANGE, -2.0)):
        torch.testing.assert_close(x[y == label].mean(0), torch.full((2,), middle), atol=0.1, rtol=0)
        torch.testing.assert_close(x[y == label].var(0), torch.full((2,), variance), atol=0, rtol=0.06)


def test_the_moons_are_those_of_scikit_learn():
    x, y = draw("moons", 100)
    theirs, labels = make_moons(100, shuffle=False)
    for label, their in ((ORANGE, 0), (BLUE, 1)):
        ours = x[y == label] / 3.5 + torch.tensor([0.5, 0.25])
        torch.testing.assert_close(ours.double(), torch.from_numpy(theirs[labels == their]), atol=1e-5, rtol=0)


def test_noise_moves_points_or_changes_colours():
    for shape in ("spiral", "moons"):
        assert not torch.equal(draw(shape)[0], draw(shape, noise=0.2)[0])
    moved = draw("spiral", noise=0.2)[0] - draw("spiral")[0]
    assert 0.15 < moved.abs().max() <= 0.2001
    for shape in ("circle", "xor"):
        (x, y), (x_noisy, y_noisy) = draw(shape, seed=3), draw(shape, noise=0.2, seed=3)
        assert torch.equal(x, x_noisy)
        assert 0 < (y != y_noisy).float().mean() < 0.3


def test_splits_are_disjoint_and_repeatable():
    splits = Toys(train=300, dev=100, test=100).open()
    parts = [splits.train, splits.dev, splits.open_test()]
    assert [len(part) for part in parts] == [300, 100, 100]
    points = [tuple(point) for part in parts for point in part.x.tolist()]
    assert len(set(points)) == len(points) - 1  # only the origin is there twice
    assert torch.equal(splits.train.x, Toys(train=300, dev=100, test=100).open().train.x)
    assert not torch.equal(splits.train.x, Toys(train=300, dev=100, test=100, seed=1).open().train.x)


def test_points_and_colours_as_a_person_reads_them():
    source = Toys()
    assert source.encode("1, -2.5", {}).tolist() == [1.0, -2.5]
    assert source.decode(torch.tensor(-0.5), {}) == {"orange": 0.75, "blue": 0.25}
    with pytest.raises(UserError, match="two numbers"):
        source.encode("1", {})
    for wrong in ({"noise": 0.6}, {"dev": 1}):
        with pytest.raises(ValueError, match=r"noise|points"):
            Toys(**wrong)


def test_small_digits_are_scikit_learns_in_their_order():
    splits, (pixels, labels) = Digits8().open(), load_digits(return_X_y=True)
    test = splits.open_test()
    assert [len(splits.train), len(splits.dev), len(test)] == [HALF - len(splits.dev), len(splits.dev), ALL - HALF]
    assert np.array_equal(16 * test.x.flatten(1).numpy(), pixels[HALF:])
    assert np.array_equal(test.y.numpy(), labels[HALF:])
    assert int(torch.cat([splits.train.y, splits.dev.y]).sum()) == labels[:HALF].sum()
    with pytest.raises(ValueError, match="between 10"):
        Digits8(dev=5)


def test_a_drawn_digit_becomes_a_small_one():
    paper = np.zeros((28, 28), np.uint8)
    paper[4:24, 13:16] = 255  # a one
    x = Digits8().encode(paper, {})
    assert x.shape == (1, 8, 8)
    assert torch.equal(16 * x, (16 * x).round())
    assert x[0].sum(0).argmax() in (3, 4)
