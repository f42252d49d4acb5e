"""Colours against torchvision on fixed factors: bytes / 255 as floats there, the same levels here."""

from typing import Any

import pytest
import torch
from torch.testing import assert_close

from profundo.core import UserError
from profundo.data.rows import Standardize
from profundo.training import colour
from profundo.training.augment import Augment
from profundo.training.colour import Colour
from profundo.training.randaugment import OPERATIONS, RandAugment

FLOATS = {"rtol": 0, "atol": 2e-3}  # of 255 levels
FACTORS = [0.0, 0.4, 1.0, 1.7]


@pytest.fixture(scope="module")
def theirs(torchvision):
    from torchvision.transforms.v2 import functional

    return functional


def photos(n=4, channels=3):
    """Smooth waves of every level, a picture of one colour, and one with few levels: (n, C, 20, 24) bytes."""
    torch.manual_seed(0)
    x = torch.rand(n, channels, 20, 24).cumsum(2).sin().cumsum(3).cos().mul(127).add(128).byte()
    x[1] = 90
    x[2] = x[2] // 64 * 64
    return x


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation", "sharpness"])
@pytest.mark.parametrize("channels", [1, 3])
def test_blends(theirs, name, factor, channels):
    x = photos(channels=channels)
    said = getattr(theirs, f"adjust_{name}")(x.float() / 255, factor) * 255
    assert_close(getattr(colour, name)(x.float(), factor), said, **FLOATS)


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0.0, 0.1, 0.5])
def test_hue(theirs, turn):
    x = photos()
    assert_close(colour.hue(x.float(), turn), theirs.adjust_hue(x.float() / 255, turn) * 255, **FLOATS)


def test_bytes_of_torchvision_are_ours_to_two_levels(theirs):
    """It cuts fractions off, of the grey that it blends with too."""
    x = photos()
    for name, factor in (("brightness", 1.3), ("contrast", 0.6), ("saturation", 1.4), ("sharpness", 1.9), ("hue", 0.1)):
        said = getattr(theirs, f"adjust_{name}")(x, factor).float()
        assert_close(getattr(colour, name)(x.float(), factor), said, rtol=0, atol=2.0)


def test_what_torchvision_does_to_bytes_exactly(theirs):
    x = photos()
    for bits in (1, 4, 8):
        assert torch.equal(colour.posterize(x.float(), bits), theirs.posterize(x, bits).float())
    for threshold in (0, 100, 255):
        assert torch.equal(colour.solarize(x.float(), threshold), theirs.solarize(x, threshold).float())
    assert torch.equal(colour.equalize(x.float()), theirs.equalize(x).float())
    assert_close(colour.autocontrast(x.float()), theirs.autocontrast(x.float() / 255) * 255, **FLOATS)


def test_every_picture_has_its_own_factor():
    x, factors = photos().float(), torch.tensor([0.2, 0.9, 1.1, 1.8])
    for change in (colour.brightness, colour.contrast, colour.saturation, colour.sharpness, colour.hue):
        together = change(x, factors)
        for i, factor in enumerate(factors.tolist()):
            assert_close(together[i : i + 1], change(x[i : i + 1], factor), rtol=0, atol=1e-3)


def test_factors_are_drawn_evenly_around_one_and_keep_the_mean():
    torch.manual_seed(0)
    x = torch.full((20_000, 1, 1, 1), 100.0)
    out = Colour(brightness=0.4)(x) / 100
    assert 0.6 <= out.min() < 0.601 < 1.399 < out.max() <= 1.4
    assert_close(out.mean().item(), 1.0, rtol=0, atol=0.005)
    assert Colour(brightness=3.0)(x[:50]).min() >= 0  # a factor is never negative
    y = torch.rand(1, 3, 6, 6).mul(60).add(100).expand(20_000, -1, -1, -1)
    assert_close(Colour(contrast=0.5, saturation=0.5)(y).mean(0), y[0], rtol=0.005, atol=0)


# RandAugment


def one(operation, x, strength, sign):
    return OPERATIONS[operation](x, strength, torch.full((len(x),), sign))


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("magnitude", [0, 9, 30])
def test_operations_are_torchvisions(theirs, torchvision, magnitude, sign):
    from torchvision.transforms.v2 import InterpolationMode, RandAugment

    x, reference = photos(), RandAugment()
    names = ["Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness"]
    names += ["Posterize", "Solarize", "AutoContrast", "Equalize"]
    assert set(names) == set(reference._AUGMENTATION_SPACE)
    for number, name in enumerate(names):
        table, signed = reference._AUGMENTATION_SPACE[name]
        magnitudes = table(31, *x.shape[-2:])
        size = 0.0 if magnitudes is None else float(magnitudes[magnitude]) * (sign if signed else 1)
        said: Any = reference._apply_image_or_video_transform(x, name, size, InterpolationMode.NEAREST, {})
        ours = one(number, x.float(), magnitude / 30, sign)
        away = (ours - said.float()).abs()
        assert (away > 2).float().mean() < 0.02, name  # a place half-way between two pixels is read at either


def test_each_picture_draws_its_own_operations():
    torch.manual_seed(0)
    x = photos()[:1].float()
    alone = {name: one(name, x, 0.3, sign) for name in range(14) for sign in (-1.0,)}
    out = RandAugment(operations=1)(x.expand(1400, -1, -1, -1))
    for number, expected in alone.items():
        same = sum(torch.equal(picture, expected[0]) for picture in out)
        assert 20 < same < 150, number  # 50 in each direction
    torch.manual_seed(7)
    twice = RandAugment(operations=2, magnitude=20)(x)
    torch.manual_seed(7)
    assert torch.equal(RandAugment(operations=1, magnitude=20)(RandAugment(operations=1, magnitude=20)(x)), twice)


def test_colours_come_before_the_data_are_standardized():
    normal = Standardize(mean=(100.0,) * 3, std=(50.0,) * 3)
    x = photos()
    torch.manual_seed(3)
    ours = Augment(colour=Colour(brightness=0.5))(x, normal)
    torch.manual_seed(3)
    assert_close(ours, normal(Colour(brightness=0.5)(x.float())))


def test_refusals():
    with pytest.raises(ValueError, match=r"0\.5"):
        Colour(hue=0.6)
    with pytest.raises(ValueError, match="at least 0"):
        Colour(contrast=-1)
    with pytest.raises(ValueError, match="0 to 30"):
        RandAugment(magnitude=31)
    with pytest.raises(UserError, match="float32 with 3 channels"):
        Augment(colour=Colour(hue=0.1))(torch.zeros(1, 3, 4, 4))
    with pytest.raises(UserError, match="4 channels"):
        Augment(rand=RandAugment(1))(torch.zeros(1, 4, 4, 4, dtype=torch.uint8))
