import pytest
import torch
from torch.testing import assert_close

from profundo.networks.dense.mlp import MLPConfig
from profundo.networks.dense.softmax_regression import SoftmaxRegressionConfig


def test_parameters_counted_by_hand():
    assert sum(p.numel() for p in MLPConfig(hidden=(500,)).build().parameters()) == 500 * 785 + 10 * 501
    assert sum(p.numel() for p in SoftmaxRegressionConfig().build().parameters()) == 10 * 785


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_forward_pass_is_the_formula(activation):
    mlp = MLPConfig(3, (4,), 2, activation).build()
    x = torch.randn(5, 3)
    hidden = getattr(torch, activation)(x @ mlp.layers[0].weight.T + mlp.layers[0].bias)
    assert_close(mlp(x), hidden @ mlp.layers[3].weight.T + mlp.layers[3].bias)


def test_rectifier_layers_keep_the_variance():
    torch.manual_seed(0)
    mlp = MLPConfig(512, (512,) * 8).build()
    x = torch.randn(256, 512)
    assert 0.5 < mlp.layers[:-1](x).square().mean() < 2


def test_the_softmax_starts_without_a_favourite():
    assert not SoftmaxRegressionConfig().build()(torch.randn(3, 1, 28, 28)).any()


def test_refusals():
    with pytest.raises(ValueError, match="dropout"):
        MLPConfig(dropout=1.0)
    with pytest.raises(ValueError, match="at least one unit"):
        MLPConfig(hidden=(0,))
