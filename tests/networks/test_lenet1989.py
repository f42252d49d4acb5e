"""The 1989 network by hand: every number that the paper gives, the wiring, the edge, and that it learns."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from profundo import recipes
from profundo.networks.convolutional.lenet1989 import WIRING, LeNet1989Config
from profundo.options import override
from profundo.run import Run
from profundo.training.objectives import squared_error_to_codes
from profundo.training.optimizers import SGD
from profundo.training.train import train


@pytest.fixture
def network():
    torch.manual_seed(0)
    return LeNet1989Config().build()


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_are_the_papers_layer_by_layer(network):
    assert count(network.H1) == 12 * 25 + 768 == 1068
    assert count(network.H2) == 12 * 8 * 25 + 192 == 2592
    assert count(network.H3) == 192 * 30 + 30 == 5790
    assert count(network.output) == 30 * 10 + 10 == 310
    assert count(network) == 9760


def test_it_is_the_convolution_of_three_groups(network):
    """Against torch's own convolution, one call for each group of H2."""
    x = torch.rand(3, 1, 16, 16) * 2 - 1
    H1, H2 = network.H1, network.H2
    h1 = torch.tanh(F.conv2d(F.pad(x, (2, 2, 2, 2), value=-1.0), H1.weight.view(12, 1, 5, 5), stride=2) + H1.bias)
    assert_close(H1(x), h1)
    parts = [h1[:, :8], h1[:, 4:], torch.cat([h1[:, :4], h1[:, 8:]], 1)]
    maps = [
        F.conv2d(F.pad(part, (2, 2, 2, 2), value=-1.0), weight.view(4, 8, 5, 5), stride=2)
        for part, weight in zip(parts, H2.weight, strict=True)
    ]
    h2 = torch.tanh(torch.cat(maps, 1) + H2.bias)
    outputs = torch.tanh(network.output(torch.tanh(network.H3(h2.flatten(1)))))
    assert_close(network(x), outputs)


def test_every_map_of_H2_sees_eight_of_twelve_and_every_map_of_H1_is_seen_alike(network):
    h1 = torch.randn(1, 12, 8, 8, requires_grad=True)
    h2 = network.H2(h1[:, network.wiring])
    sees = torch.stack(
        [torch.autograd.grad(h2[0, m].sum(), h1, retain_graph=True)[0][0].abs().sum((1, 2)) > 0 for m in range(12)]
    )
    assert sees.sum(1).tolist() == [8] * 12
    assert sees.sum(0).tolist() == [8] * 12
    groups = [set(WIRING[k : k + 8]) for k in (0, 8, 16)]
    assert sees[0].nonzero().flatten().tolist() == sorted(groups[0])
    assert [len(a & b) for a, b in zip(groups, groups[1:] + groups[:1], strict=True)] == [4, 4, 4]


def test_beyond_the_edge_lies_ground(network):
    """A picture of nothing but ground looks the same everywhere to a map without its biases."""
    blank = torch.full((1, 1, 16, 16), -1.0)
    before = torch.atanh(network.H1(blank)) - network.H1.bias
    assert_close(before, before[..., :1, :1].expand_as(before), rtol=1e-3, atol=1e-5)


def test_units_of_a_map_have_biases_of_their_own(network):
    with torch.no_grad():
        network.H1.bias[3, 2, 5] += 1.0
    blank = torch.full((1, 1, 16, 16), -1.0)
    changed = (network.H1(blank)[0] - torch.tanh(torch.atanh(network.H1(blank)[0]) - network.H1.bias)).abs() > 1e-4
    assert changed.nonzero().tolist() == [[3, 2, 5]]


def test_initial_weights_are_as_wide_as_the_fan_in_asks(network):
    for layer, fan_in in ((network.H1, 25), (network.H2, 200), (network.H3, 192), (network.output, 30)):
        bound = 2.4 / fan_in**0.5
        assert 0.9 * bound < layer.weight.abs().max() <= bound
    assert torch.equal(network.output.bias, torch.full((10,), -1.0))


def test_outputs_stay_between_the_codes(network):
    assert network(torch.randn(5, 1, 16, 16) * 100).abs().max() <= 1


def test_other_pictures_are_refused():
    with pytest.raises(ValueError, match="16 x 16"):
        LeNet1989Config(size=28)


def test_learns_eight_digits_by_heart(network):
    x, y = torch.rand(8, 1, 16, 16) * 2 - 1, torch.arange(8)
    optimizer = SGD().build(network)
    for _step in range(300):
        values = squared_error_to_codes(network, (x, y))
        values["loss"].backward()
        optimizer.step(0.2)
    assert values["error"] == 0
    assert values["loss"] < 0.01


def test_reads_nine_digits_in_ten_after_a_short_run(tmp_path):
    """Mini-batches instead of single digits, so that it takes seconds."""
    recipe = override(recipes.load("lenet1989"), {"data.train": 4000, "data.dev": 1000, "rule.epochs": 7, "rule.batch_size": 16})
    recipe = replace(recipe, rule=replace(recipe.rule, optimizer=SGD(lr=0.4)))
    errors = [s.values["dev_error"] for s in train(recipe, Run(tmp_path)) if "dev_error" in s.values]
    assert min(errors) < 0.08
