"""GoogLeNet's helpers: what they add to the loss, and to whom."""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from profundo.networks.convolutional.googlenet import GoogLeNetConfig
from profundo.training.objectives import cross_entropy, helped_cross_entropy


def googlenet():
    """Without dropout, so that it says the same twice."""
    torch.manual_seed(0)
    network = GoogLeNetConfig(classes=4, size=24, width=0.1, dropout=0.0).build().train()
    for layer in network.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    return network, (torch.randn(6, 3, 24, 24), torch.arange(6) % 4)


def test_the_loss_is_the_papers():
    network, (x, y) = googlenet()
    twin = copy.deepcopy(network)
    own, first, second = twin(x, helped=True)
    found = helped_cross_entropy(network, (x, y))
    assert_close(found["loss"], F.cross_entropy(own, y) + 0.3 * F.cross_entropy(first, y) + 0.3 * F.cross_entropy(second, y))
    alone = cross_entropy(copy.deepcopy(network), (x, y))
    assert_close(found["own_loss"], alone["loss"])
    assert_close(found["error"], alone["error"])


def test_helpers_learn_and_what_is_below_them_hears_them():
    network, batch = googlenet()
    cross_entropy(network, batch)["loss"].backward()
    assert all(p.grad is None for p in network.helpers.parameters())
    before = network.inceptions["3a"].one.conv.weight.grad.clone()
    last = network.inceptions["5b"].one.conv.weight.grad.clone()
    network.zero_grad()
    helped_cross_entropy(network, batch)["loss"].backward()
    assert all(p.grad is not None and p.grad.any() for p in network.helpers.parameters())
    assert not torch.allclose(network.inceptions["3a"].one.conv.weight.grad, before)
    assert_close(network.inceptions["5b"].one.conv.weight.grad, last, rtol=1e-4, atol=1e-6)  # above the helpers nothing changes
