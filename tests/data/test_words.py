"""Words, letters and what stands around: texts cut as they should be, asked as people ask."""

import pytest
import torch

from profundo.core import UserError
from profundo.data import brown, open_path
from profundo.data.around import Around, known
from profundo.data.histories import Histories
from profundo.data.letters import ENGLISH, SPANISH, Letters, signs
from profundo.data.vocabulary import UNKNOWN
from profundo.data.words import Words, split

TAGGED = "\n\n\tThe/at dog/nn 's/poss 1/2/cd ./.\n\n\nIt/pps ran/vbd ./.\n\n\tYes/rb ./.\n"
SMALL = Words(("quijote",), limit=3000, most=300)


@pytest.fixture
def own(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "own.txt"
        path.write_text(text, encoding=encoding)
        return str(path)

    return write


def test_brown_is_read_as_it_is_written():
    assert brown.untagged(TAGGED) == ["<text>", "<p>", "The", "dog", "'s", "1/2", ".", "It", "ran", ".", "<p>", "Yes", "."]


def test_words_marks_and_paragraphs():
    assert split("¡Hola, don Quijote!\nno\n \nit's well-known") == [
        *("¡", "Hola", ",", "don", "Quijote", "!", "no"),
        *("<p>", "it's", "well-known"),
    ]


def test_histories_end_to_end():
    train, dev, test = Histories.of(torch.arange(10), (6, 8, 10), 2)
    assert [x.tolist() for x in next(iter(train.batches(2)))] == [[[0, 1], [1, 2]], [[2], [3]]]
    assert [x.tolist() for x in next(iter(dev.batches(9)))] == [[[4, 5], [5, 6]], [[6], [7]]]  # it looks back into train
    assert next(iter(test.batches(9)))[1].tolist() == [[8], [9]]
    assert [part.words.tolist() for part in (train, dev, test)] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    assert dev.ids.tolist() == list(range(8))  # nothing of test is in it
    assert dev.ids[: dev.learnt].equal(train.ids)
    with pytest.raises(ValueError, match="leave nothing"):
        Histories.of(torch.arange(10), (2, 8, 10), 2)


def test_rare_words_are_one_and_the_facts_say_how_many():
    splits = SMALL.open()
    tokens = splits.facts["tokens"]
    assert len(tokens) == splits.facts["vocabulary"] <= 300
    assert splits.train.ids.max() < len(tokens)
    text = split_quijote()[:3000]
    counts = {word: text.count(word) for word in tokens[2:]}
    assert min(counts.values()) >= 4
    assert (splits.open_test().ids == tokens.index(UNKNOWN)).sum() == sum(word not in counts for word in text)
    assert splits.facts["examples"] == {"train": 2400, "dev": 300, "test": 300}


def split_quijote():
    from profundo.data import plain_text
    from profundo.data.words import plain

    return plain(plain_text.book("quijote"))


def test_each_of_several_texts_is_in_every_part():
    splits = Words(("shakespeare", "quijote"), limit=2000, least=1).open()
    number = splits.facts["tokens"].index
    for part in (splits.train, splits.dev, splits.open_test()):
        seen = set(part.words.tolist())
        assert number("que") in seen
        assert number("you") in seen


def test_a_beginning_is_encoded_and_the_next_word_decoded():
    facts = {"tokens": ["<pad>", "<unk>", "<p>", "el", "rey"], "context": 4, "lower": False}
    assert SMALL.encode("el rey Arturo", facts).tolist() == [2, 3, 4, 1]
    assert SMALL.encode("el rey el rey el", facts).tolist() == [4, 3, 4, 3]
    said = SMALL.decode(torch.tensor([[0.0, 0, 0, 1, 2]]), facts)
    assert list(said)[:2] == ["rey", "el"]
    assert sum(said.values()) == pytest.approx(1)
    with pytest.raises(UserError, match="no word"):
        SMALL.encode(" ", facts)


def test_own_text_in_any_encoding(own):
    path = own("Mañana será otro día, señor. " * 60, "cp1252")
    source = open_path(path, like=Words())
    assert source == Words(path=path)
    assert "Mañana" in source.open().facts["tokens"]
    with pytest.raises(UserError, match="3 words, too few"):
        Words(path=own("Una sola")).open()
    with pytest.raises(ValueError, match="brown, shakespeare, quijote"):
        Words(("bible",))


def test_letters_are_those_of_shannon(own):
    assert signs("Él, ¿mañana?\n¡SÍ! 25", SPANISH) == "el mañana si "
    assert signs("Él, ¿mañana?\n¡SÍ! 25", ENGLISH) == "el manana si "
    assert signs("man\u0303ana", SPANISH) == "mañana"
    splits = Letters("quijote", limit=1000).open()
    assert splits.facts["vocabulary"] == 28
    assert Letters("shakespeare", limit=1000).open().facts["vocabulary"] == 27
    assert Letters().text(splits.train.ids[:12], splits.facts) == "el ingenioso"
    x = Letters().encode("¡Qué", splits.facts)
    assert Letters().text(x, splits.facts) == "que"
    assert Letters().text(Letters().encode("A", splits.facts), splits.facts) == "  a"
    with pytest.raises(UserError, match="too few"):
        Letters(path=own("short")).open()


FACTS = {"tokens": ["<pad>", "<unk>", "king", "man", "woman", "queen", "e-mail"], "lower": True}


def test_analogies_are_read_with_their_signs():
    ask = lambda text: Around().encode(text, FACTS).tolist()  # noqa: E731
    assert ask("King") == [[2, 1]]
    assert ask("king - man + woman") == [[2, 1], [3, -1], [4, 1]]
    assert ask("- man  king") == [[3, -1], [2, 1]]
    assert ask("e-mail") == [[6, 1]]
    with pytest.raises(UserError, match=r"no word 'quen'.*queen"):
        ask("quen")
    with pytest.raises(UserError, match="<unk>"):
        ask("<unk>")
    with pytest.raises(UserError, match="no word in"):
        ask(" + ")


def test_only_questions_whose_words_are_known_are_asked():
    text = ": family\nMan King Woman Queen\nman king boy prince\n: gram\nman woman king queen\n"
    assert known(text, FACTS["tokens"]).tolist() == [[3, 2, 4, 5], [3, 4, 2, 5]]


def test_own_text_is_asked_no_english_questions(own):
    splits = Around(path=own("uno dos tres cuatro cinco. " * 50)).open()
    assert len(splits.open_test().questions) == len(splits.dev.questions) == 0
