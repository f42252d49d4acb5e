"""Weights of others: read safely, renamed, checked key by key; what does not fit is told by its first key."""

import pickle

import pytest
import torch
from safetensors.torch import save_file

from profundo.core import UserError
from profundo.networks.attention.bert import BertConfig
from profundo.networks.attention.gpt import GPTConfig
from profundo.networks.attention.llama import LlamaConfig
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.networks.dense.mixer import MixerConfig
from profundo.networks.dense.mlp import MLPConfig
from profundo.training.checkpoints import alike, classes, difference, fill, head, likely, outline, read, renamed
from profundo.training.published import PUBLISHED

KNOWN = {one.name: one.network for one in PUBLISHED.values()}
BUILDERS = {"mobilenet": "mobilenet_v2"}


def same(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(w, other[name]) for name, w in one.items())


@pytest.fixture
def weights():
    torch.manual_seed(0)
    return MLPConfig(8, (4,), 3).build().state_dict()


def test_both_kinds_of_file_and_what_scripts_wrap_around(weights):
    save_file(weights, "a.safetensors")
    torch.save(weights, "b.pth")
    torch.save({"epoch": 7, "optimizer": {"step": 3}, "state_dict": weights}, "c.pt")
    torch.save({"model": {"state_dict": {f"module.{name}": w for name, w in weights.items()}}}, "d.bin")
    for path in ("a.safetensors", "b.pth", "c.pt", "d.bin"):
        same(read(path), weights)


class Trap:
    """What runs code when a pickle is opened."""

    def __reduce__(self):
        return (open, ("sprung", "w"))


def test_a_file_that_wants_to_run_code_is_refused_and_does_not(tmp_path):
    torch.save({"weights": Trap()}, "trap.pth")
    (tmp_path / "bare.pth").write_bytes(pickle.dumps(Trap()))
    for path in ("trap.pth", "bare.pth"):
        with pytest.raises(UserError, match=r"ask for them as \.safetensors"):
            read(path)
    assert not (tmp_path / "sprung").exists()


