"""With torchvision's weights under our names, our networks give torchvision's logits. The weights are random ones."""

import re

import pytest
import torch
from torch import nn

from profundo.networks.attention import vision_transformer
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.convolutional import googlenet, mobilenet, resnet
from profundo.networks.convolutional.googlenet import GoogLeNetConfig
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.networks.convolutional.vgg import VGGConfig
from profundo.networks.dense.mixer import MixerConfig

SMALL_VIT = {"patch_size": 16, "num_layers": 2, "num_heads": 4, "hidden_dim": 64, "mlp_dim": 128, "num_classes": 10}
PAIRS = {
    "resnet18": (ResNetConfig(depth=18, classes=10), "resnet18", {"num_classes": 10}, resnet.KEYS, 64),
    "resnet50": (ResNetConfig(depth=50, classes=10), "resnet50", {"num_classes": 10}, resnet.KEYS, 64),
    "mobilenet": (MobileNetConfig(), "mobilenet_v2", {}, mobilenet.KEYS, 96),
    "mobilenet, narrow": (MobileNetConfig(width=0.35), "mobilenet_v2", {"width_mult": 0.35}, mobilenet.KEYS, 96),
    "googlenet": (GoogLeNetConfig(five=3), "googlenet", {"aux_logits": True, "init_weights": False}, googlenet.KEYS, 128),
    "vision transformer": (
        VisionTransformerConfig(size=64, depth=2, width=64, heads=4, hidden=128, classes=10),
        "VisionTransformer",
        {"image_size": 64, **SMALL_VIT},
        vision_transformer.KEYS,
        64,
    ),
}


def pair(name, torchvision):
    """Our network and torchvision's, with the same random weights and statistics, listening."""
    config, builder, arguments, keys, size = PAIRS[name]
    theirs, ours = getattr(torchvision.models, builder)(**arguments), config.build()
    for weight in [*theirs.parameters(), *theirs.buffers()]:
        if weight.ndim and (weight.ndim == 1 or not weight.any()):  # biases, batch norms and heads of zeros hide a wrong name
            weight.data.uniform_(0.5, 1.5)
    weights = {}
    for key, weight in theirs.state_dict().items():
        for old, new in keys:
            key = re.sub(old, new, key)
        weights[key] = weight
    ours.load_state_dict(weights)
    return ours.eval(), theirs.eval(), torch.randn(2, 3, size, size)


@pytest.mark.parametrize("name", PAIRS)
@torch.no_grad()
def test_the_same_logits(name, torchvision):
    torch.manual_seed(0)
    ours, theirs, x = pair(name, torchvision)
    expected = theirs(x)
    assert expected.std() > 0
    torch.testing.assert_close(ours(x), expected, rtol=1e-5, atol=1e-5 * float(expected.abs().max()))


@torch.no_grad()
def test_googlenets_helpers_answer_as_torchvisions(torchvision):
    torch.manual_seed(0)
    ours, theirs, x = pair("googlenet", torchvision)
    theirs.train()
    ours.train()
    for layer in [*ours.modules(), *theirs.modules()]:
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    logits, second, first = theirs(x)
    for mine, yours in zip(ours(x, helped=True), (logits, first, second), strict=True):
        torch.testing.assert_close(mine, yours, rtol=1e-4, atol=1e-5 * float(yours.abs().max()))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (ResNetConfig(depth=20), 269_722),  # 0.27 M in table 6
        (ResNetConfig(depth=56), 853_018),  # 0.85 M
        (ResNetConfig(depth=110), 1_727_962),  # 1.7 M
        (ResNetConfig(depth=50, classes=1000), 25_557_032),
        (VGGConfig(), 138_357_544),  # 138 M in table 2
        (VisionTransformerConfig(), 86_567_656),  # 86 M in table 1
        (MixerConfig(), 18_528_264),  # 18 M in table 1
    ],
)
def test_as_many_weights_as_the_paper_says(config, expected):
    with torch.device("meta"):
        assert sum(p.numel() for p in config.build().parameters()) == expected


@torch.no_grad()
def test_vggs_convolutions_see_what_torchvisions_see(torchvision):
    theirs, ours = torchvision.models.vgg11_bn().eval(), VGGConfig(depth=11, batch_norm=True, hidden=0, size=64).build().eval()
    ours.features.load_state_dict(theirs.features.state_dict())
    x = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(ours.features(x), theirs.features(x))


def test_googlenet_has_an_eighth_of_alexnets_weights():
    """7.0 million, helpers left out, of 61.0 (a twelfth, says the paper)."""
    with torch.device("meta"):
        network = GoogLeNetConfig(batch_norm=False).build()
    own = sum(p.numel() for name, p in network.named_parameters() if not name.startswith("helpers"))
    assert own == 6_998_552


def test_the_plain_twin_has_the_same_layers_and_adds_nothing():
    plain, residual = ResNetConfig(shortcuts=False).build(), ResNetConfig().build()
    assert [p.shape for p in plain.parameters()] == [p.shape for p in residual.parameters()]
    for network in (plain, residual):
        for block in network.modules():
            if isinstance(block, resnet.Residual):
                nn.init.zeros_(block.f[-1].weight)
    x = torch.randn(2, 3, 32, 32)
    assert not plain.eval().stage3(plain.stage2(plain.stage1(plain.stem(x)))).any()
    seen = residual.eval().stem(x)
    assert torch.equal(residual.stage1(seen), seen)  # a residual block that adds nothing is the identity


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (lambda: ResNetConfig(depth=21), "6n \\+ 2"),
        (lambda: VGGConfig(depth=12), "11, 13, 16, 19"),
        (lambda: VGGConfig(size=16), "32 x 32"),
        (lambda: VisionTransformerConfig(size=30, patch=4), "patches of 4"),
        (lambda: VisionTransformerConfig(width=100, heads=12), "12 heads"),
        (lambda: MixerConfig(size=30, patch=4), "patches of 4"),
        (lambda: GoogLeNetConfig(size=16), "24 x 24"),
        (lambda: MobileNetConfig(stride=3), "1 or 2"),
    ],
)
def test_what_cannot_be_built(config, why):
    with pytest.raises(ValueError, match=why):
        config()
