"""Runs and folders that read text from both sides, and what is said of those that do not."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.testing import assert_close

import profundo as pf
from profundo import recipes
from profundo.cli import main
from profundo.core import UserError
from profundo.data.wordpiece import SPECIAL
from profundo.networks.attention.bert import BertConfig
from profundo.options import override
from profundo.run import Run
from profundo.serving import encoders
from profundo.training.train import train
from profundo.verbs.encoding import filled

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "vocab_size": 40,
    "max_position_embeddings": 12,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
}
OURS = BertConfig(vocabulary=40, context=12, width=8, depth=2, heads=2, hidden=16)
WORDS = [*SPECIAL, *"abcdefghijklmn", *(f"##{c}" for c in "abcdefghijklmn"), "un", "perro", "corre", "¿", "qué", "?", "que"]
TOLD = (
    ("encoder.tokens", "bert.embeddings.word_embeddings"),
    ("encoder.positions", "bert.embeddings.position_embeddings"),
    ("encoder.segments", "bert.embeddings.token_type_embeddings"),
    ("encoder.norm", "bert.embeddings.LayerNorm"),
    ("encoder.blocks", "bert.encoder.layer"),
    ("attention.out", "attention.output.dense"),
    ("norm1", "attention.output.LayerNorm"),
    ("mlp.0", "intermediate.dense"),
    ("mlp.2", "output.dense"),
    ("norm2", "output.LayerNorm"),
    ("transform.0", "cls.predictions.transform.dense"),
    ("transform.2", "cls.predictions.transform.LayerNorm"),
)


@pytest.fixture
def folder(tmp_path):
    """A tiny BERT as Hugging Face would lay it out, and the network in it."""
    torch.manual_seed(0)
    network = OURS.build().eval()
    with torch.no_grad():
        for p in network.parameters():
            p.normal_()
    weights = {}
    for name, w in network.state_dict().items():
        for ours, theirs in TOLD:
            name = name.replace(ours, theirs)
        if ".attention.qkv." in name:
            parts = zip(("query", "key", "value"), w.chunk(3), strict=True)
            weights |= {name.replace("attention.qkv", f"attention.self.{part}"): t.contiguous() for part, t in parts}
        else:
            weights["cls.predictions.bias" if name == "bias" else name] = w.contiguous()
    path = tmp_path / "tiny"
    path.mkdir()
    save_file(weights, path / "model.safetensors")
    (path / "config.json").write_text(json.dumps(CONFIG))
    (path / "vocab.txt").write_text("\n".join(WORDS))
    return path, network


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of a smaller `bert_tiny` yet."""
    recipe = recipes.load("bert_tiny")
    recipe = override(recipe, recipe.quick | {"data.limit": 20_000, "network.depth": 1})
    run = Run(tmp_path_factory.mktemp("runs") / "bert")
    for _step in train(recipe, run):
        pass
    return run


def test_a_folder_says_what_its_network_says(folder):
    path, network = folder
    ids = torch.tensor([[2, WORDS.index("un"), 4, WORDS.index("corre"), 3]])
    p, piece = network(ids)[0, 2].softmax(-1).topk(2)
    said = pf.fill_mask(path, "Un [MASK] corre", top=2)
    assert [guess["piece"] for guess in said[0]] == [WORDS[n] for n in piece.tolist()]
    assert_close(torch.tensor([guess["probability"] for guess in said[0]]), p, atol=1e-6, rtol=1e-5)


def test_vectors_do_not_depend_on_their_neighbours(folder):
    path, network = folder
    texts = ["un perro", "¿que corre?", "un", "un perro corre corre corre"]
    together = encoders.load(path).vectors(texts)
    alone = torch.cat([encoders.load(path).vectors([text]) for text in texts])
    assert_close(together, alone, atol=1e-6, rtol=1e-5)
    assert_close(together.norm(dim=1), torch.ones(4))
    by_hand = network.encoder(torch.tensor([[2, WORDS.index("un"), 3]]))[0].mean(0)
    assert_close(together[2], by_hand / by_hand.norm(), atol=1e-6, rtol=1e-5)


def test_accents_are_dropped_only_where_the_model_drops_them(folder):
    path, _network = folder
    assert encoders.load(path).encode("¿Qué?") == [WORDS.index(w) for w in ("¿", "que", "?")]
    (path / "tokenizer_config.json").write_text('{"do_lower_case": true, "strip_accents": false}')
    assert encoders.load(path).encode("¿Qué?") == [WORDS.index(w) for w in ("¿", "qué", "?")]


def test_a_long_text_is_cut_and_that_is_said(folder, capsys):
    path, _network = folder
    found = pf.embed(path, ["un " * 30, "un"])
    assert found["cut"] == 1
    main(["embed", str(path), "un " * 30, "un"])
    assert "Only the beginning was read of 1 of them" in capsys.readouterr().out
    with pytest.raises(UserError, match="has 32 pieces, and this network reads 12"):
        pf.fill_mask(path, "un " * 29 + "[MASK]")


def test_a_text_too_long_for_the_name_of_a_file(folder, capsys):
    main(["embed", str(folder[0]), "un perro corre " * 700])
    assert "Only the beginning was read of 1 of them" in capsys.readouterr().out


