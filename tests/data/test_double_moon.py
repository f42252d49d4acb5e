import pytest
import torch

from profundo.core import UserError
from profundo.data.double_moon import LOWER, UPPER, DoubleMoon


def polar(points):
    return points.norm(dim=-1), torch.atan2(points[:, 1], points[:, 0])


def test_each_moon_is_half_a_ring():
    moons = DoubleMoon(distance=-4, radius=10, width=6).open().train
    r, angle = polar(moons.x[moons.y == UPPER])
    assert 7 <= r.min() < 7.1
    assert 12.9 < r.max() <= 13
    assert angle.min() >= 0  # the upper half, up to pi
    r, angle = polar(moons.x[moons.y == LOWER] - torch.tensor([10.0, 4.0]))
    assert 7 <= r.min() < 7.1
    assert 12.9 < r.max() <= 13
    assert angle.max() <= 0


@pytest.mark.parametrize("distance", [0.5, 1, 6])
def test_the_gap_is_the_distance(distance):
    moons = DoubleMoon(distance=distance, train=20_000).open().train
    height = moons.x[:, 1]
    foot, top = height[moons.y == UPPER].min(), height[moons.y == LOWER].max()
    assert 0 <= foot < 0.01
    assert -distance - 0.01 < top <= -distance


def test_halves_splits_and_seeds():
    splits = DoubleMoon().open()
    test = splits.open_test()
    assert [len(part) for part in (splits.train, splits.dev, test)] == [1000, 1000, 2000]
    assert [int(part.y.sum()) for part in (splits.train, splits.dev, test)] == [500, 500, 1000]
    assert not torch.equal(splits.train.x, splits.dev.x)
    assert not torch.equal(splits.train.x, test.x[:1000])
    assert torch.equal(splits.train.x, DoubleMoon().open().train.x)
    assert not torch.equal(splits.train.x, DoubleMoon(seed=1).open().train.x)
    assert not torch.equal(splits.dev.x, DoubleMoon(seed=1).open().train.x)


def test_a_point_as_a_person_gives_it():
    source = DoubleMoon()
    facts = source.open().facts
    assert source.encode("3.5, -2", facts).tolist() == [3.5, -2.0]
    assert source.encode((1, 2), facts).tolist() == [1.0, 2.0]
    assert list(source.decode(torch.tensor([0.0, 5.0]), facts)) == ["upper moon", "lower moon"]
    for wrong in ("3.5", "a,b", "1,2,3", "1,nan", None):
        with pytest.raises(UserError, match="two numbers"):
            source.encode(wrong, facts)


@pytest.mark.parametrize("wrong", [{"width": 21.0}, {"width": 0.0}, {"test": 1}])
def test_impossible_moons(wrong):
    with pytest.raises(ValueError, match=r"width|points"):
        DoubleMoon(**wrong)
