"""A picture as a network that learnt ImageNet sees it: torchvision's own steps are the reference."""

import numpy as np
import pytest
import torch
from PIL import Image

from profundo.core import UserError
from profundo.data.imagenet import ImageNet, names


def picture(width, height):
    """Waves of several widths in each colour."""
    y, x = np.mgrid[:height, :width] / 100
    waves = [np.sin(5 * x + 3 * y), np.sin(17 * y * x), np.cos(9 * x - 11 * y)]
    return Image.fromarray((127 * (1 + np.stack(waves, -1))).astype(np.uint8))


def theirs(torchvision, image):
    return torchvision.models.MobileNet_V2_Weights.IMAGENET1K_V1.transforms()(image)


@pytest.mark.parametrize("side", [180, 256, 500])
def test_a_square_picture_is_seen_as_torchvision_sees_it(side, torchvision):
    image = picture(side, side)
    torch.testing.assert_close(ImageNet().encode(image, {}), theirs(torchvision, image), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("width", "height"), [(451, 300), (300, 777)])
def test_another_is_off_by_less_than_a_pixel(width, height, torchvision):
    """Our square is cut at a whole pixel of the picture, theirs at one of the smaller copy."""
    image, long = picture(width, height), 2 if width > height else 1
    ours, reference = ImageNet().encode(image, {}), theirs(torchvision, image)
    a_pixel = reference.diff(dim=long).abs().mean()
    assert (ours - reference).abs().mean() < a_pixel


def test_the_names_are_torchvisions(torchvision):
    assert list(names()) == torchvision.models.MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"]
    assert len(set(names())) == 1000


def test_an_answer_names_the_five_likeliest():
    logits = torch.zeros(1000)
    logits[285] = 20.0
    said = ImageNet().decode(logits, ImageNet().facts)
    assert len(said) == 5
    assert next(iter(said)) == "Egyptian cat"


def test_the_photographs_are_not_ours_to_open():
    with pytest.raises(UserError, match="--data FOLDER"):
        ImageNet().open()
    with pytest.raises(ValueError, match="at most resize"):
        ImageNet(size=300)


def test_googles_networks_see_black_as_minus_one():
    black, white = (np.full((9, 9, 3), level, np.uint8) for level in (0, 255))
    seen = [ImageNet(normal="half").encode(x, {}) for x in (black, white)]
    assert [x.mean().item() for x in seen] == pytest.approx([-1, 1])
