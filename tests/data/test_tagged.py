import pytest
import torch

from profundo.core import UserError
from profundo.data.tagged import CHARACTERS, LETTERS, Tagged, iob2, places
from profundo.data.vocabulary import Vocabulary
from profundo.networks.recurrent.bilstm_crf import BiLSTMCRFConfig
from profundo.recipes import assemble

IOB2 = ["B-PER", "I-PER", "B-PER", "O", "B-LOC", "B-ORG", "I-ORG"]


@pytest.mark.parametrize(
    "tags",
    [
        IOB2,
        ["I-PER", "I-PER", "B-PER", "O", "I-LOC", "I-ORG", "I-ORG"],  # IOB1
        ["B-PER", "E-PER", "S-PER", "O", "S-LOC", "B-ORG", "E-ORG"],  # BIOES
        ["B-PER", "L-PER", "U-PER", "O", "U-LOC", "B-ORG", "L-ORG"],  # BILOU
    ],
)
def test_every_scheme_is_read_as_one(tags):
    assert iob2(tags) == IOB2


def test_plain_types_are_entities_of_neighbours():
    assert iob2(["PER", "PER", "LOC", "O", "LOC"]) == ["B-PER", "I-PER", "B-LOC", "O", "B-LOC"]


def written(path, rows, encoding="utf-8"):
    path.write_bytes("\n\n".join("\n".join(row) for row in rows).encode(encoding))
    return str(path)


def rows(first="B-", between=" NC "):
    """Twelve different sentences of three words."""
    return [[f"Señora{n}{between}{first}PER", f"Núñez{between}I-PER", f"habló{between}O"] for n in range(12)]


@pytest.mark.parametrize(("between", "encoding"), [(" ", "utf-8"), ("\t", "latin-1"), (" NC x ", "utf-16")])
def test_columns_and_encodings(tmp_path, between, encoding):
    splits = Tagged(path=written(tmp_path / "a.conll", rows(between=between), encoding), least=1).open()
    assert splits.facts["names"] == ["O", "B-PER", "I-PER"]
    assert splits.facts["tags"] == 3
    assert splits.facts["notes"] == []
    assert splits.facts["examples"] == {"train": 10, "dev": 1, "test": 1}
    assert {"núñez", "habló", "señora0"} <= set(splits.facts["tokens"])  # digits are one
    x, y = next(iter(splits.train.batches(4)))
    assert x.shape == (4, 3, 1 + LETTERS)
    assert y.tolist() == [[1, 2, 0]] * 4


def test_iob1_is_noticed(tmp_path):
    splits = Tagged(path=written(tmp_path / "a.iob", rows(first="I-"))).open()
    assert "IOB1" in splits.facts["notes"][0]
    assert splits.train.y.flat.tolist() == [1, 2, 0] * 10


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        ([["Ana"], ["B-PER"]], "Line 1 of .* is no word with its tag: 'Ana'"),
        ([["Ana O", "habló O"]] * 12, "has no entity"),
        ([["Ana B-PER"]] * 3, "has 3 sentences; at least 10"),
        ([["Ana B-PER"]] * 12 + [["x" * 10_000_000 + " O"]], "is no word with its tag"),
        ([[""]], "is empty"),
    ],
)
def test_a_file_that_cannot_be_learnt_from_is_refused_in_a_sentence(tmp_path, sentences, said):
    with pytest.raises(UserError, match=said):
        Tagged(path=written(tmp_path / "a.conll", sentences)).open()


def test_a_place_holds_a_word_and_how_it_is_spelt():
    vocabulary = Vocabulary.of([["año", "0000"]])
    año, year, other, long = places([["Año", "1889", "κ", "x" * 15 + "y" * 15]], vocabulary).flat.tolist()
    assert año[0] == vocabulary.number["año"]
    assert año[1:5] == [ord("A") - 30, ord("ñ") - 30, ord("o") - 30, 0]
    assert year[0] == vocabulary.number["0000"]
    assert other[:3] == [1, 1, 0]  # no Latin letter
    assert long[1:] == [ord("x") - 30] * (LETTERS // 2) + [ord("y") - 30] * (LETTERS // 2)


def test_the_network_has_a_vector_for_every_character():
    assert BiLSTMCRFConfig().characters == CHARACTERS
    assert places([["\u017f"]], Vocabulary.of([])).flat[0, 1] == CHARACTERS - 1


def test_what_fills_up_a_batch_is_zero_everywhere(tmp_path):
    splits = Tagged(drawn=True).open()
    x, y = next(iter(splits.train.batches(16)))
    filled = x[..., 0] == 0
    assert filled.any()
    assert not x[filled].any()
    assert (y[filled] == -100).all()
    assert (y[~filled] >= 0).all()


def test_a_text_is_read_and_its_tags_told():
    source = Tagged(drawn=True)
    facts = source.open().facts
    x = source.encode("¿Vio Ana la Copa?", facts)
    assert x.shape == (6, 1 + LETTERS)
    assert facts["tokens"][x[0, 0]] == "¿"
    assert source.decode(torch.tensor([0, 1, 2]), facts) == ["O", "B-LOC", "I-LOC"]
    assert source.decode(torch.eye(9)[[0, 3]], facts) == ["O", "B-MISC"]
    with pytest.raises(UserError, match="no word"):
        source.encode("  ", facts)


def test_own_tags_in_one_line(tmp_path):
    recipe = assemble("ner_es", {}, data=written(tmp_path / "a.conll", rows()), quick=True)
    assert recipe.network.tags == 3
    assert recipe.network.vocabulary == len(recipe.data.open().facts["tokens"])
