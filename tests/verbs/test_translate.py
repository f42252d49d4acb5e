"""`translate`, and `explain` of a sentence, on a run of a few steps."""

import json
from pathlib import Path

import pytest
import torch

from profundo import recipes, verbs
from profundo.cli import main
from profundo.core import UserError
from profundo.data import opened, toy_spanish
from profundo.options import override
from profundo.study.explain_text import MOST, figure, translated
from profundo.training.train import build
from profundo.verbs.translating import translator

SMALL = {"data.limit": 200, "rule.epochs": 1, "network.vocabulary": 73, "network.target_vocabulary": 98}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    recipe = recipes.load("bahdanau")
    recipe = override(recipe, recipe.quick | SMALL)
    facts = recipe.data.open().facts
    recipe = override(recipe, {f"network.{name}": facts[name] for name in ("vocabulary", "target_vocabulary")})
    return verbs.learn(recipe, tmp_path_factory.mktemp("runs") / "bahdanau")


def test_together_or_one_by_one_the_same_is_said(run):
    texts = ["the red cat sleeps", "a dog", "two hens do not see these old books"] * 30  # more than a batch
    found = verbs.translate(run, texts)
    assert [one["input"] for one in found] == texts
    assert found[:3] == [verbs.translate(run, [text])[0] for text in texts[:3]]
    assert all(isinstance(one["said"], str) for one in verbs.translate(run, texts[:2], width=3))
    assert verbs.translate(run, []) == []


def test_words_that_training_did_not_know_are_told(run, capsys):
    (found,) = verbs.translate(run, ["The xylophone sleeps, the xylophone!"])
    assert found["unknown"] == ["xylophone", ",", "xylophone", "!"]
    main(["translate", str(run.path), "the xylophone"])
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("the xylophone  →  ")
    assert said[1].endswith("xylophone.")


def test_each_text_is_taken_apart_once(run, monkeypatch):
    chosen, asked = translator(run), []
    read = type(chosen.data).encode
    monkeypatch.setattr(type(chosen.data), "encode", lambda *given: asked.append(given[1]) or read(*given))
    verbs.translate(run, ["the cat", "a dog"])
    assert asked == ["the cat", "a dog"]


def test_a_file_is_its_lines(run, capsys, tmp_path):
    (tmp_path / "two.txt").write_text("the cat\n\nthe dog\n", encoding="utf-8")
    main(["translate", str(run.path), str(tmp_path / "two.txt"), "a hen", "--json"])
    assert [one["input"] for one in json.loads(capsys.readouterr().out)] == ["the cat", "the dog", "a hen"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["   "], "no word"),
        (["cat " * 10_000], "10,001 words"),
        (["cat " * 2500], "2,501 words"),
        (["."], "is a folder"),
        (["nowhere.txt"], "no file nowhere.txt"),
        (["a cat", "--beam", "0"], "1 or wider"),
    ],
)
def test_what_cannot_be_translated_is_one_sentence(run, capsys, arguments, said):
    with pytest.raises(SystemExit, match="2"):
        main(["translate", str(run.path), *arguments])
    found = capsys.readouterr().err.strip()
    assert said in found
    assert "\n" not in found


def test_a_run_that_does_not_translate(run, monkeypatch):
    with pytest.raises(UserError, match="There is no run"):
        verbs.translate("nowhere", ["a cat"])
    with pytest.raises(UserError, match="ask it with `profundo translate`"):
        verbs.predict(run, ["a cat"])
    other = translator(run)
    monkeypatch.setitem(other.facts, "task", "classify")
    monkeypatch.setattr("profundo.verbs.translating.speaker", lambda _run: other)
    with pytest.raises(UserError, match="does not translate"):
        verbs.translate(run, ["a cat"])


def test_the_alignment_is_drawn(run, capsys):
    main(["explain", str(run.path), "the red cat does not sleep"])
    path = capsys.readouterr().out.splitlines()[-1]
    picture = Path(path).read_text(encoding="utf-8")
    assert path.endswith("explain-the-red-cat-does-not-sleep.svg")
    assert ">cat<" in picture
    assert "Alignment" in picture
    found = verbs.explain(run, "the red cat does not sleep").record()
    alignment = torch.tensor(found["tables"][0]["values"])
    assert alignment.shape[1] == len(found["tables"][0]["columns"]) == 7
    assert torch.allclose(alignment.sum(1), torch.ones(len(alignment)), atol=1e-3)
    with pytest.raises(UserError, match="leave them out"):
        verbs.explain(run, "the red cat", check=True)


def test_influence_is_the_loss_of_likelihood_when_a_word_is_hidden(run):
    chosen = translator(run)
    _said, tables = translated(chosen.network, chosen.data, chosen.facts, "the red cat sleeps")
    x = chosen.data.encode("the red cat sleeps", chosen.facts)[None]
    y = torch.tensor([[2, *(chosen.facts["target_tokens"].index(word) for word in tables[1].rows)]])
    log_p = lambda x: chosen.network(x, y[:, :-1]).log_softmax(-1).gather(-1, y[:, 1:, None])[0, :, 0]  # noqa: E731
    hidden = x.clone()
    hidden[0, 2] = 1
    with torch.no_grad():
        assert torch.allclose(tables[1].values[:, 2], (log_p(x) - log_p(hidden)).clamp(min=0), atol=1e-5)


def test_a_long_sentence_is_cut_to_what_there_is_room_for(run):
    chosen = translator(run)
    _said, tables = translated(chosen.network, chosen.data, chosen.facts, "the cat $ sees " * 30)
    assert all(len(table.rows) <= MOST and len(table.columns) == MOST for table in tables)
    assert figure(tables).svg()


def test_own_pairs_in_one_line(tmp_path):
    lines = [f"{english}\t{spanish}" for english, spanish in toy_spanish.pairs(60)]
    (tmp_path / "own.tsv").write_text("\n".join(lines), encoding="utf-8")
    recipe = recipes.assemble("bahdanau", {}, data="own.tsv", quick=True)
    facts = opened(recipe.data).facts
    assert facts["examples"]["train"] == 54
    assert (recipe.network.vocabulary, recipe.network.target_vocabulary) == (facts["vocabulary"], facts["target_vocabulary"])
    assert recipe.claim is None
    assert recipes.assemble("bahdanau", {"data.languages": "es-en", "data.name": "bible"}).claim is None


def test_a_vocabulary_that_does_not_fit_is_named():
    recipe = recipes.load("bahdanau")
    recipe = override(recipe, recipe.quick | {"network.target_vocabulary": 50})
    with pytest.raises(UserError, match=r"target_vocabulary = 50, but Pairs has target_vocabulary = 98"):
        build(recipe, opened(recipe.data))
