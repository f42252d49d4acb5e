"""Three tasks of one pair, and the words that name them."""

import pytest
import torch

from profundo.core import UserError
from profundo.data.text_to_text import TextToText

TOY = TextToText(drawn=True)


def texts(data, facts, n):
    x, y = next(data.batches(n))
    name = facts["tokens"]
    return [
        tuple(" ".join(name[k] for k in ids.tolist() if k not in (0, 2, 3)) for ids in pair) for pair in zip(x, y, strict=True)
    ]


def test_each_pair_is_asked_in_three_ways():
    splits = TOY.open()
    assert len(splits.train) == 3 * splits.facts["examples"]["train"]
    (ask1, spanish), (ask2, english), (ask3, gap) = texts(splits.train, splits.facts, 3)
    assert ask1 == f"spanish : {english}"
    assert ask2 == f"english : {spanish}"
    begin, end = ask3.removeprefix("fill : ").split("<0>")
    taken = gap.removeprefix("<0> ").removesuffix(" <1>")
    assert begin + taken + end == english


def test_no_sentence_is_in_two_parts():
    splits = TextToText(drawn=True, tasks=("spanish",)).open()
    parts = [{source for source, _target in texts(part, splits.facts, 5000)} for part in (splits.train, splits.dev)]
    assert parts[0].isdisjoint(parts[1])


def test_all_tasks_know_the_same_words():
    assert TextToText(drawn=True, tasks=("fill",)).open().facts["tokens"] == TOY.open().facts["tokens"]


def test_a_person_asks():
    facts = TOY.open().facts
    ids = TOY.encode("fill: the ___ cats _", facts)
    assert [facts["tokens"][n] for n in ids.tolist()] == ["fill", ":", "the", "<0>", "cats", "<1>", "<end>"]
    assert TOY.decode(ids, facts) == "fill: the <0> cats <1>"
    assert TOY.decode(torch.eye(len(facts["tokens"]))[ids], facts) == "fill: the <0> cats <1>"
    with pytest.raises(UserError, match="begin with one of spanish, english, fill"):
        TOY.encode("the red cats", facts)
    with pytest.raises(ValueError, match="some of"):
        TextToText(tasks=("sing",))
