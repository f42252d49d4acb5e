import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo.networks.convolutional.alexnet import AlexNetConfig, ResponseNorm, SmallAlexNetConfig
from profundo.study.layers import layers


@pytest.fixture(scope="module")
def original():
    torch.manual_seed(0)
    return AlexNetConfig().build().eval()


def convolution(maps, of, side):
    return maps * (of * side * side + 1)


def test_parameters_counted_by_hand(original):
    c1, c2, c3 = convolution(96, 3, 11), convolution(256, 96 // 2, 5), convolution(384, 256, 3)
    c4, c5 = convolution(384, 384 // 2, 3), convolution(256, 384 // 2, 3)
    f6, f7, f8 = 4096 * (256 * 6 * 6 + 1), 4096 * (4096 + 1), 1000 * (4096 + 1)
    assert (c1, c2, c3, c4, c5) == (34_944, 307_456, 885_120, 663_936, 442_624)
    assert sum(p.numel() for p in original.parameters()) == c1 + c2 + c3 + c4 + c5 + f6 + f7 + f8 == 60_965_224


def test_multiply_adds_and_shapes_of_the_paper(original):
    table = layers(original, torch.zeros(1, 3, 224, 224))
    convolutions = [layer for layer in table if layer.kind == "Conv2d"]
    assert [layer.shape for layer in convolutions] == [
        (96, 55, 55), (256, 27, 27), (384, 13, 13), (384, 13, 13), (256, 13, 13)
    ]  # fmt: skip
    assert convolutions[1].flops == 2 * 256 * 27 * 27 * 48 * 25  # half of the 96 maps
    assert sum(layer.flops for layer in table) / 2 == pytest.approx(0.72e9, rel=0.03)


def test_response_normalisation_is_the_formula():
    a = torch.randn(2, 7, 3, 4).relu() * 30
    b = ResponseNorm()(a)
    around = (a[0, 1:6, 1, 2] ** 2).sum()  # maps 1 to 5 around map 3
    assert_close(b[0, 3, 1, 2], a[0, 3, 1, 2] / (2 + 1e-4 * around) ** 0.75)
    assert_close(b, nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)(a))  # PyTorch's alpha is shared among the five


def test_the_towers_meet_in_c3_only(original):
    c2, c3, c4, c5 = (layer for layer in original.features if isinstance(layer, nn.Conv2d) and layer.in_channels > 3)
    for layer, apart in ((c2, True), (c3, False), (c4, True), (c5, True)):
        x = torch.zeros(1, layer.in_channels, 5, 5)
        x[:, : layer.in_channels // 2] = 1  # only the first board sees anything
        second = layer(x)[:, layer.out_channels // 2 :] - layer.bias[layer.out_channels // 2 :, None, None]
        assert (second.abs().max() < 1e-6) == apart


def test_dropout_is_for_training_only(original):
    x = torch.randn(1, 3, 224, 224)
    assert_close(original(x), original(x), rtol=0, atol=0)
    twin = AlexNetConfig(classes=3, size=63, dropout=0.5).build().train()
    small = torch.randn(1, 3, 63, 63)
    assert not torch.equal(twin(small), twin(small))


@pytest.mark.parametrize(("channels", "size", "classes"), [(1, 63, 2), (3, 96, 10)])
def test_other_pictures(channels, size, classes):
    network = AlexNetConfig(channels, classes, size).build()
    assert network(torch.randn(2, channels, size, size)).shape == (2, classes)


@pytest.mark.parametrize(("change", "why"), [({"size": 62}, "at least 63 x 63"), ({"dropout": 1.0}, "dropout")])
def test_what_is_refused(change, why):
    with pytest.raises(ValueError, match=why):
        AlexNetConfig(**change)


def test_the_small_ones_parameters_are_those_of_zhangs_table():
    small = SmallAlexNetConfig().build()
    dense = 384 * (64 * 7 * 7 + 1) + 192 * (384 + 1) + 10 * (192 + 1)
    assert sum(p.numel() for p in small.parameters()) == convolution(64, 3, 5) + convolution(64, 64, 5) + dense == 1_387_786


@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 32), (3, 33), (1, 2)])
def test_the_small_one_reads_any_picture(channels, size):
    assert SmallAlexNetConfig(channels, 4, size).build()(torch.randn(2, channels, size, size)).shape == (2, 4)
    with pytest.raises(ValueError, match="2 x 2"):
        SmallAlexNetConfig(size=1)
