"""Span corruption: the paper's own sentence, and what the draw promises."""

import pytest
import torch

from profundo.data.spans import corrupted, spans

SENTENCE = ["Thank", "you", "for", "inviting", "me", "to", "your", "party", "last", "week", "."]
WORDS = [*SENTENCE, "<X>", "<Y>", "<Z>"]


def said(ids):
    return " ".join(WORDS[n] for n in ids)


def test_the_papers_figure_2():
    source, target = corrupted(range(11), [(2, 4), (8, 9)], [11, 12, 13])
    assert said(source) == "Thank you <X> me to your party <Y> week ."
    assert said(target) == "<X> for inviting <Y> last <Z>"


def test_nothing_is_lost():
    generator = torch.Generator().manual_seed(0)
    for n in range(2, 200):
        drawn = spans(n, generator)
        source, target = corrupted(range(n), drawn, range(1000, 1100))
        words = [t for t in source if t < 1000] + [t for t in target if t < 1000]
        assert sorted(words) == list(range(n))
        assert [t for t in source if t >= 1000] == [t for t in target if t >= 1000][:-1]


def test_as_many_tokens_and_spans_as_the_paper_says():
    generator = torch.Generator().manual_seed(0)
    draws = [spans(500, generator) for _draw in range(200)]
    assert {sum(end - begin for begin, end in drawn) for drawn in draws} == {75}  # 15 % of 500
    assert {len(drawn) for drawn in draws} == {25}  # of 3 tokens on average
    first = torch.tensor([drawn[0][0] for drawn in draws]).float()
    assert first.mean().item() == pytest.approx(427 / 26 - 1, rel=0.2)  # what stays is cut as evenly
    short = [spans(6, generator)[0] for _draw in range(600)]  # one word of six: each as often
    assert all(70 < short.count((n, n + 1)) < 130 for n in range(6))
    assert draws[0] != draws[1]
    assert spans(500, torch.Generator().manual_seed(0)) == draws[0]


def test_spans_that_make_no_sense():
    with pytest.raises(ValueError, match="in order"):
        corrupted(range(9), [(2, 4), (4, 5)], [9, 10, 11])
    with pytest.raises(ValueError, match="2 spans need 3 sentinels, not 2"):
        corrupted(range(9), [(2, 4), (6, 7)], [9, 10])
