"""Language models that others have trained: read from folders and GGUF files written here, and equal to transformers'."""

import json
import struct
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo.core import UserError
from profundo.networks.attention.llama import LlamaConfig
from profundo.serving import gguf_weights, hugging_face, language_models

WORDS = ["<end>", "la", "capital", "de", "Chile", "es", "Santiago", "¿", "?"]
TEMPLATE = "{% for m in messages %}{{ bos_token }} {{ m['content'] }} {% endfor %}{% if add_generation_prompt %}es{% endif %}"


def write_tokenizer(folder):
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<end>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def folders(torchvision, tmp_path_factory):
    """A tiny Llama and a tiny GPT-2 with weights drawn by lot, as transformers saves them; and the networks."""
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaForCausalLM
    from transformers import LlamaConfig as Config

    torch.manual_seed(0)
    llama = Config(
        vocab_size=9, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=16, tie_word_embeddings=False, bos_token_id=1, eos_token_id=0, pad_token_id=0,
    )  # fmt: skip
    gpt2 = GPT2Config(vocab_size=9, n_embd=32, n_layer=2, n_head=4, n_positions=16, bos_token_id=0, eos_token_id=0)
    found = {}
    for name, network in {"llama": LlamaForCausalLM(llama), "gpt2": GPT2LMHeadModel(gpt2)}.items():
        for weight in network.parameters():
            nn.init.normal_(weight, std=0.3)
        folder = tmp_path_factory.mktemp(name)
        network.eval().save_pretrained(folder)
        write_tokenizer(folder)
        found[name] = folder, network
    (found["llama"][0] / "tokenizer_config.json").write_text(json.dumps({"bos_token": "la", "chat_template": TEMPLATE}))
    return found


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_a_folder_of_transformers_says_what_it_says_there(folders, name):
    folder, theirs = folders[name]
    model = language_models.of(folder, dtype=torch.float32)
    ids = torch.tensor([model.ids("la capital de Chile es")])
    assert ids.tolist() == [[1, 2, 3, 4, 5]]
    with torch.inference_mode():
        assert_close(model.network(ids), theirs(ids).logits, rtol=1e-5, atol=1e-5)
    assert (model.context, model.ends, model.slides) == (16, {0}, False)
    assert model.text([2, 6]) == "capital Santiago"


def test_a_question_is_put_as_the_template_says(folders):
    model = language_models.of(folders["llama"][0], dtype=torch.float32)
    assert model.turn("capital ?") == [1, 2, 8, 5]
    assert language_models.of(folders["gpt2"][0], dtype=torch.float32).turn is None


def test_weights_in_several_files(folders, tmp_path):
    from safetensors.torch import load_file, save_file

    folder, _theirs = folders["llama"]
    weights = load_file(folder / "model.safetensors")
    names = sorted(weights)
    parts = {"model-1.safetensors": names[:5], "model-2.safetensors": names[5:]}
    for file, some in parts.items():
        save_file({name: weights[name] for name in some}, tmp_path / file)
    index = {"weight_map": {name: file for file, some in parts.items() for name in some}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    found = hugging_face.Folder(tmp_path).weights()
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], weights[name]) for name in names)


def copied(folder, place, **changes):
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    told = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps(told | changes))
    return place


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model_type": "bert"}, "kind 'bert'; read here are llama, gpt2"),
        ({"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}}, "rope = 'llama3'"),
        ({"hidden_act": "gelu"}, "hidden_act = 'gelu'"),
        ({"num_key_value_heads": 3}, "does not describe a network"),
        ({"intermediate_size": 64}, "blocks.0.mlp.gate.weight is 48 x 32 and not 64 x 32"),
        ({"num_hidden_layers": 3}, "blocks.2.norm1.weight is missing"),
        ({"num_hidden_layers": 1}, "is one too many"),
    ],
    ids=str,
)
def test_what_is_another_network_is_refused_in_a_sentence(folders, tmp_path, changes, says):
    with pytest.raises(UserError, match=says):
        language_models.of(copied(folders["llama"][0], tmp_path, **changes))


