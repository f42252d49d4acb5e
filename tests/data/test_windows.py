"""A long text in windows."""

import pytest
import torch

from profundo.data.windows import Windows


def test_targets_are_one_place_on():
    windows = Windows.of(torch.arange(100), 8)
    for x, y in windows.batches(3):
        assert torch.equal(x + 1, y)
        assert x.shape[1] == 8
    assert len(windows) == 11


def test_each_epoch_cuts_elsewhere_and_the_same_order_cuts_the_same():
    windows = Windows.of(torch.arange(1000), 10)
    orders = [torch.randperm(len(windows), generator=torch.Generator().manual_seed(n)) for n in range(5)]
    begins = [int(next(iter(windows.batches(4, order)))[0][0, 0]) % 10 for order in orders]
    assert len(set(begins)) > 1
    again = next(iter(windows.batches(4, orders[0])))[0]
    assert torch.equal(again, next(iter(windows.batches(4, orders[0])))[0])
    late = list(windows.batches(4, orders[0]))[5:]
    assert all(torch.equal(a[0], b[0]) for a, b in zip(late, windows.batches(4, orders[0], start=5), strict=True))


def test_no_window_runs_over_the_end():
    for n in range(21, 60):
        windows = Windows.of(torch.arange(n), 10)
        for first in range(len(windows)):
            order = torch.arange(len(windows)).roll(-first)
            assert all(int(y.max()) < n for _x, y in windows.batches(1, order))
    assert len(windows.take(torch.tensor([0]))) == 1


def test_too_short_a_text_is_refused():
    with pytest.raises(ValueError, match="too short"):
        Windows.of(torch.arange(20), 10)
