"""Looking inside: each method equals captum's where captum has it, and facts worked out by hand."""

import pytest
import torch
import torch.nn.functional as F

from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.convolutional.lenet import LeNetConfig
from profundo.networks.convolutional.lenet1989 import LeNet1989Config
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.networks.dense.mixer import MixerConfig
from profundo.networks.dense.softmax_regression import SoftmaxRegressionConfig
from profundo.study.explaining.filters import feature_maps, filters, strongest
from profundo.study.explaining.gradcam import grad_cam
from profundo.study.explaining.integrated import integrated_gradients
from profundo.study.explaining.maximisation import maximise, octaves
from profundo.study.explaining.occlusion import occlusion
from profundo.study.explaining.rollout import rollout
from profundo.study.explaining.saliency import saliency
from profundo.study.explaining.sanity import likeness, shuffled
from profundo.study.explaining.watching import last_maps, map_layers

BLACK, WHITE = torch.zeros(1, 1, 1), torch.ones(1, 1, 1)


@pytest.fixture(scope="module")
def lenet():
    torch.manual_seed(0)
    return LeNetConfig(channels=3).build().eval()


@pytest.fixture(scope="module")
def photo():
    return torch.randn(1, 3, 28, 28, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def linear():
    """S_k = W_k x + b_k."""
    torch.manual_seed(2)
    network = SoftmaxRegressionConfig(features=64, classes=3).build()
    torch.nn.init.normal_(network.linear.weight)
    return network


# equal to captum's


@pytest.fixture(scope="module")
def captum():
    return pytest.importorskip("captum.attr")


def test_saliency_is_captums(captum, lenet, photo):
    reference = captum.Saliency(lenet).attribute(photo.clone().requires_grad_(), target=4)[0].amax(0)
    torch.testing.assert_close(saliency(lenet, photo, 4), reference)


def test_integrated_gradients_are_captums(captum, lenet, photo):
    start = torch.zeros_like(photo)
    reference = captum.IntegratedGradients(lenet).attribute(photo, start, target=4, n_steps=100)[0]
    torch.testing.assert_close(integrated_gradients(lenet, photo, 4, start, 1e-5).shares, reference, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("layer", ["features.1", "features.4"])
def test_grad_cam_is_captums(captum, lenet, photo, layer):
    method = captum.LayerGradCam(lenet, lenet.get_submodule(layer))
    reference = method.attribute(photo, target=4, relu_attributions=True)
    reference = F.interpolate(reference, (28, 28), mode="bilinear")[0, 0].detach()
    assert reference.any()
    torch.testing.assert_close(grad_cam(lenet, photo, 4, layer), reference)


def test_occlusion_is_captums(captum, lenet, photo):
    mean = photo.mean((2, 3), keepdim=True).expand_as(photo)
    reference = captum.Occlusion(lenet).attribute(photo, (3, 6, 6), strides=(3, 2, 2), baselines=mean, target=4)[0, 0]
    torch.testing.assert_close(occlusion(lenet, photo, 4, window=6, stride=2).falls, reference, atol=1e-5, rtol=1e-4)


# by hand


def test_of_a_linear_network_the_gradient_is_its_weights_and_the_shares_are_their_products(linear):
    x, start = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(3)), torch.full((1, 1, 8, 8), -0.5)
    W = linear.linear.weight[2].detach().view(1, 8, 8)
    torch.testing.assert_close(saliency(linear, x, 2), W[0].abs())
    found = integrated_gradients(linear, x, 2, start)
    torch.testing.assert_close(found.shares, W * (x - start)[0])
    assert abs(found.gap) < 1e-5


def test_of_a_linear_network_a_square_costs_what_lies_under_it(linear):
    x = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(3))
    cost = linear.linear.weight[2].detach().view(8, 8) * (x - x.mean())[0, 0]
    found = occlusion(linear, x, 2, window=4, stride=4)
    expected = F.avg_pool2d(cost[None, None], 4)[0, 0] * 16  # four squares that do not overlap
    torch.testing.assert_close(found.falls, expected.repeat_interleave(4, 0).repeat_interleave(4, 1), atol=1e-5, rtol=1e-4)
    assert found.worst == tuple(4 * place for place in divmod(int(expected.argmax()), 2))


def test_squares_reach_every_pixel_where_the_stride_does_not_fit(linear):
    x = torch.randn(1, 1, 8, 8)
    assert occlusion(linear, x, 0, window=3, stride=2).falls.isfinite().all()


