"""A long text: how it is cut, what its letters are, and what is refused."""

import gzip

import pytest
import torch

from profundo.core import UserError
from profundo.data import open_path
from profundo.data.plain_text import BOOKS
from profundo.data.text import Text
from profundo.data.windows import Windows


def book(path, n=6000, alphabet="abcdef ghij\n"):
    path.write_text("".join(alphabet[(7 * i * i + i // 5) % len(alphabet)] for i in range(n)), encoding="utf-8")
    return str(path)


def test_shakespeare_is_the_tiny_one():
    opened = Text().open()
    assert opened.facts["vocabulary"] == 65 == len(opened.facts["tokens"])
    assert len(opened.train.ids) == 1_003_854  # nanoGPT's own count, prepare.py
    assert opened.facts["examples"]["train"] == len(opened.train)


def test_the_parts_follow_each_other_and_are_the_text():
    splits = Text("quijote", limit=30_000).open()
    ids = torch.cat([splits.train.ids, splits.dev.ids, splits.open_test().ids])
    text = gzip.decompress((BOOKS / "quijote.txt.gz").read_bytes()).decode()[:30_000]
    assert Text().text(ids, splits.facts) == text
    assert [len(part.ids) for part in (splits.train, splits.dev)] == [27_000, 1500]


def test_the_network_fits_whatever_the_limit():
    assert Text("quijote", limit=30_000).open().facts["tokens"] == Text("quijote").open().facts["tokens"]


@pytest.mark.parametrize("raw", ["¿Dónde está el ñandú?\n", "¡Válgame Dios!"])
def test_what_is_encoded_can_be_read_again(raw):
    facts = Text("quijote").open().facts
    assert Text("quijote").text(Text("quijote").encode(raw, facts), facts) == raw


def test_unknown_letters_are_named():
    facts = Text().open().facts
    with pytest.raises(UserError, match="'ñ' '☃'"):
        Text().encode("a ñ and a ☃", facts)
    with pytest.raises(UserError, match="nothing to continue"):
        Text().encode("", facts)


def test_pieces_of_words_write_anything_and_travel_with_the_run(tmp_path):
    import json

    source = Text(path=book(tmp_path / "a.txt"), tokens="bpe", merged=30, context=8)
    facts = json.loads(json.dumps(source.open().facts))  # as a run keeps them
    assert facts["vocabulary"] == len(facts["tokens"]) == 286
    for raw in ("abc def", "ñandú ☃ 漢字\n\n", "<pad>"):
        assert source.text(source.encode(raw, facts), facts) == raw
    assert len(source.encode("abcdef ghij\n" * 20, facts)) < 240  # it does merge


def test_pieces_are_learnt_from_the_training_part_alone(tmp_path):
    early, late = "ab " * 900, "xyxyxy " * 60
    path = tmp_path / "a.txt"
    path.write_text(early + late[: len(early) // 9], encoding="utf-8")
    facts = Text(path=str(path), tokens="bpe", merged=40, context=4).open().facts
    assert "ab" in facts["tokens"]
    assert "xy" not in facts["tokens"]


def test_what_comes_next_is_said_in_letters():
    facts = {"tokens": ["\n", " ", "a"]}
    said = Text().decode(torch.tensor([[0.0, 0, 0], [1.0, 3.0, 2.0]]), facts)
    assert list(said) == ["' '", "'a'", "'\\n'"]
    assert sum(said.values()) == pytest.approx(1)


def test_windows_can_be_fewer_and_still_reach_every_letter():
    train = Text(limit=100_000, windows=100).open().train
    assert len(train) == 100
    seen = torch.zeros(len(train.ids), dtype=torch.bool)
    for epoch in range(200):
        order = torch.randperm(100, generator=torch.Generator().manual_seed(epoch))
        places = Windows(torch.arange(len(train.ids)), 64, train.starts, train.every)
        for x, _y in places.batches(100, order):
            seen[x] = True
    assert seen[: -2 * train.every].float().mean() > 0.7
    assert train.starts.max() + train.every + 64 <= len(train.ids)


def test_an_own_text_takes_the_place_of_ours(tmp_path):
    own = open_path(book(tmp_path / "novel.txt"), like=Text(windows=3000))
    splits = own.open()
    assert splits.facts["vocabulary"] == 12
    assert len(splits.train) == 5400 // 64 - 1
    with pytest.raises(UserError, match="kind of text"):
        open_path(book(tmp_path / "novel.csv"), like=Text())


def test_what_was_published_of_shakespeare_is_not_about_a_novel(tmp_path):
    from profundo import recipes
    from profundo.options import flatten
    from profundo.run import Run

    own = recipes.assemble("gpt_shakespeare", {}, data=book(tmp_path / "novel.txt"))
    run = Run(tmp_path / "run")
    run.write("recipe.json", {"recipe": "gpt_shakespeare", "seed": 0, "options": flatten(own)})
    assert own.network.vocabulary == 12
    assert own.claim is None
    assert recipes.of(run) == own
    assert recipes.assemble("gpt_shakespeare", {"data.limit": 50_000}).claim is not None


def test_too_short_a_text_says_how_much_is_needed(tmp_path):
    with pytest.raises(UserError, match=r"has 2,000 characters.*about 2,6\d\d are needed"):
        Text(path=book(tmp_path / "a.txt", 2000)).open()
    Text(path=book(tmp_path / "a.txt", 2700)).open()
    with pytest.raises(UserError, match=r"has 5,000 characters.*are needed"):
        Text(path=book(tmp_path / "a.txt", 5000), context=500, tokens="bpe", merged=20).open()


def test_impossible_options_are_refused():
    for wrong in ({"context": 0}, {"windows": 0}, {"limit": 0}, {"merged": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            Text(**wrong)
