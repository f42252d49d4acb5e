"""The two players by hand: their sizes, their noise, the maxout, and who sees what."""

import math

import pytest
import torch
from torch.testing import assert_close

from profundo.networks.dense.maxout import Maxout
from profundo.networks.generative.gan import GANConfig


def small(**changes):
    return GANConfig(**{"size": 6, "noise": 3, "rectifiers": 8, "maxouts": 5, "pieces": 2} | changes).build()


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_counted_by_hand():
    gan = GANConfig().build()
    assert count(gan.generator) == 121_200 + 1_441_200 + 941_584  # 101 x 1200, 1201 x 1200, 1201 x 784
    assert count(gan.discriminator) == 942_000 + 289_200 + 241  # 785 x 240 x 5, 241 x 240 x 5, 241
    assert count(gan) == 3_735_425


def test_maxout_is_the_largest_of_its_pieces():
    layer = Maxout(1, units=2, pieces=3)
    with torch.no_grad():  # pieces one after the other, each with two units: |x| + 0 and max(x, 1, -3)
        layer.linear.weight.copy_(torch.tensor([[1.0], [1.0], [-1.0], [0.0], [0.0], [0.0]]))
        layer.linear.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 1.0, -5.0, -3.0]))
    assert_close(layer(torch.tensor([[2.0], [-4.0]])), torch.tensor([[2.0, 2.0], [4.0, 1.0]]))


def test_a_maxout_of_one_piece_is_a_linear_layer():
    layer, x = Maxout(4, units=3, pieces=1), torch.randn(2, 4)
    assert_close(layer(x), layer.linear(x))


def test_noise_is_uniform_with_mean_0_and_variance_1():
    z = small().noise(20_000)
    assert z.shape == (20_000, 3)
    assert z.abs().max() <= math.sqrt(3)
    assert abs(z.mean()) < 0.02
    assert abs(z.var() - 1) < 0.02
    assert abs(z.pow(4).mean() - 9 / 5) < 0.03  # of the uniform on +- sqrt 3; a normal's would be 3


def test_a_sample_is_a_function_of_weights_and_generator():
    gan = small()
    first, again = (gan.sample(5, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, gan.sample(5, torch.Generator().manual_seed(2)))
    assert first.shape == (5, 1, 6, 6)
    assert 0 < first.min() < first.max() < 1


def test_calling_the_network_generates():
    gan = small(channels=3)
    z = gan.noise(2)
    assert torch.equal(gan(z), gan.generator(z))
    assert gan(z).shape == (2, 3, 6, 6)
    assert gan.discriminator(gan(z)).shape == (2,)


def test_only_a_learning_discriminator_is_blindfolded():
    gan, x = small(maxouts=50), torch.rand(4, 1, 6, 6)
    D = gan.discriminator
    assert not torch.equal(D(x), D(x))
    D.eval()
    assert torch.equal(D(x), D(x))


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        GANConfig(pieces=0)
    with pytest.raises(ValueError, match="shares"):
        GANConfig(dropout=1.0)
