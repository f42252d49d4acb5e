"""Tasks with a long lag and Elman's streams: what each sequence holds is checked against its rule, one by one."""

import re

import pytest
import torch

from profundo.core import UserError
from profundo.data.long_lag import Adding, TemporalOrder
from profundo.data.reber import REBER, EmbeddedReber, allowed, strings
from profundo.data.streams import LETTERS, LetterStream, XorStream, letters, sounds
from profundo.evaluation.long_lag import Foresight, Grammatical, Ordered, Within
from profundo.networks.recurrent.elman import ElmanConfig

SMALL = [XorStream(), LetterStream(), Adding(train=300), TemporalOrder(train=300), EmbeddedReber()]


def every(data):
    return [tuple(part.tolist() for part in batch) for batch in data.batches(1000)]


@pytest.mark.parametrize("source", SMALL, ids=lambda s: type(s).__name__)
def test_the_same_seed_gives_the_same_and_another_gives_others(source):
    again, other = type(source)(**vars(source)), type(source)(**vars(source) | {"seed": 1})
    assert every(source.open().train) == every(again.open().train)
    assert every(source.open().train) != every(other.open().train)
    assert every(source.open().dev) != every(source.open().open_test())


def test_adding_by_its_rule():
    train = Adding(length=40, train=500).open().train
    for x, y in zip(train.x, train.y, strict=True):
        long = int((x[:, 1] != 0).nonzero().max()) + 1  # the last pair has its mark
        value, mark = x[:, 0], x[:, 1]
        assert 40 <= long <= 44
        assert not x[long:].any()
        assert mark[0] == mark[long - 1] == -1
        marked = (mark == 1).nonzero().flatten().tolist()
        assert len(marked) in (1, 2)  # one where the first pair of all was drawn
        assert min(marked) < 10 or len(marked) == 1
        assert max(marked) < 20
        assert y == pytest.approx(0.5 + value[marked].sum().item() / 4)
    assert train.x[..., 0].abs().max() <= 1
    assert 0 < train.y.min() < 0.2 < 0.8 < train.y.max() < 1


def test_temporal_order_by_its_rule():
    data = TemporalOrder(length=100, train=200).open()
    names, tokens = data.facts["names"], data.facts["tokens"]
    for (x,), y in ((x.tolist(), y.item()) for x, y in data.train.batches(1)):
        said = "".join(tokens[i] for i in x)
        assert 100 <= len(said) <= 110
        assert re.fullmatch("E[abcd]*[XY][abcd]*[XY][abcd]*B", said)
        first, second = (found.start() for found in re.finditer("[XY]", said))
        assert 10 <= first <= 20
        assert 50 <= second <= 60
        assert names[y] == f"{said[first]} {said[second]}"
    assert data.train.y.unique().tolist() == [0, 1, 2, 3]


def test_reber_strings_are_those_of_a_regular_expression():
    """The same grammar, written as a regular expression by eliminating its states."""
    tail = "(?:XT*V(?:PXT*V)*PS|XT*V(?:PXT*V)*V)"  # from the S loop's X on: through X, T*, V and back by P
    inner = f"B(?:TS*X(?:S|{tail})|PT*V(?:PXT*V)*(?:PS|V))E"
    grammar = re.compile(f"B(?:T{inner}T|P{inner}P)E")
    found = strings(400, torch.Generator().manual_seed(0))
    assert len(set(found)) == 400
    assert all(grammar.fullmatch(one) for one in found)
    assert any(one[1] == "T" for one in found)
    assert any(one[1] == "P" for one in found)


@pytest.mark.parametrize(
    ("string", "legal"),
    [
        ("B", "TP"),
        ("BT", "B"),
        ("BTB", "TP"),
        ("BTBT", "SX"),
        ("BTBTX", "XS"),
        ("BTBTXS", "E"),
        ("BTBTXSE", "T"),
        ("BPBTXSE", "P"),
    ],
)
def test_what_may_follow(string, legal):
    may = allowed(torch.tensor([REBER.ids(string)]))[0, -1]
    assert {REBER.tokens[i] for i in may.nonzero().flatten().tolist()} == set(legal)


def test_no_string_of_test_is_in_train():
    data = EmbeddedReber().open()
    parts = [{tuple(x[0].tolist()) for x, _y in part.batches(1)} for part in (data.train, data.dev, data.open_test())]
    assert [len(part) for part in parts] == [256] * 3
    assert len(set.union(*parts)) == 768


def test_every_third_bit_is_the_exclusive_or_of_the_two_before():
    train = XorStream(train=600).open().train
    bits = torch.cat([train.x.flatten(), train.y[-1, -1]]).int()
    sure = torch.cat([torch.zeros(1), train.certain.flatten()]).bool()  # of a bit, not of the one after it
    assert sure.nonzero().flatten().tolist() == list(range(2, len(bits), 3))
    assert all(bits[i] == bits[i - 1] ^ bits[i - 2] for i in sure.nonzero().flatten().tolist())
    assert 0.4 < bits.float().mean() < 0.6
    assert len({tuple(one[:3].tolist()) for one in train.certain}) == 3  # windows begin anywhere in a group


