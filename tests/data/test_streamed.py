import threading
import time

import pytest
import torch

from profundo.core import UserError
from profundo.data.rows import Rows, Standardize
from profundo.data.streamed import Streamed

N = 23


def read(item):
    """The picture called "7" is full of sevens. The first ones come last."""
    time.sleep(0.02 if int(item) < 4 else 0)
    if int(item) == 99:
        raise UserError("99 is damaged.")
    return torch.full((3, 2, 2), int(item), dtype=torch.uint8)


NORMAL = Standardize((10.0,) * 3, (2.0,) * 3)
STREAMED = Streamed([str(i) for i in range(N)], read, torch.arange(N), NORMAL, workers=2)
ROWS = Rows(torch.stack([read(str(i)) for i in range(N)]), torch.arange(N), NORMAL)


def same(one, other):
    one, other = list(one), list(other)
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert len(a) == len(b)
        assert all(torch.equal(u, v) and u.stride() == v.stride() for u, v in zip(a, b, strict=True))


@pytest.mark.parametrize("how", [{}, {"start": 2}, {"share": (1, 2)}, {"start": 1, "share": (0, 3)}, {"ordered": True}])
def test_the_batches_are_those_of_rows(how):
    order = torch.randperm(N, generator=torch.Generator().manual_seed(0)) if how.pop("ordered", False) else None
    same(STREAMED.batches(5, order, **how), ROWS.batches(5, order, **how))


def test_taking_some_and_having_no_targets():
    some = torch.tensor([3, 1, 20])
    same(STREAMED.take(some).batches(2), ROWS.take(some).batches(2))
    bare = Streamed(STREAMED.items, read, workers=1)
    same(bare.batches(23), Rows(ROWS.x).batches(23))
    assert len(bare) == N


def test_global_random_numbers_stay_where_they_are():
    before = torch.get_rng_state()
    next(iter(STREAMED.batches(5)))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_damaged_example_is_told_in_one_sentence():
    broken = Streamed(["5", "99"], read, workers=1)
    with pytest.raises(UserError) as answer:
        list(broken.batches(2))
    assert str(answer.value) == "99 is damaged."


def reading():
    return [thread for thread in threading.enumerate() if thread.name.startswith("reading")]


def test_stopping_early_leaves_no_thread_behind():
    batches = STREAMED.batches(2)
    next(batches)
    assert reading()
    batches.close()
    assert not reading()


def test_the_next_batches_are_read_while_the_network_learns():
    """Whoever holds a batch sees the two after it being read without asking for them, and no third one."""
    read_so_far, two_more = [], threading.Event()

    def watched(item):
        read_so_far.append(item)
        if len(read_so_far) == 3 * 4:
            two_more.set()
        return torch.zeros(1)

    batches = Streamed([str(i) for i in range(40)], watched, workers=3).batches(4)
    next(batches)
    assert two_more.wait(10)
    assert sorted(map(int, read_so_far)) == list(range(12))
    batches.close()
    assert len(read_so_far) == 12
