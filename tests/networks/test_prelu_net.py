import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo.networks.convolutional.prelu_net import PReLU, PReLUNetConfig


@pytest.mark.parametrize("shape", [(7, 5), (3, 5, 4), (2, 5, 4, 6)])
@pytest.mark.parametrize("slopes", [5, 1])
def test_the_layer_is_torchs_and_so_are_its_gradients(shape, slopes):
    torch.manual_seed(0)
    ours, theirs = PReLU(slopes), nn.PReLU(slopes)
    with torch.no_grad():
        ours.a.copy_(torch.randn(slopes))
        theirs.weight.copy_(ours.a)
    y = torch.randn(shape)
    y.flatten()[0] = 0.0  # where the slope is a convention
    mine, yours = y.clone().requires_grad_(), y.clone().requires_grad_()
    said, expected = ours(mine), theirs(yours)
    weights = torch.randn(shape)
    (said * weights).sum().backward()
    (expected * weights).sum().backward()
    assert_close(said, expected)
    assert_close(mine.grad, yours.grad)
    assert_close(ours.a.grad, theirs.weight.grad)


def test_its_slope_is_learnt_by_equations_8_and_10():
    """One number by hand: y = (-2, 3), a = 0.25; with dE/df = (1, 1), dE/da = -2 and dE/dy = (0.25, 1)."""
    layer, y = PReLU(1), torch.tensor([[-2.0], [3.0]], requires_grad=True)
    layer(y).sum().backward()
    assert layer(y).flatten().tolist() == [-0.5, 3.0]
    assert layer.a.grad.tolist() == [-2.0]
    assert y.grad.flatten().tolist() == [0.25, 1.0]


def convolutions(network):
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]


@pytest.mark.parametrize(("depth", "stages"), [(14, (1, 4, 6)), (30, (1, 4, 22))])
def test_the_layers_of_table_1(depth, stages):
    network = PReLUNetConfig(depth=depth).build()
    assert [layer.out_channels for layer in convolutions(network)] == [16] * stages[0] + [32] * stages[1] + [64] * stages[2]
    dense = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    assert len(convolutions(network)) + len(dense) == depth
    slopes = [layer.a.numel() for layer in network.modules() if isinstance(layer, PReLU)]
    assert len(slopes) == depth - 1  # behind every layer but the last
    assert sum(slopes) == sum(layer.out_channels for layer in convolutions(network)) + 2 * 256


def test_slopes_cost_next_to_nothing_and_less_where_they_are_shared():
    relu, prelu, shared = (
        sum(p.numel() for p in PReLUNetConfig(**options).build().parameters())
        for options in ({"activation": "relu"}, {}, {"shared": True})
    )
    assert prelu - relu == 16 + 4 * 32 + 6 * 64 + 2 * 256
    assert shared - relu == 13


def test_pictures_of_any_size_end_as_equally_many_numbers():
    network = PReLUNetConfig(width=4, hidden=8).build().eval()
    assert network(torch.randn(2, 3, 32, 32)).shape == network(torch.randn(2, 3, 50, 27)).shape == (2, 10)
    maps = network.features(torch.randn(1, 3, 32, 32))
    assert maps.shape[-2:] == (8, 8)  # the windows of 2 x 2 lost no pixel


def spread_by_layer(activation, init, depth=30):
    """Root mean square of the inputs of every second window's rectifier, and of the loss's gradient at its weights."""
    torch.manual_seed(1)
    network = PReLUNetConfig(depth=depth, activation=activation, init=init, width=16).build().eval()
    seen, layers = [], convolutions(network)
    hooks = [layer.register_forward_hook(lambda _m, _i, y: seen.append(y.detach())) for layer in layers]
    loss = nn.functional.cross_entropy(network(torch.randn(16, 3, 32, 32)), torch.arange(16) % 10)
    loss.backward()
    for hook in hooks:
        hook.remove()
    rms = lambda x: x.square().mean().sqrt().item()  # noqa: E731
    return [rms(y) for y in seen], [rms(layer.weight.grad) for layer in layers]


@pytest.mark.parametrize("activation", ["relu", "prelu"])
def test_thirty_layers_keep_the_signal_with_hes_weights_and_lose_it_with_glorots(activation):
    he, he_gradient = spread_by_layer(activation, "he")
    glorot, glorot_gradient = spread_by_layer(activation, "glorot")
    last = slice(5, None)  # the last stage: 22 layers alike
    assert 0.3 < he[last][-1] / he[last][0] < 3
    a = 0.25 if activation == "prelu" else 0.0
    lost = math.sqrt((1 + a**2) / 2) ** 21  # each layer keeps (1 + a^2) / 2 of the variance
    assert lost < 2e-3
    assert 0.2 < glorot[last][-1] / glorot[last][0] / lost < 5
    assert he_gradient[0] > 1e3 * glorot_gradient[0]


def test_equation_15_makes_room_for_what_the_slope_lets_through():
    torch.manual_seed(0)
    relu, prelu = (PReLUNetConfig(activation=kind, width=32).build() for kind in ("relu", "prelu"))
    for network, a in ((relu, 0.0), (prelu, 0.25)):
        for layer in convolutions(network)[5:]:
            n = layer.weight[0].numel()
            assert_close(layer.weight.std().item(), math.sqrt(2 / ((1 + a**2) * n)), rtol=0.03, atol=0)


def test_the_default_is_the_papers_own_way():
    torch.manual_seed(0)
    default = PReLUNetConfig(init="default").build()
    torch.manual_seed(0)
    he = PReLUNetConfig(init="he").build()
    assert all(torch.equal(a, b) for a, b in zip(default.parameters(), he.parameters(), strict=True))


def test_what_cannot_be_built():
    with pytest.raises(ValueError, match="14 or 30"):
        PReLUNetConfig(depth=20)
    with pytest.raises(ValueError, match="dropout"):
        PReLUNetConfig(dropout=1.0)
