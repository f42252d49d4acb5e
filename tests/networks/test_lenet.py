import pytest
import torch
from torch.testing import assert_close

from profundo.networks.convolutional.lenet import LeNetConfig


def test_parameters_counted_by_hand():
    c1, c3, c5, f6, output = 6 * (25 + 1), 16 * (6 * 25 + 1), 120 * (400 + 1), 84 * (120 + 1), 10 * (84 + 1)
    assert sum(p.numel() for p in LeNetConfig().build().parameters()) == c1 + c3 + c5 + f6 + output == 61_706


def test_shift_of_the_picture_shifts_the_feature_maps():
    x = torch.zeros(1, 1, 28, 28)
    x[..., 12, 12] = 1
    features = LeNetConfig().build().features
    assert_close(features(x.roll(4, -1))[..., 1:5, 2:5], features(x)[..., 1:5, 1:4])


@pytest.mark.parametrize(("channels", "size", "classes"), [(3, 32, 5), (1, 12, 2), (3, 65, 4)])
def test_other_pictures(channels, size, classes):
    network = LeNetConfig(channels, classes, size).build()
    assert network(torch.randn(2, channels, size, size)).shape == (2, classes)


def test_too_small_a_picture_is_refused():
    with pytest.raises(ValueError, match="at least 12 x 12"):
        LeNetConfig(size=11)
