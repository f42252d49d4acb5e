import pytest
import torch
from torch.testing import assert_close

from profundo.networks.dense.maxout import Maxout, MaxoutNetConfig


def test_parameters_counted_by_hand():
    parameters = sum(p.numel() for p in MaxoutNetConfig().build().parameters())
    assert parameters == 1200 * 785 + 1200 * 241 + 10 * 241


def test_a_unit_is_the_largest_of_its_pieces():
    layer = Maxout(3, units=2, pieces=4)
    x = torch.randn(5, 3)
    W, b = layer.linear.weight.view(4, 2, 3), layer.linear.bias.view(4, 2)
    wanted = torch.stack([x @ W[j].T + b[j] for j in range(4)]).max(0).values
    assert_close(layer(x), wanted)


def test_one_piece_a_unit_is_a_linear_network():
    network = MaxoutNetConfig(features=6, units=(4, 4), pieces=1, classes=3).build().eval()
    a, b = torch.randn(2, 6), torch.randn(2, 6)
    assert_close(network((a + b) / 2), (network(a) + network(b)) / 2)


@pytest.mark.parametrize("wrong", [{"dropout": 1.0}, {"input_dropout": -0.1}, {"units": (0,)}, {"pieces": 0}])
def test_sizes_are_checked(wrong):
    with pytest.raises(ValueError, match=r"is at least 0|at least one unit"):
        MaxoutNetConfig(**wrong)