def test_what_is_no_file_of_weights(weights, tmp_path):
    torch.save(weights, "whole.pth")
    (tmp_path / "cut.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:500])
    (tmp_path / "cut.safetensors").write_bytes(b"not weights")
    torch.save({"epoch": 3}, "numbers.pth")
    torch.save([torch.ones(2)], "list.pth")
    for path, why in {
        "cut.pth": "cannot|can be read",
        "cut.safetensors": "can be read",
        "numbers.pth": "no weights by name",
        "list.pth": "no weights by name",
        "nowhere.pth": "There is no file",
    }.items():
        with pytest.raises(UserError, match=why) as refusal:
            read(path)
        assert "\n" not in str(refusal.value)


def test_the_first_key_that_differs(weights):
    network = MLPConfig(8, (4,), 3).build()
    first, *_others, last = weights
    assert difference(weights, network) is None
    assert difference({name: w for name, w in weights.items() if name != first}, network) == f"{first} is missing"
    assert difference(weights | {last: torch.ones(5)}, network) == f"{last} is 5 and not 3"
    assert difference(weights | {first: torch.ones(4, 9)}, network) == f"{first} is 4 x 9 and not 4 x 8"
    assert difference(weights | {"extra": torch.ones(1)}, network) == "extra is one too many"


def test_batch_norms_counters_are_not_asked_for():
    network, old = ResNetConfig(depth=8).build(), ResNetConfig(depth=8).build().state_dict()
    old = {name: w for name, w in old.items() if "num_batches" not in name}
    assert difference(old, network) is None
    fill(network, old)
    same({name: w for name, w in network.state_dict().items() if "num_batches" not in name}, old)


@pytest.mark.parametrize("name", PUBLISHED)
def test_torchvisions_keys_are_ours_renamed(name, torchvision):
    with torch.device("meta"):
        theirs = getattr(torchvision.models, BUILDERS.get(name, name))().state_dict()
    config = PUBLISHED[name].network
    ours = renamed(theirs, config)
    assert difference(ours, outline(config)) is None
    assert classes(ours, outline(config)) == 1000
    assert likely(theirs, KNOWN) == (name, 1.0)
    assert likely(outline(config).state_dict(), KNOWN) == (name, 1.0), "our own names stay as they are"


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_address_is_torchvisions(name, torchvision):
    theirs = torchvision.models.get_model_weights(BUILDERS.get(name, name)).IMAGENET1K_V1
    archive = PUBLISHED[name].archive
    assert archive.sources[0].address == theirs.url
    assert archive.name.removesuffix(".pth").endswith(archive.sha256[:8])
    preset, data = theirs.transforms(), PUBLISHED[name].data
    assert (preset.crop_size, preset.resize_size) == ([data.size], [data.resize])


def test_how_alike_two_networks_are():
    """Of ResNet-8's and ResNet-14's layers without the head, those of the first block of each stage and the stem are shared."""
    here, there = (outline(ResNetConfig(depth=depth)).state_dict() for depth in (8, 14))
    shared = {name for name in here if not name.startswith("head.") and "num_batches" not in name}
    longer = {name for name in there if not name.startswith("head.") and "num_batches" not in name}
    assert alike(here, ResNetConfig(depth=14)) == len(shared) / len(longer)
    assert alike(here, MobileNetConfig()) == 0
    assert head(outline(ResNetConfig())) == "head"


def test_what_others_keep_apart_is_joined_and_what_they_turn_is_turned_back():
    bert = BertConfig(vocabulary=9, context=8, width=4, depth=1, heads=2, hidden=8)
    q, k, v = (n * torch.ones(4, 4) for n in (1, 2, 3))
    prefix = "bert.encoder.layer.0.attention.self"
    found = renamed({f"{prefix}.value.weight": v, f"{prefix}.query.weight": q, f"{prefix}.key.weight": k}, bert)
    assert list(found) == ["encoder.blocks.0.attention.qkv.weight"]
    assert found["encoder.blocks.0.attention.qkv.weight"][:, 0].tolist() == [1.0] * 4 + [2.0] * 4 + [3.0] * 4
    gpt, w = GPTConfig(vocabulary=9, context=8, depth=1, width=4, heads=2), torch.arange(48.0).view(4, 12)
    found = renamed({"h.0.attn.c_attn.weight": w, "lm_head.weight": torch.ones(9, 4)}, gpt)
    same(found, {"blocks.0.attention.qkv.weight": w.T})  # lm_head has no counterpart


def test_what_cannot_be_joined_is_named():
    config = LlamaConfig(vocabulary=9, context=8, depth=1, width=4, heads=2, key_heads=1, hidden=8)
    whole = {f"model.layers.0.self_attn.{part}_proj.weight": torch.ones(n, 4) for part, n in zip("qkv", (4, 2, 2), strict=True)}
    assert renamed(whole, config)["blocks.0.attention.qkv.weight"].shape == (8, 4)
    for damaged in (
        {name: w for name, w in whole.items() if "k_proj" not in name},
        whole | {"model.layers.0.self_attn.k_proj.weight": torch.ones(2, 5)},
    ):
        own = outline(config).state_dict()
        first = "blocks.0.attention.qkv.weight"
        rest = {name: w for name, w in own.items() if name != first}
        assert difference(rest | renamed(damaged, config), outline(config)) == f"{first} is missing"


TIMM = {
    "vision transformer": (
        VisionTransformerConfig(size=32, depth=2, width=16, heads=2, hidden=8),
        ("token", "cls_token"),
        ("positions", "pos_embed"),
        ("patches.", "patch_embed.proj."),
        (".attention.qkv.", ".attn.qkv."),
        (".attention.out.", ".attn.proj."),
        (".mlp.0.", ".mlp.fc1."),
        (".mlp.2.", ".mlp.fc2."),
    ),
    "mixer": (
        MixerConfig(size=32, depth=2, width=16, tokens_hidden=8, channels_hidden=8),
        ("patches.", "stem.proj."),
        (".tokens.0.", ".mlp_tokens.fc1."),
        (".tokens.2.", ".mlp_tokens.fc2."),
        (".channels.0.", ".mlp_channels.fc1."),
        (".channels.2.", ".mlp_channels.fc2."),
    ),
}
"""Our names and timm's, as timm 1.0.31 lists them; loaded so, its ViT-B/16, Mixer-S/16, ResNet-18 and -50 gave our bits."""


@pytest.mark.parametrize("name", TIMM)
def test_timms_keys_are_ours_renamed(name):
    config, *pairs = TIMM[name]
    own = config.build().state_dict()
    theirs = {}
    for key, w in own.items():
        for ours, other in pairs:
            key = key.replace(ours, other)
        theirs[key] = w
    assert not set(theirs) <= set(own)
    same(renamed(theirs, config), own)