def test_a_run_that_would_read_without_end_reads_the_beginning(monkeypatch, tmp_path):
    recipe = recipes.load("elmo_bilm")
    run = Run(tmp_path / "elmo")
    for _step in train(override(recipe, recipe.quick | {"data.limit": 20_000}), run):
        pass
    monkeypatch.setattr("profundo.data.plain_text.LONGEST", 7)
    found = pf.embed(run, ["Sancho dijo " * 100, "Sancho"])
    assert found["cut"] == 1
    with pytest.raises(UserError, match="text is empty"):
        pf.embed(run, ["[PAD]"])


def test_a_file_of_lines_becomes_an_npz(folder, capsys, tmp_path):
    path, _network = folder
    lines = tmp_path / "lines.txt"
    lines.write_bytes("¿qué?\n\nun perro\n".encode("cp1252"))
    main(["embed", str(path), str(lines), "--out", "vectors.npz"])
    assert "2 vectors of 8 numbers" in capsys.readouterr().out
    kept = np.load("vectors.npz", allow_pickle=False)
    assert kept["x"].shape == (2, 8)
    assert kept["lines"].tolist() == ["¿qué?", "un perro"]
    with pytest.raises(UserError, match=r"written as \.npz"):
        pf.embed(path, ["un"], out="vectors.npy")


def test_a_run_fills_what_is_hidden(run, capsys):
    main(["fill-mask", str(run.path), "don [MASK] de la [MASK]", "--top", "3", "--json"])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [len(guesses) for guesses in said] == [3, 3]
    for guesses in said:
        p = [guess["probability"] for guess in guesses]
        assert p == sorted(p, reverse=True)
        assert 0 < p[0] < 1
    assert pf.embed(run, ["Sancho", "Rocinante"])["width"] == 32


@pytest.mark.parametrize(
    ("text", "place", "piece", "said"),
    [
        ("don [MASK] de", 0, "quijote", "don quijote de"),
        ("quij [MASK], y [MASK]", 0, "##ote", "quijote, y [MASK]"),
        ("[MASK] y [MASK]", 1, "él", "[MASK] y él"),
    ],
)
def test_filled(text, place, piece, said):
    assert filled(text, place, piece) == said


def test_whatever_does_not_serve_is_named(folder, run, tmp_path):
    path, _network = folder
    with pytest.raises(UserError, match=r"no \[MASK\] in the text"):
        pf.fill_mask(path, "un perro")
    with pytest.raises(UserError, match="text is empty"):
        pf.embed(path, [" "])
    with pytest.raises(UserError, match="nowhere is no run"):
        pf.embed("nowhere", ["un"])
    with pytest.raises(UserError, match="--top is at least 1"):
        pf.fill_mask(run, "[MASK]", top=0)

    (path / "config.json").write_text(json.dumps(CONFIG | {"hidden_size": 12}))
    with pytest.raises(UserError, match=r"do not fit its config.json: encoder.tokens.weight is 40 x 8 and not 40 x 12"):
        pf.embed(path, ["un"])
    (path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(UserError, match="kind 'gpt2'; read here are bert"):
        pf.embed(path, ["un"])
    (path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(UserError, match="does not say vocab_size"):
        pf.embed(path, ["un"])
    (path / "config.json").write_text(json.dumps(CONFIG | {"hidden_act": "relu"}))
    with pytest.raises(UserError, match="hidden_act = 'relu', and the one here has 'gelu'"):
        pf.embed(path, ["un"])
    (path / "config.json").write_text(json.dumps(CONFIG | {"hidden_size": "wide"}))
    with pytest.raises(UserError, match="does not describe a network that can be built"):
        pf.embed(path, ["un"])
    for damaged in ("{", "[]"):
        (path / "config.json").write_text(damaged)
        with pytest.raises(UserError, match=r"config.json is damaged|kind None"):
            pf.embed(path, ["un"])
    (path / "config.json").write_text(json.dumps(CONFIG))
    (path / "vocab.txt").write_text("\n".join([*WORDS, "más"]))
    with pytest.raises(UserError, match="41 tokens, and its weights know 40"):
        pf.embed(path, ["un"])
    (path / "vocab.txt").unlink()
    with pytest.raises(UserError, match=r"no vocab.txt or tokenizer.json"):
        pf.embed(path, ["un"])


def test_weights_as_torch_saves_them_and_a_tokenizer_of_json(folder):
    from safetensors.torch import load_file

    path, _network = folder
    before = pf.embed(path, ["un perro", "corre"])["cosines"]
    torch.save(load_file(path / "model.safetensors"), path / "pytorch_model.bin")
    (path / "model.safetensors").unlink()
    assert pf.embed(path, ["un perro", "corre"])["cosines"] == before
    (path / "vocab.txt").unlink()
    (path / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match=r"tokenizer.json is no tokenizer that can be read"):
        pf.embed(path, ["un"])


def test_a_run_of_another_kind_is_refused(tmp_path):
    recipe = recipes.load("perceptron")
    run = Run(tmp_path / "other")
    for _step in train(override(recipe, recipe.quick), run):
        pass
    with pytest.raises(UserError, match="does not read text from both sides"):
        pf.embed(run, ["un"])
