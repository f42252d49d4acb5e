import gzip
import hashlib

import pytest
import torch

from profundo.core import UserError
from profundo.data import sentences
from profundo.data.sentences import Sentences, clean, words
from profundo.options import override
from profundo.recipes import assemble, load

GOOD = ["me gustó mucho", "¡qué gran película!", "una joya, de verdad", "la mejor del año", "emociona y divierte"]
BAD = ["qué aburrida", "no vale nada", "un desastre total", "la peor del año", "ni los niños la aguantan"]


def lines():
    return [("bueno", text) for text in GOOD] + [("malo", text) for text in BAD]


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return str(path)


def everything(splits):
    """(label, words) of all examples of all splits."""
    names, tokens = splits.facts["names"], splits.facts["tokens"]
    for part in (splits.train, splits.dev, splits.open_test()):
        for n in range(len(part)):
            one = part.take(torch.tensor([n]))
            yield names[int(one.y[0])], [tokens[k] for k in one.x.flat.tolist()]


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("a.tsv", "\n".join(f"{label}\t{text}" for label, text in lines()), "utf-8"),
        ("b.txt", "\r\n".join(f"{label}\t{text}" for label, text in lines()), "latin-1"),
        ("c.tsv", "text\tlabel\n" + "\n".join(f"{text}\t{label}" for label, text in lines()), "utf-16"),
        (
            "d.csv",
            "id,Etiqueta,Texto\n" + "\n".join(f'{n},{label},"{text}"' for n, (label, text) in enumerate(lines())),
            "utf-8-sig",
        ),
        ("e.csv", "texto;clase\n" + "\n".join(f"{text};{label}" for label, text in lines()), "cp1252"),
    ],
)
def test_every_way_to_write_labelled_sentences_says_the_same(tmp_path, name, text, encoding):
    splits = Sentences(path=written(tmp_path / name, text, encoding)).open()
    assert splits.facts["names"] == ["bueno", "malo"]
    assert splits.facts["examples"] == {"train": 6, "dev": 2, "test": 2}
    learnt = {word for label, text in lines() for word in words(text)}
    assert {w for _label, said in everything(splits) for w in said} <= learnt | {"<unk>"}
    assert any("ñ" in token or "í" in token for token in splits.facts["tokens"])


def test_copies_of_a_sentence_stay_together(tmp_path):
    text = "\n".join(f"{label}\t{text}" for label, text in lines() * 5)
    splits = Sentences(path=written(tmp_path / "a.tsv", text)).open()
    parts = [{tuple(row) for row in part.x.padded(torch.arange(len(part)), 0).tolist()} for part in (splits.train, splits.dev)]
    known = [{tuple(k for k in row if k) for row in part} for part in parts]
    assert sum(splits.facts["examples"].values()) == 50
    assert not known[0] & known[1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.tsv", "bueno me gustó\nmalo qué mala", "Row 1 of .* has no label"),
        ("a.tsv", "\n".join(f"bueno\t{text}" for text in GOOD), "one class only"),
        ("a.tsv", "bueno\tsí\nmalo\tno", "too few"),
        ("a.csv", "bueno,me gustó\nmalo,qué mala", "no columns text and label"),
        ("a.csv", 'text,label\n"sin fin,malo', "no table of cells"),
        ("a.tsv", "bueno\t\nmalo\t   ", "has no label|no sentence"),
        ("a.tsv", "  \n ", "is empty"),
        ("a.tsv", "bueno\t" + "palabra " * 1_300_000, "10,400,0"),
        ("a.tsv", "bueno\t\0\0\0", "is no text"),
    ],
)
def test_a_file_that_cannot_be_learnt_from_is_refused_in_a_sentence(tmp_path, name, text, said):
    with pytest.raises(UserError, match=said):
        Sentences(path=written(tmp_path / name, text)).open()


def test_words_keep_accents_and_inverted_marks():
    told = ["¿", "qué", "pasó", "en", "ee.uu.", "?", "3.000,5", "km", ":", "«", "olé", "»"]
    assert words("¿Qué pasó en EE.UU.? 3.000,5 km: «Olé»") == told
    assert words("man\u0303ana") == ["mañana"]  # an accent written apart is the same letter


def test_words_are_cut_as_kims_code_cuts_them():
    assert clean("Isn't it John's , really?") == ["is", "n't", "it", "john", "'s", ",", "really", "?"]
    assert clean("What's «it»", case=True) == ["What", "'s", "it"]


def test_a_question_is_answered_and_one_of_unknown_words_is_refused(tmp_path):
    source = Sentences(path=written(tmp_path / "a.tsv", "\n".join(f"{label}\t{text}" for label, text in lines())))
    facts = source.open().facts
    known = facts["tokens"][2]
    assert source.encode(f"{known} xyzzy", facts).tolist() == [2, 1]
    assert source.decode(torch.tensor([0.0, 2.0]), facts) == pytest.approx({"malo": 0.8808, "bueno": 0.1192}, abs=1e-4)
    for nothing in ("xyzzy plugh", "   "):
        with pytest.raises(UserError, match="None of the words"):
            source.encode(nothing, facts)


def copy_of(tmp_path, monkeypatch, name, content, zipped):
    """A folder with one small file in the place of a set's."""
    monkeypatch.setitem(sentences.FILES, "mr", {name: hashlib.sha256(content).hexdigest()})
    (tmp_path / (name + ".gz" * zipped)).write_bytes(gzip.compress(content) if zipped else content)
    return str(tmp_path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_set_without_a_test_split_is_divided_into_ten(tmp_path, monkeypatch, zipped):
    content = "\n".join(f"{n % 2} caf\xe9 number{n} here" for n in range(200)).encode("latin-1")
    copy = copy_of(tmp_path, monkeypatch, "rt-polarity.all", content, zipped)
    tests = []
    for fold in range(10):
        splits = Sentences(name="mr", fold=fold, copy=copy, words=300).open()
        assert splits.facts["examples"] == {"train": 162, "dev": 18, "test": 20}
        assert splits.facts["vocabulary"] == 300
        tests.append(splits.facts["split"]["test"])
    assert len(set(tests)) == 10


def test_a_damaged_copy_is_refused(tmp_path, monkeypatch):
    copy = copy_of(tmp_path, monkeypatch, "rt-polarity.all", b"1 good\n0 bad", zipped=True)
    (tmp_path / "rt-polarity.all.gz").write_bytes(gzip.compress(b"1 good\n0 worse"))
    with pytest.raises(UserError, match="another file than expected"):
        Sentences(name="mr", copy=copy).open()
    with pytest.raises(UserError, match="There is no file"):
        Sentences(name="subj", copy=copy).open()


def test_own_sentences_in_one_line(tmp_path):
    path = written(tmp_path / "a.tsv", "\n".join(f"{label}\t{text}" for label, text in lines()))
    recipe = assemble("textcnn_trec", {"rule.epochs": 1}, data=path, quick=True)
    assert recipe.network.classes == 2
    assert recipe.network.vocabulary == len(recipe.data.open().facts["tokens"])
    assert recipe.claim is None


def test_another_fold_or_copy_keeps_the_claim():
    recipe = load("textcnn_mr")
    from profundo.recipes import _claiming

    assert _claiming(override(recipe, {"data.fold": 3, "data.copy": "somewhere"})).claim
    assert _claiming(override(recipe, {"data.name": "subj"})).claim is None
