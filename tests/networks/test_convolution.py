"""Our convolution and pools give torch's numbers and torch's gradients, whatever their geometry."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn
from torch.testing import assert_close

from profundo.networks.convolutional.convolution import Convolution, MaxPool, MeanPool, columns, pictures
from profundo.networks.convolutional.lenet import LeNetConfig


def leaf(*shape):
    return torch.randn(*shape, requires_grad=True)


def gradients(y, *of):
    """Of a sum with random weights, so that no gradient is the same everywhere."""
    torch.manual_seed(1)
    return torch.autograd.grad((y * torch.randn(y.shape)).sum(), of)


def alike(ours, theirs, *of):
    assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    for mine, yours in zip(gradients(ours, *of), gradients(theirs, *of), strict=True):
        assert yours.abs().sum() > 0
        assert_close(mine, yours, rtol=1e-5, atol=1e-5 * max(1.0, float(yours.abs().max())))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    size=some.tuples(some.integers(5, 11), some.integers(5, 11)),
    window=some.integers(1, 3),
    stride=some.integers(1, 3),
    padding=some.integers(0, 2),
    dilation=some.integers(1, 2),
    groups=some.sampled_from((1, 2, 4)),
)
def test_convolution_is_torchs_forward_and_back(size, window, stride, padding, dilation, groups):
    torch.manual_seed(0)
    ours = Convolution(4, 8, window, stride, padding, dilation, groups)
    nn.init.normal_(ours.bias)
    x = leaf(2, 4, *size)
    theirs = F.conv2d(x, ours.weight, ours.bias, stride, padding, dilation, groups)
    alike(ours(x), theirs, x, ours.weight, ours.bias)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    size=some.tuples(some.integers(4, 9), some.integers(4, 9)),
    window=some.integers(2, 4),
    stride=some.integers(1, 3),
    padding=some.integers(0, 1),
)
def test_pools_are_torchs_forward_and_back(size, window, stride, padding):
    torch.manual_seed(0)
    x = leaf(2, 3, *size)
    alike(MaxPool(window, stride, padding)(x), F.max_pool2d(x, window, stride, padding), x)
    alike(MeanPool(window, stride, padding)(x), F.avg_pool2d(x, window, stride, padding), x)


def test_one_window_by_hand():
    """[[1, 2], [3, 4]] moved over 0..8: at the corner 0 + 2 + 9 + 16 = 27. The middle pixel is read by all four windows."""
    layer = Convolution(1, 1, 2)
    layer.weight.data.copy_(torch.tensor([[1.0, 2], [3, 4]]))
    x = torch.arange(9.0).view(1, 1, 3, 3).requires_grad_()
    y = layer(x)
    assert y.tolist() == [[[[27, 37], [57, 67]]]]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[[[1, 3, 2], [4, 10, 6], [3, 7, 4]]]]
    assert layer.weight.grad is not None
    assert layer.weight.grad.tolist() == [[[[8, 12], [20, 24]]]]  # what each weight saw: 0 + 1 + 3 + 4 = 8
    assert layer.bias.grad.tolist() == [4]


def test_columns_and_pictures_are_transposes():
    """<columns(x), c> = <x, pictures(c)>, the definition."""
    torch.manual_seed(0)
    x, geometry = torch.randn(2, 3, 7, 6, dtype=torch.float64), ((3, 2), 2, 1, 2)
    c = torch.randn_like(columns(x, *geometry))
    assert_close((columns(x, *geometry) * c).sum(), (x * pictures(c, (7, 6), *geometry)).sum())


def test_gradients_are_finite_differences():
    torch.manual_seed(0)
    layer = Convolution(2, 4, 3, stride=2, padding=1, groups=2).double()
    x = torch.randn(1, 2, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradcheck(MaxPool(3, 2, 1), x)


def test_lenet_made_of_ours_is_lenet():
    torch.manual_seed(0)
    lenet, own = LeNetConfig().build(), LeNetConfig().build()
    own.features = nn.Sequential(
        Convolution(1, 6, 5, padding=2), nn.Tanh(), MeanPool(2), Convolution(6, 16, 5), nn.Tanh(), MeanPool(2)
    )
    own.load_state_dict(lenet.state_dict())  # names and shapes are the same
    x = torch.randn(3, 1, 28, 28)
    assert_close(own(x), lenet(x), rtol=1e-5, atol=1e-5)
    own(x).square().sum().backward()
    lenet(x).square().sum().backward()
    for (name, mine), yours in zip(own.named_parameters(), lenet.parameters(), strict=True):
        assert_close(mine.grad, yours.grad, rtol=1e-4, atol=1e-5, msg=name)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        Convolution(1, 1, 5)(torch.zeros(1, 1, 4, 4))
    with pytest.raises(ValueError, match="groups"):
        Convolution(3, 4, 3, groups=2)
