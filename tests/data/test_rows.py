import pytest
import torch

from profundo.data.rows import Rows, Standardize


@pytest.fixture
def rows():
    return Rows(torch.arange(10.0)[:, None], torch.arange(10))


def test_batches_follow_the_order_and_can_start_midway(rows):
    order = torch.tensor([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    assert [y.tolist() for _x, y in rows.batches(4, order)] == [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]]
    assert [y.tolist() for _x, y in rows.batches(4, order, start=2)] == [[1, 0]]


def test_ranks_divide_every_batch_between_them(rows):
    shares = [[y.tolist() for _x, y in rows.batches(4, share=(rank, 2))] for rank in (0, 1)]
    assert [sorted(a + b) for a, b in zip(*shares, strict=True)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_batch_smaller_than_the_world_goes_to_all(rows):
    assert [[y.tolist() for _x, y in rows.batches(3, share=(rank, 2))][-1] for rank in (0, 1)] == [[9], [9]]


def test_standardize_is_per_channel_and_leaves_the_data_alone():
    x = torch.randint(0, 256, (5, 2, 3, 3), dtype=torch.uint8)
    before = x.clone()
    z = Standardize((1.0, 2.0), (3.0, 4.0))(x)
    torch.testing.assert_close(z[:, 1], (x[:, 1].float() - 2) / 4)
    assert torch.equal(x, before)
    y = torch.randn(4, 1)
    kept = y.clone()
    Standardize((1.0,), (2.0,))(y)
    assert torch.equal(y, kept)


def test_pictures_come_with_their_channels_last():
    (x,) = next(Rows(torch.zeros(2, 3, 4, 4)).batches(2))
    assert x.is_contiguous(memory_format=torch.channels_last)