def test_letters_are_words_in_any_order():
    train = LetterStream(train=300).open().train
    text = letters(train.x.flatten(0, 1))
    assert re.match("(?:ba|dii|guuu)+", text).end() > len(text) - 4
    sure = "".join("v" if one else "c" for one in train.certain.flatten().tolist())
    after = letters(train.y.flatten(0, 1))
    assert sure == re.sub("[bdg]", "c", re.sub("[aiu]", "v", after))
    assert torch.equal(sounds("".join(LETTERS)), sounds(letters(sounds("bdgaiu"))))


def test_foresight_of_somebody_who_knows_and_of_a_coin():
    data = XorStream().open().dev

    class Knows(torch.nn.Module):
        def forward(self, x):
            before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
            said = (x - before).abs()  # the exclusive or, at every time, even where it means nothing
            return torch.where(data.certain[..., None], said, 0.5)

    assert Foresight().score(Knows(), data)["chance"] == 0.5
    assert Foresight().score(Knows(), data)["certain"] < 0.12  # wrong only where a window cut a group in two
    assert Foresight().baseline(data, data)["certain"] == pytest.approx(0.5, abs=0.01)


def test_within_counts_what_is_nearer_than_the_margin():
    assert Within().figures(torch.tensor([0.0, 0.039, -0.039, 0.041]))["solved"] == 0.75


def test_ordered_asks_more_than_the_right_class():
    sure, hardly = [9.0, 0.0, 0.0, 0.0], [0.3, 0.0, 0.0, 0.0]
    found = Ordered().figures(torch.tensor([sure, hardly]), torch.tensor([0, 0]))
    assert (found["error"], found["solved"]) == (0.0, 0.5)


def test_grammatical_of_somebody_who_knows_the_grammar_and_of_somebody_who_forgot_the_second_symbol():
    data = EmbeddedReber(dev=50).open().dev

    class Knows(torch.nn.Module):
        def forward(self, x):
            return allowed(x).float() * 20

    class Forgets(Knows):
        def forward(self, x):
            x = x.clone()
            x[:, 1] = REBER.number["T"]
            return super().forward(x)

    assert Grammatical().score(Knows(), data)["solved"] == 1.0
    assert Grammatical().score(Knows(), data)["far"] == 1.0
    forgot = Grammatical().score(Forgets(), data)
    assert forgot["solved"] == forgot["far"] == sum(x[0, 1].item() == REBER.number["T"] for x, _y in data.batches(1)) / 50


def test_what_fills_up_changes_no_figure():
    data = EmbeddedReber(dev=20).open().dev
    torch.manual_seed(0)
    network = ElmanConfig(inputs=8, units=8, outputs=8).build()
    whole = Grammatical().score(network, data)
    each = [Grammatical().score(network, data.take(torch.tensor([i]))) for i in range(20)]
    long = data.x.lengths
    assert whole["solved"] == sum(one["solved"] for one in each) / 20
    assert whole["far"] == pytest.approx(sum(one["far"] for one in each) / 20)
    assert whole["loss"] == pytest.approx(
        sum(one["loss"] * n.item() for one, n in zip(each, long, strict=True)) / long.sum().item()
    )


@pytest.mark.parametrize(
    ("source", "raw"), [(XorStream(), "102"), (LetterStream(), "bad!"), (Adding(), "a b"), (EmbeddedReber(), "Q")]
)
def test_what_is_no_sequence_is_refused(source, raw):
    with pytest.raises(UserError):
        source.encode(raw, {})


def test_a_question_is_asked_as_in_the_data():
    x = Adding().encode("0.5 -0.2* 0.9* 0.1", {})
    assert x.T.tolist() == [pytest.approx([0.5, -0.2, 0.9, 0.1]), [-1.0, 1.0, 1.0, -1.0]]
    assert Adding().decode(torch.tensor([0.6]), {}) == pytest.approx(0.4)
    assert XorStream().encode("101 0", {})[:, 0].tolist() == [1, 0, 1, 0]
    assert next(iter(LetterStream().decode(sounds("ba"), {}))) == "a"


@pytest.mark.parametrize(
    ("source", "wrong"),
    [(XorStream, {"window": 30}), (Adding, {"length": 10}), (TemporalOrder, {"dev": 3}), (EmbeddedReber, {"test": 9000})],
)
def test_what_cannot_be_is_refused(source, wrong):
    with pytest.raises(ValueError, match=r"window|length|train"):
        source(**wrong)
