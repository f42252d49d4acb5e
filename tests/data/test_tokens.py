"""Our byte-pair encoding and WordPiece are those of `tokenizers`, on both books."""

import json

import pytest

from profundo.data import plain_text
from profundo.data.bpe import BPE, BYTES, join, words
from profundo.data.wordpiece import SPECIAL, WordPiece

ODD = "½ Ⅷ x² 日本語 it's  I'll\u00a0 e\u0301 _a_1  \n\n ¿qué?\t👍🏽 \ufffd ñandú\x07 ﬁn Ångström 10,5% a^b`c $5 …—"


@pytest.fixture(scope="module")
def books():
    return [plain_text.book(name) for name in ("quijote", "shakespeare")]


@pytest.fixture(scope="module")
def lines(books):
    """Every tenth line of both (all of them, by hand: half a minute), and odd ones."""
    return [*list(dict.fromkeys("\n".join(books).split("\n")))[::10], ODD, "  \n \n", "¡Ñam! ", "x" * 101, "x" * 100]


@pytest.fixture(scope="module")
def pair(books):
    """Ours and the library's, both learnt from 300,000 characters (from a million, by hand: the same)."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    text = "".join(book[:150_000] for book in books)
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    theirs.train_from_iterator([text], trainers.BpeTrainer(vocab_size=1000, initial_alphabet=alphabet, show_progress=False))
    return BPE.learn(text, 1000), theirs


def test_merges_are_the_librarys(pair):
    ours, theirs = pair
    numbers = theirs.get_vocab()
    byte = {c: BYTES[numbers[c]] for c in numbers if len(c) == 1}  # the library writes bytes as letters
    spelt = lambda token: b"".join(byte[c] for c in token)  # noqa: E731
    assert [tuple(map(spelt, pair)) for pair in json.loads(theirs.to_str())["model"]["merges"]] == list(ours.merges)
    assert [spelt(token) for token in sorted(numbers, key=numbers.get)] == ours.tokens
    assert len(ours.tokens) == 1000


def test_lines_are_encoded_as_the_library_does_and_come_back(pair, lines):
    ours, theirs = pair
    encoded = [ours.encode(line) for line in lines]
    assert encoded == [line.ids for line in theirs.encode_batch(lines)]
    assert [ours.decode(ids) for ids in encoded] == lines


def test_the_example_of_the_page():
    learnt = BPE.learn("la la lana", 258)
    assert learnt.merges == ((b"l", b"a"), (b" ", b"la"))
    assert learnt.pieces(" lana") == [b" la", b"n", b"a"]
    assert words("la la lana") == ["la", " la", " lana"]


def test_a_run_of_one_letter_is_joined_from_the_left():
    assert join([b"a"] * 5, (b"a", b"a")) == [b"aa", b"aa", b"a"]


def test_two_ways_to_a_token_make_one_token():
    twice = BPE(((b"a", b"b"), (b"b", b"c"), (b"ab", b"c"), (b"a", b"bc")))
    assert len(twice.tokens) == 256 + 3


def test_learning_ends_when_nothing_is_left_to_join():
    assert len(BPE.learn("aa", 999).tokens) == 257
    with pytest.raises(ValueError, match="at least 256"):
        BPE.learn("aa", 100)


@pytest.mark.parametrize(("lowercase", "accents"), [(True, True), (True, False), (False, True)])
def test_wordpiece_encodes_as_the_library_does(books, lines, lowercase, accents):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    learnt = WordPiece.learn(books[0][:50_000] + books[1][:50_000], 2000, lowercase)
    ours = WordPiece(learnt.tokens, lowercase, accents)
    theirs = Tokenizer(models.WordPiece(ours.number, unk_token="[UNK]"))
    theirs.normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=not accents)
    theirs.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    assert [ours.encode(line) for line in lines] == [line.ids for line in theirs.encode_batch(lines)]


def test_wordpiece_takes_the_longest_piece():
    tokens = (*SPECIAL, "a", "ab", "##c", "##cd", "##d", "##e")
    ours = WordPiece(tokens)
    assert ours.pieces("abcde") == ["ab", "##cd", "##e"]
    assert ours.pieces("abx") == ["[UNK]"]
    assert ours.encode("AB [MASK]cd") == [6, 4, 1]
    assert ours.decode([6, 8, 10, 4]) == "abcde [MASK]"


def test_wordpiece_learns_the_same_in_every_process(books):
    learnt = WordPiece.learn(books[0][:50_000], 400)
    assert len(learnt.tokens) == 400
    assert learnt.tokens[:8] == (*SPECIAL, "!", "'", "(")
    assert learnt.tokens[200:203] == ("##res", "mu", "##cu")
    assert WordPiece.learn("sol", 8).tokens == (*SPECIAL, "l", "o", "s")
