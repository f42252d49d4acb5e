"""Pairs of sentences: what a batch holds, what a person may bring, and a toy grammar that agrees."""

import gzip
import struct
import zlib

import pytest
import torch

from profundo.core import UserError
from profundo.data import multi30k, toy_spanish, verses
from profundo.data.pairs import Pairs, joined, words


def drawn(**options):
    return Pairs(drawn=True, **options)


def test_a_batch_is_words_in_both_languages():
    splits = drawn().open()
    x, y = next(iter(splits.train.batches(16)))
    known = dict(toy_spanish.pairs(4000))
    assert (y[:, 0] == 2).all()
    for source, target in zip(x, y, strict=True):
        source, target = source[source != 0], target[target != 0]
        assert source[-1] == target[-1] == 3
        assert (source[:-1] > 3).all()
        assert (target[1:-1] > 3).all()
        english = " ".join(splits.facts["tokens"][n] for n in source[:-1])
        assert drawn().decode(target[1:], splits.facts) == known[english]


def test_the_grammar_agrees_in_gender_and_number_and_puts_the_adjective_behind():
    forms = {(g, many): toy_spanish.agreeing("rojo", g, many) for g in "mf" for many in (False, True)}
    assert forms == {("m", False): "rojo", ("f", False): "roja", ("m", True): "rojos", ("f", True): "rojas"}
    assert [toy_spanish.agreeing(a, "f", True) for a in ("verde", "azul", "grande")] == ["verdes", "azules", "grandes"]
    found = dict(toy_spanish.pairs(20_000))
    assert found["the red cat sleeps"] == "el gato rojo duerme"
    assert found["the red cows do not sleep"] == "las vacas rojas no duermen"
    assert all(("gato" in spanish or "gatos" in spanish) == (" cat" in english) for english, spanish in found.items())


def test_no_source_is_in_two_parts_and_the_same_seed_gives_the_same(tmp_path):
    lines = [f"word{n % 40} one\tpalabra{n % 40} {n}" for n in range(120)]  # each source three times
    (tmp_path / "own.tsv").write_text("\n".join(lines), encoding="utf-8")
    splits = Pairs(path=str(tmp_path / "own.tsv"), dev=0.2, test=0.2, least=1).open()
    parts = [splits.train, splits.dev, splits.open_test()]
    assert sum(map(len, parts)) == 120
    found = [{tuple(x[x != 1].tolist()) for x, _y in part.batches(1)} for part in parts]
    assert all(found)
    assert len(splits.facts["split"]) == 3
    source = dict(line.split("\t")[::-1] for line in lines)
    heard = [
        {source[Pairs().decode(y[0, 1:], splits.facts)] for _x, y in part.batches(1) if (y != 1).all()} for part in parts[:2]
    ]
    assert heard[0]
    assert not heard[0] & heard[1]


def test_words_never_seen_are_unknown_and_seen_once_too():
    splits = drawn().open()
    ids = drawn().encode("The RED xylophone sleeps", splits.facts)
    assert ids[2] == 1
    assert ids[-1] == 3
    assert (ids != 1).sum() == 4
    rare = drawn(least=10**9).open()
    assert rare.facts["tokens"] == ["<pad>", "<unk>", "<begin>", "<end>"]


def test_one_vocabulary_for_both():
    facts = drawn(shared=True).open().facts
    assert facts["tokens"] == facts["target_tokens"]
    assert {"cat", "gato"} <= set(facts["tokens"])


def test_accents_and_marks_survive():
    assert words("¿Qué ves, Señor? It's") == ["¿", "qué", "ves", ",", "señor", "?", "it's"]
    assert joined(words("¿Qué ves, señor? (Nada.) «Así»")) == "¿qué ves, señor? (nada.) «así»"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_any_encoding(tmp_path, encoding):
    text = "\n".join(f"the year {n}\tel año {n}" for n in range(30))
    (tmp_path / "own.txt").write_bytes(text.encode(encoding))
    splits = Pairs(path=str(tmp_path / "own.txt")).open()
    assert "año" in splits.facts["target_tokens"]
    assert "the" in splits.facts["tokens"]


