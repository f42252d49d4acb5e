"""What is particular to networks that read patches: Vision Transformer and Mixer."""

import torch
from torch import nn
from torch.testing import assert_close

from profundo import recipes
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.dense.mixer import MixerConfig

SMALL = {"classes": 10, "size": 16, "patch": 4, "depth": 2, "width": 16}


def parameters(name):
    with torch.device("meta"):
        return sum(p.numel() for p in recipes.load(name).network.build().parameters())


def dense(inputs, outputs):
    return inputs * outputs + outputs


def test_the_published_sizes_counted_by_hand():
    patches = 3 * 4 * 4
    block = dense(384, 3 * 384) + dense(384, 384) + 2 * dense(384, 384) + 2 * 2 * 384  # attention, MLP, norms
    ends = dense(patches, 384) + 384 + 65 * 384 + 2 * 384 + dense(384, 10)  # patches, token, positions, norm, head
    assert parameters("vit") == 7 * block + ends == 6_268_810  # "6.3 M"

    block = dense(64, 512) + dense(512, 64) + dense(128, 64) + dense(64, 128) + 2 * 2 * 128
    assert parameters("mixer") == 8 * block + dense(patches, 128) + 2 * 128 + dense(128, 10) == 673_418  # "0.67 M"


def test_the_small_one_has_a_million_weights():
    assert parameters("vit_small") == 1_007_626


def shuffled_patches(x, order, patch=4):
    """The pictures with their patches in another order."""
    columns = nn.functional.unfold(x, patch, stride=patch)  # (B, C patch^2, P)
    return nn.functional.fold(columns[..., order], x.shape[-2:], patch, stride=patch)


@torch.no_grad()
def test_without_positions_a_picture_is_a_bag_of_patches():
    """Attention does not know where a patch lies; only what is added to it says so."""
    torch.manual_seed(0)
    x, order = torch.randn(3, 3, 16, 16), torch.randperm(16)
    for token in (True, False):
        network = VisionTransformerConfig(**SMALL, heads=2, hidden=32, token=token).build().eval()
        network.positions.normal_()
        assert not torch.allclose(network(x), network(shuffled_patches(x, order)), rtol=1e-3, atol=1e-5)
        network.positions.zero_()
        assert_close(network(x), network(shuffled_patches(x, order)))


@torch.no_grad()
def test_a_mixer_knows_places_without_positions():
    torch.manual_seed(0)
    x, order = torch.randn(3, 3, 16, 16), torch.randperm(16)
    network = MixerConfig(**SMALL, tokens_hidden=8, channels_hidden=32).build().eval()
    assert not torch.allclose(network(x), network(shuffled_patches(x, order)), rtol=1e-3, atol=1e-5)


@torch.no_grad()
def test_a_patch_is_read_by_one_dense_layer():
    network = VisionTransformerConfig(**SMALL, heads=2, hidden=32).build()
    x = torch.randn(2, 3, 16, 16)
    columns = nn.functional.unfold(x, 4, stride=4).transpose(1, 2)  # (B, P, C patch^2)
    as_dense = columns @ network.patches.weight.flatten(1).T + network.patches.bias
    assert_close(network.embed(x)[:, 1:], as_dense + network.positions[:, 1:])


def test_at_first_all_classes_are_nearly_alike():
    torch.manual_seed(0)
    x, y = torch.randn(64, 3, 16, 16), torch.arange(64) % 10
    for config in (
        VisionTransformerConfig(**SMALL, heads=2, hidden=32),
        MixerConfig(**SMALL, tokens_hidden=8, channels_hidden=32),
    ):
        loss = nn.functional.cross_entropy(config.build()(x), y)
        assert abs(loss.item() - 2.3026) < 0.02
