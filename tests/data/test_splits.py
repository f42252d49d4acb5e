import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from profundo.data.splits import check_shares, fingerprint, follow, in_three, limited, stratified

LABELS = torch.tensor([0] * 100 + [1] * 40 + [2] * 3)


@given(st.lists(st.integers(0, 4), min_size=3, max_size=200), st.integers(0, 5))
def test_every_example_lies_in_exactly_one_part(labels, seed):
    parts = in_three(torch.tensor(labels), 0.15, 0.15, seed)
    assert sorted(torch.cat(parts).tolist()) == list(range(len(labels)))


@given(st.lists(st.integers(0, 2), min_size=3, max_size=200))
def test_a_class_that_can_be_everywhere_is_everywhere(labels):
    y = torch.tensor(labels)
    for k in range(3):
        has = [bool((y[part] == k).any()) for part in in_three(y, 0.15, 0.15, seed=0)]
        count = labels.count(k)
        assert has == [count >= 1, count >= 2, count >= 3]


def test_parts_keep_the_proportions():
    train, dev, test = in_three(LABELS, 0.2, 0.1, seed=0)
    assert torch.bincount(LABELS[train]).tolist() == [70, 28, 1]
    assert torch.bincount(LABELS[dev]).tolist() == [20, 8, 1]
    assert torch.bincount(LABELS[test]).tolist() == [10, 4, 1]


def test_the_seed_decides():
    first, again, other = (fingerprint(*in_three(LABELS, 0.15, 0.15, seed)) for seed in (1, 1, 2))
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_a_limit_takes_a_part_of_each_part():
    whole = in_three(LABELS, 0.15, 0.15, seed=0)
    fifty, ninety = (limited(whole, LABELS, limit, seed=0) for limit in (50, 90))
    assert sum(map(len, fifty)) == pytest.approx(50, abs=4)
    for small, larger, all_ in zip(fifty, ninety, whole, strict=True):
        assert set(small.tolist()) < set(larger.tolist()) < set(all_.tolist())
        assert set(LABELS[small].tolist()) == {0, 1, 2}
    assert limited(whole, LABELS, 1000, seed=0) == whole


def test_a_share_of_nothing_is_empty():
    learn, none = stratified(LABELS, (1.0, 0.0), seed=0)
    assert (len(learn), len(none)) == (143, 0)


def test_copies_follow_the_first():
    first = torch.tensor([0, 1, 0, 3, 1])
    assert follow(torch.tensor([0, 3]), first).tolist() == [0, 2, 3]


@pytest.mark.parametrize("wrong", [(0.0, 0.1, None), (0.1, 0.0, None), (0.5, 0.5, None), (0.1, 0.1, 9)])
def test_shares_that_leave_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=r"dev|limit"):
        check_shares(*wrong)