def test_folders_that_lack_something(folders, tmp_path):
    with pytest.raises(UserError, match=r"neither a run nor a checkpoint in .*: it has no recipe.json, config.json"):
        language_models.of(tmp_path)
    place = copied(folders["llama"][0], tmp_path)
    (place / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match="no tokenizer"):
        language_models.of(place)
    (place / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"it has no tokenizer.json"):
        language_models.of(place)
    (place / "model.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(UserError, match="no weights that can be read"):
        language_models.of(place)
    (place / "config.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        language_models.of(place)


def test_a_name_of_the_hub_is_fetched_once(folders, monkeypatch, capsys):
    folder, _theirs = folders["llama"]
    monkeypatch.setattr(hugging_face, "HUB", folder.as_uri() + "/{file}")
    model = language_models.of("somebody/tiny")
    assert model.name == "somebody--tiny"
    monkeypatch.setattr(hugging_face, "HUB", "file:///nowhere/{file}")
    assert language_models.of("somebody/tiny").ids("la") == [1]
    with pytest.raises(UserError, match="no run or folder nobody/here"):
        language_models.of("nobody/here")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("lenet", "lenet is a recipe; train it"),
        ("nothing", "nor a language model of that name; there is smollm2"),
        ("weights.safetensors", "no model by itself"),
    ],
)
def test_what_is_no_language_model(what, says):
    Path("weights.safetensors").touch()
    with pytest.raises(UserError, match=says):
        language_models.of(what)


# GGUF


