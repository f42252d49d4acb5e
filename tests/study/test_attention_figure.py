"""Where a network of patches looks."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo import recipes
from profundo.networks.attention.multi_head import MultiHeadAttention
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.dense.mixer import MixerConfig
from profundo.options import override
from profundo.run import Run
from profundo.study import attention_figure
from profundo.study.attention_figure import distances, similarity
from profundo.study.explaining.rollout import flow
from profundo.study.report import Page
from profundo.training.train import train

TINY = VisionTransformerConfig(classes=10, size=16, patch=4, depth=3, width=16, heads=2, hidden=32)


def test_the_weights_written_out_give_what_the_fused_attention_gives():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(16, 4), torch.randn(3, 7, 16)
    _q, _k, v = attention.project(x)
    spelt = attention.out((attention.weights(x) @ v).transpose(1, 2).flatten(2))
    assert_close(spelt, attention(x))
    assert_close(attention.weights(x).sum(-1), torch.ones(3, 4, 7))


def test_attention_equals_torchs_multi_head_attention():
    torch.manual_seed(0)
    ours, theirs = MultiHeadAttention(16, 4), nn.MultiheadAttention(16, 4, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.qkv.weight.data, ours.qkv.bias.data
    theirs.out_proj.load_state_dict(ours.out.state_dict())
    x = torch.randn(3, 7, 16)
    said, weights = theirs(x, x, x, average_attn_weights=False)
    assert_close(ours(x), said)
    assert_close(ours.weights(x), weights)


@torch.no_grad()
def test_every_block_is_looked_at_with_what_it_really_reads():
    torch.manual_seed(0)
    network = TINY.build().eval()
    x = torch.randn(2, 3, 16, 16)
    maps = network.attention(x)
    assert maps.shape == (3, 2, 2, 17, 17)
    read = []
    handle = network.blocks[2].attention.register_forward_pre_hook(lambda _m, inputs: read.append(inputs[0]))
    network(x)
    handle.remove()
    assert_close(maps[2], network.blocks[2].attention.weights(read[0]))


def test_rollout_by_hand():
    """Two tokens, one head. Block 1: token 0 takes all of token 1; block 2: each keeps its own."""
    first, second = torch.tensor([[0.0, 1.0], [0.0, 1.0]]), torch.eye(2)
    maps = torch.stack([first, second])[:, None, None]
    assert_close(flow(maps), torch.tensor([[[0.5, 0.5], [0.0, 1.0]]]))
    random = torch.rand(4, 2, 3, 5, 5).softmax(-1)
    assert_close(flow(random).sum(-1), torch.ones(2, 5))


def test_the_order_of_the_blocks_counts_in_rollout():
    one, two = torch.rand(2, 1, 1, 3, 3).softmax(-1)
    later_first = (0.5 * two[0, 0] + 0.5 * torch.eye(3)) @ (0.5 * one[0, 0] + 0.5 * torch.eye(3))
    assert_close(flow(torch.stack([one, two]))[0], later_first)


def test_distances_by_hand():
    """Four patches of 4 pixels in a square: a head that looks at itself reaches 0, an even one (0 + 4 + 4 + 4 sqrt 2) / 4."""
    itself, even = torch.eye(4), torch.full((4, 4), 0.25)
    maps = torch.stack([itself, even])[None, None]  # one block, one picture, two heads
    assert_close(distances(maps, side=2, patch=4), torch.tensor([[0.0, 2 + math.sqrt(2)]]))


def test_the_class_token_is_left_out_of_distances():
    even = torch.full((1, 1, 1, 5, 5), 0.2)
    assert_close(distances(even, side=2, patch=4), torch.tensor([[2 + math.sqrt(2)]]))


def test_similarity_sees_patches_only():
    network = TINY.build()
    with torch.no_grad():
        network.positions[0, 0] = 100.0  # of the class token
        network.positions[0, 5] = 2 * network.positions[0, 9]
    alike = similarity(network)
    assert alike.shape == (16, 16)
    assert_close(alike.diagonal(), torch.ones(16))
    assert_close(alike[4, 8].item(), 1.0)


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_transformers_figure(token, channels):
    torch.manual_seed(0)
    config = VisionTransformerConfig(
        channels=channels, classes=10, size=16, patch=4, depth=2, width=16, heads=2, hidden=32, token=token
    )
    drawing, words = attention_figure.transformer(config.build().eval(), torch.randn(3, channels, 16, 16))
    assert drawing.svg().count("<image") == (6 if token else 0) + 1
    assert "block" in words


def test_the_mixers_figure():
    config = MixerConfig(size=16, patch=4, depth=2, width=8, tokens_hidden=10, channels_hidden=8)
    drawing, _words = attention_figure.mixer(config.build())
    assert drawing.svg().count("<image") == 2


@pytest.mark.parametrize("name", ["vit_small", "mixer"])
def test_a_report_shows_where_a_network_of_patches_looks(name):
    recipe, run = recipes.load(name), Run("run")
    recipe = override(recipe, recipe.quick | {"data.limit": 100, "rule.epochs": 1})
    for _step in train(recipe, run):
        pass
    page = Page(recipe, run, "cpu")
    page.keep_if("patches", page.patches())
    assert 5_000 < (run.path / "figures/patches.svg").stat().st_size < 120_000


def test_other_networks_have_no_such_figure():
    recipe = recipes.load("mlp")
    assert Page(recipe, Run("run"), "cpu").patches() is None