@pytest.mark.parametrize(
    "config", [LeNetConfig(channels=3, size=32), ResNetConfig(depth=8), MobileNetConfig(width=0.35, stride=1)]
)
def test_shares_add_up_to_the_score(config):
    torch.manual_seed(4)
    network, x = config.build().eval(), torch.randn(1, 3, 32, 32)
    start = torch.full_like(x, -1.0)
    found = integrated_gradients(network, x, 1, start, tolerance=1e-3)
    with torch.no_grad():
        difference = (network(x) - network(start))[0, 1].item()
    assert found.shares.sum().item() == pytest.approx(difference, abs=1e-3 * max(1.0, abs(difference)) + 1e-5)


def test_even_attention_gives_every_patch_as_much():
    """Queries of 0 attend evenly: A = 1 / T, and after one block (A + I) / 2 leaves 1 / 2T for each patch."""
    network = VisionTransformerConfig(classes=3, size=8, patch=4, depth=1, width=8, heads=2, hidden=8).build().eval()
    torch.nn.init.zeros_(network.blocks[0].attention.qkv.weight)
    torch.testing.assert_close(rollout(network, torch.randn(1, 3, 8, 8)), torch.full((8, 8), 1 / 10))  # T = 4 patches and 1


def test_what_a_linear_network_likes_best_has_the_signs_of_its_weights(linear):
    image, probability = maximise(linear, 1, BLACK, WHITE, 8, decay=0.0, blur=1000)
    assert probability > 0.99
    W = linear.linear.weight[1].view(8, 8)
    clear = W.abs() > 1
    assert ((image[0] > 0.5) == (W > 0))[clear].float().mean() > 0.8  # the jitter blurs a network that does not know it


def test_octaves_end_with_the_picture_itself_unless_it_is_large():
    assert octaves(28) == [7, 14, 28]
    assert octaves(224) == [28, 56, 112]
    assert octaves(16) == [8, 16]
    assert octaves(4) == [4]
    assert octaves(300) == [18, 37, 75]


# layers


@pytest.mark.parametrize(
    ("config", "first", "last"),
    [
        (LeNetConfig(channels=3, size=32), "features.0", "features.4"),  # the second tanh, before the pool
        (ResNetConfig(depth=8), "stem.0", "stage3"),
        (MobileNetConfig(width=0.35), "features.0.conv", "features"),
    ],
)
def test_layers_with_maps(config, first, last):
    network, x = config.build().eval(), torch.randn(1, 3, 32, 32)
    assert map_layers(network, x)[0] == first
    assert last_maps(network, x) == last


def test_windows_that_are_no_torch_convolutions_are_found_too():
    network = LeNet1989Config().build().eval()
    assert map_layers(network, torch.zeros(1, 1, 16, 16)) == ["H1", "H2"]


def test_patches_are_no_convolution():
    for config in (MixerConfig(classes=3, size=8, patch=4, depth=1, width=8), VisionTransformerConfig(size=8, patch=4, depth=1)):
        assert last_maps(config.build().eval(), torch.zeros(1, 3, 8, 8)) is None


def test_filters_are_the_first_weights_the_longest_first(lenet, photo, linear):
    kernels = lenet.features[0].weight.detach()
    assert filters(lenet, photo).shape == (6, 3, 5, 5)
    torch.testing.assert_close(filters(lenet, photo, 1)[0], kernels[kernels.flatten(1).norm(dim=1).argmax()])
    rows = filters(linear, torch.zeros(1, 1, 8, 8))
    assert sorted(rows[:, 0, 0, 0].tolist()) == sorted(linear.linear.weight[:, 0].tolist())
    assert filters(LeNet1989Config().build(), torch.zeros(1, 1, 16, 16)) is None


def test_feature_maps_are_what_the_layer_says(lenet, photo):
    with torch.no_grad():
        said = lenet.features[:2](photo)[0]
    torch.testing.assert_close(feature_maps(lenet, photo, "features.1"), strongest(said, 12))


# sanity


def test_shuffling_keeps_every_number_and_leaves_the_network_alone(lenet):
    before = lenet.features[0].weight.detach().clone()
    other = shuffled(lenet)
    assert torch.equal(lenet.features[0].weight, before)
    assert not torch.equal(other.features[0].weight, before)
    assert torch.equal(other.features[0].weight.flatten().sort().values, before.flatten().sort().values)


def test_likeness_is_spearmans(lenet):
    from scipy.stats import spearmanr

    a, b = torch.randn(2, 9, 9, generator=torch.Generator().manual_seed(5))
    b = (b + a).round()  # ties
    assert likeness(a, b) == pytest.approx(spearmanr(a.flatten(), b.flatten()).statistic)
    assert likeness(a, a.exp()) == pytest.approx(1)
    assert likeness(a, torch.zeros(9, 9)) == 0