def string(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def value(thing):
    """kind and content"""
    if isinstance(thing, str):
        return struct.pack("<I", 8) + string(thing)
    if isinstance(thing, list):
        kind = value(thing[0])[:4]
        return struct.pack("<I", 9) + kind + struct.pack("<Q", len(thing)) + b"".join(value(one)[4:] for one in thing)
    kind, form = {bool: (7, "?"), int: (4, "I"), float: (6, "f")}[type(thing)]
    return struct.pack("<I", kind) + struct.pack("<" + form, thing)


def write_gguf(path, fields, tensors):
    """tensors: name -> (kind, shape, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(fields))
    for name, thing in fields.items():
        head += string(name) + value(thing)
    at, body = 0, b""
    for name, (kind, shape, content) in tensors.items():
        head += string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        head += struct.pack("<IQ", kind, at)
        content += b"\0" * (-len(content) % 32)
        body, at = body + content, at + len(content)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + body)
    return path


HALF = lambda number: struct.pack("<e", number)  # noqa: E731
NIBBLES = bytes(low + 16 * (15 - low) for low in range(16))  # the lower halves count 0 ... 15, the upper ones 15 ... 0
COUNTED = torch.cat([torch.arange(16), torch.arange(15, -1, -1)]).float()


@pytest.mark.parametrize(
    ("kind", "block", "weights"),
    [
        (0, struct.pack("<2f", 1.5, -2.25), torch.tensor([1.5, -2.25])),
        (1, HALF(1.5) + HALF(-2.25), torch.tensor([1.5, -2.25])),
        (30, struct.pack("<2f", 1.5, -2.25)[2:4] + struct.pack("<2f", 1.5, -2.25)[6:8], torch.tensor([1.5, -2.25])),
        (8, HALF(0.5) + struct.pack("<32b", *range(-16, 16)), torch.arange(-16, 16) / 2),
        (2, HALF(0.25) + NIBBLES, (COUNTED - 8) / 4),
        (3, HALF(0.25) + HALF(-3) + NIBBLES, COUNTED / 4 - 3),
    ],
    ids=["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"],
)
def test_rounded_weights_by_hand(tmp_path, kind, block, weights):
    """Two rows, the second with its block's bytes the same."""
    path = write_gguf(tmp_path / "one.gguf", {"a": 7}, {"first": (0, (1,), b"abcd"), "w": (kind, (2, len(weights)), 2 * block)})
    told = gguf_weights.read(path)
    assert told.fields == {"a": 7}
    assert_close(told.tensor("w"), weights.expand(2, -1))


SMALL = LlamaConfig(vocabulary=300, context=32, depth=2, width=32, heads=4, key_heads=2, hidden=48, base=100.0)


def byte_tokens():
    """Every byte as byte-level BPE writes it, one merge, and two tokens that are no text."""
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    return ["<end>", "<begin>", *letters, "Ã±"]  # the two bytes of ñ, merged


def tiny_gguf(path, network, **changes):
    """The network in a GGUF file of float32, its queries' and keys' rows in the order of pairs (2i, 2i + 1)."""
    tokens = byte_tokens()
    fields = {
        "general.architecture": "llama", "llama.context_length": 32, "llama.block_count": 2, "llama.embedding_length": 32,
        "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2, "llama.feed_forward_length": 48,
        "llama.rope.freq_base": 100.0, "llama.attention.layer_norm_rms_epsilon": 1e-5, "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.merges": ["Ã ±"],
        "tokenizer.ggml.token_type": [3, 3] + [1] * (len(tokens) - 2), "tokenizer.ggml.eos_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.chat_template": "{{ bos_token }}{{ messages[0]['content'] }}",
    } | changes  # fmt: skip
    state, tensors = (
        network.state_dict(),
        {"token_embd.weight": network.embedding.weight, "output_norm.weight": network.norm.weight},
    )
    for n in range(2):
        q, k, v = state[f"blocks.{n}.attention.qkv.weight"].split([32, 16, 16])
        pairs = lambda w, heads: w.unflatten(0, (heads, 2, -1)).transpose(1, 2).flatten(0, 2)  # noqa: E731
        tensors |= {f"blk.{n}.attn_q.weight": pairs(q, 4), f"blk.{n}.attn_k.weight": pairs(k, 2), f"blk.{n}.attn_v.weight": v}
        ours = {"attn_norm": "norm1", "attn_output": "attention.out", "ffn_norm": "norm2"}
        ours |= {f"ffn_{part}": f"mlp.{part}" for part in ("gate", "up", "down")}
        tensors |= {f"blk.{n}.{theirs}.weight": state[f"blocks.{n}.{here}.weight"] for theirs, here in ours.items()}
    packed = {name: (0, tuple(w.shape), w.detach().contiguous().numpy().tobytes()) for name, w in tensors.items()}
    return write_gguf(path, fields, packed)


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = SMALL.build().eval()
    for weight in network.parameters():
        nn.init.normal_(weight, std=0.3)
    return network


def test_a_gguf_file_is_the_network_it_was(network, tmp_path):
    model = language_models.of(tiny_gguf(tmp_path / "tiny.gguf", network), dtype=torch.float32)
    assert model.network.config == SMALL
    ids = torch.tensor([model.ids("Año 10")])
    with torch.inference_mode():
        assert_close(model.network(ids), network(ids), rtol=1e-5, atol=1e-5)
    assert (model.name, model.context, model.ends) == ("tiny", 32, {0})


def test_its_tokens_are_its_own(network, tmp_path):
    model, tokens = language_models.of(tiny_gguf(tmp_path / "tiny.gguf", network)), byte_tokens()
    assert [tokens[n] for n in model.ids("Año 10")] == ["A", "Ã±", "o", "Ġ", "1", "0"]
    for text in ("¿Cuántos años?", "mañana — 😀", "a  b\n"):
        assert model.text(model.ids(text)) == text
    assert [tokens[n] for n in model.turn("o")] == ["<begin>", "o"]
    assert model.text([0, *model.ids("o")]) == "o"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"general.architecture": "qwen2"}, "kind 'qwen2'; read here are llama"),
        ({"llama.rope.scaling.type": "yarn"}, "rope = 'yarn'"),
        ({"tokenizer.ggml.pre": "llama-bpe"}, "cuts its texts in a way"),
        ({"llama.block_count": 3}, "blocks.2.norm1.weight is missing"),
    ],
    ids=str,
)
def test_a_gguf_file_of_another_kind(network, tmp_path, changes, says):
    with pytest.raises(UserError, match=says):
        language_models.of(tiny_gguf(tmp_path / "tiny.gguf", network, **changes))


def test_a_damaged_gguf_file(network, tmp_path):
    whole = tiny_gguf(tmp_path / "tiny.gguf", network).read_bytes()
    for content in (b"", b"hello", whole[:2000], whole[:-100], b"GGUF" + b"\xff" * 100):
        (tmp_path / "cut.gguf").write_bytes(content)
        with pytest.raises(UserError, match="no whole GGUF file"):
            language_models.of(tmp_path / "cut.gguf")
    other = write_gguf(tmp_path / "other.gguf", {"a": 1}, {"w": (12, (256,), b"\0" * 144)})
    with pytest.raises(UserError, match=r"rounds w in a way \(kind 12\)"):
        gguf_weights.read(other).tensor("w")
