"""Our optimizers are torch.optim's, step by step."""

import copy

import pytest
import torch
from torch import nn

from profundo.training.optimizers import SGD, Adam, Weights

PAIRS = {
    "sgd": (SGD(0.01), lambda p: torch.optim.SGD(p, 0.01)),
    "momentum": (SGD(0.01, momentum=0.9), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)),
    "nesterov": (
        SGD(0.01, momentum=0.9, nesterov=True, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    "adam": (Adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
    "adamw": (Adam(0.01, weight_decay=0.1), lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
}


def network():
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(108, 2)).double()
    return layers.to(memory_format=torch.channels_last)


@pytest.mark.parametrize("name", PAIRS)
def test_equals_torch_over_100_steps(name):
    config, reference = PAIRS[name]
    ours, theirs = network(), network()
    optimizer, judge = config.build(ours), reference(theirs.parameters())
    torch.manual_seed(1)
    for _step in range(100):
        x = torch.randn(5, 2, 8, 8, dtype=torch.double)
        ours(x).square().mean().backward()
        optimizer.step(config.lr)
        judge.zero_grad()
        theirs(x).square().mean().backward()
        judge.step()
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-7, atol=1e-12)


def test_memory_comes_back():
    ours = network()
    optimizer = Adam(0.01).build(ours)
    x = torch.randn(5, 2, 8, 8, dtype=torch.double)
    for _step in range(3):
        ours(x).square().mean().backward()
        optimizer.step(0.01)
    twin = copy.deepcopy(ours)
    again = Adam(0.01).build(twin)
    again.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for net, opt in ((ours, optimizer), (twin, again)):
        net(x).square().mean().backward()
        opt.step(0.01)
    assert all(torch.equal(p, q) for p, q in zip(ours.parameters(), twin.parameters(), strict=True))


def test_clipping_is_torchs():
    ours, theirs = network(), network()
    weights = Weights(ours.parameters())
    x = torch.randn(5, 2, 8, 8, dtype=torch.double)
    for net in (ours, theirs):
        (100 * net(x)).square().mean().backward()
    weights.clip(0.5)
    nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)


def test_frozen_parameters_stay():
    net = network()
    net[0].requires_grad_(False)
    before = net[0].weight.clone()
    optimizer = Adam(0.1).build(net)
    net(torch.randn(2, 2, 8, 8, dtype=torch.double)).sum().backward()
    optimizer.step(0.1)
    assert torch.equal(net[0].weight, before)


def test_a_network_without_parameters_is_refused():
    with pytest.raises(ValueError, match="no parameter"):
        Weights(nn.Tanh().parameters())