def test_a_table_with_commas_or_semicolons(tmp_path):
    for sign in ",;":
        (tmp_path / "own.csv").write_text("\n".join(f'"a{sign} b {n}"{sign}c {n}' for n in range(20)), encoding="utf-8")
        facts = Pairs(path=str(tmp_path / "own.csv"), least=1).open().facts
        assert facts["examples"]["train"] == 18
        assert sign in facts["tokens"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("a\tb\nno translation here\n", "Line 2 of .* is no pair"),
        ("a\tb\n" * 5, "has 5 pairs"),
        ("a\t\n" * 50, "Line 1 of .* is no pair"),
        ("a\t \tc\n" * 50, "has 0 pairs"),
        ("a\tb\n" + "x" * 10_000_000, "Line 2 of .* has 10,000,000 characters"),
    ],
)
def test_what_holds_no_pairs_is_refused(tmp_path, content, said):
    path = tmp_path / "own.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=said):
        Pairs(path=str(path)).open()


def test_impossible_options_and_files():
    for wrong in ({"dev": 0.0}, {"longest": 0}, {"limit": 3}):
        with pytest.raises(ValueError, match=r"shares|at least"):
            Pairs(**wrong)
    for wrong in ({"languages": "de"}, {"languages": "de-xx"}, {"name": "bible", "languages": "de-en"}, {"languages": "de-de"}):
        with pytest.raises(UserError, match="is two of"):
            Pairs(**wrong).open()
    with pytest.raises(UserError, match="There is no file"):
        Pairs(path="nowhere.tsv").open()
    with pytest.raises(UserError, match="no word"):
        drawn().encode("  ", drawn().open().facts)


def test_a_copy_of_multi30k_keeps_its_own_split(tmp_path):
    sizes = {"train": 40, "val": 12, "test_2016_flickr": 11}
    for part, n in sizes.items():
        for language in ("de", "en"):
            lines = "\n".join(f"{language} {part} {i} und" for i in range(n))
            (tmp_path / f"{part}.{language}.gz").write_bytes(gzip.compress(lines.encode()))
    splits = Pairs(copy=str(tmp_path), least=1).open()
    assert [len(splits.train), len(splits.dev), len(splits.open_test())] == [40, 12, 11]
    assert "val" not in splits.facts["tokens"]  # dev and test are not looked at for words
    (tmp_path / "val.en.gz").write_bytes(gzip.compress(b"one line"))
    with pytest.raises(UserError, match="has 12 lines"):
        multi30k.read("val", ("de", "en"), tmp_path)


def test_verses_of_a_testament_by_hand():
    books = b"<title>One</title>In the <w lemma='x'>beginning</w>&amp;", "<note>n</note>Señor<lb/>".encode()
    packed = [zlib.compress(book) for book in books]
    where = struct.pack("<III", 0, len(packed[0]), len(books[0])) + struct.pack(
        "<III", len(packed[0]), len(packed[1]), len(books[1])
    )
    places = [(0, 0, 0), (0, 0, len(books[0])), (1, 0, len(books[1]))]
    verse = b"".join(struct.pack("<IIH", *place) for place in places)
    assert verses._testament(where, verse, b"".join(packed)) == ["", "In the beginning&", "Señor"]


def test_a_damaged_package_is_said(tmp_path):
    for archive in verses.ARCHIVES.values():
        (tmp_path / archive.name.split("/")[1]).write_bytes(b"!<arch>\nno package")
    with pytest.raises(UserError, match="damaged"):
        Pairs(name="bible", languages="en-es", copy=str(tmp_path)).open()


def test_resumes_in_the_same_order():
    rows = drawn().open().train
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(1))
    whole, late = list(rows.batches(64, order)), list(rows.batches(64, order, start=20))
    assert all(torch.equal(a, b) for one, other in zip(whole[20:], late, strict=True) for a, b in zip(one, other, strict=True))
