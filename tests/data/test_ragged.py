"""Sequences of different lengths: nothing is lost, and filling changes nothing."""

import pytest
import torch
from torch import nn

from profundo.data.ragged import IGNORED, PADDING, Ragged, Sequences
from profundo.training.objectives import next_token

LISTS = [[5, 6, 7], [8], [9, 10], [11, 12, 13, 14], [15, 16]]


def test_sequences_keep_what_they_were_given():
    sequences = Sequences.of(LISTS)
    assert sequences.lengths.tolist() == [3, 1, 2, 4, 2]
    some = sequences.take(torch.tensor([3, 1, 3]))
    assert some.flat.tolist() == [11, 12, 13, 14, 8, 11, 12, 13, 14]
    assert sequences.padded(torch.tensor([1, 2]), PADDING).tolist() == [[8, 0], [9, 10]]


def test_every_example_comes_once_with_its_own_target():
    rows = Ragged(Sequences.of(LISTS), torch.arange(5))
    order = torch.randperm(5, generator=torch.Generator().manual_seed(1))
    seen = {
        int(number): [i for i in x.tolist() if i] for xs, ys in rows.batches(2, order) for x, number in zip(xs, ys, strict=True)
    }
    assert seen == dict(enumerate(LISTS))


def test_batches_hold_sequences_of_about_one_length():
    generator = torch.Generator().manual_seed(0)
    lists = [[1] * int(n) for n in torch.randint(1, 40, (400,), generator=generator)]
    rows = Ragged(Sequences.of(lists))
    order = torch.randperm(400, generator=generator)
    real = sum(map(len, lists))
    filled = sum(x.numel() for (x,) in rows.batches(16, order))
    plain = sum(x.numel() for (x,) in rows.take(order).batches(16))
    assert filled < 1.1 * real < plain
    widths = [x.shape[1] for (x,) in rows.batches(16, order)]
    assert widths != sorted(widths)


def test_a_smaller_batch_stays_the_last_one():
    rows = Ragged(Sequences.of(LISTS))
    assert [len(x) for (x,) in rows.batches(2, torch.arange(5))] == [2, 2, 1]


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 4)
        self.said = nn.Linear(4, 3)

    def forward(self, x):
        return self.said(self.embedding(x))


def test_filling_changes_neither_loss_nor_gradient():
    torch.manual_seed(0)
    network = Tagger().double()
    tags = [[0, 1, 2], [1], [2, 0], [1, 1, 0, 2], [0, 0]]
    rows = Ragged(Sequences.of(LISTS), Sequences.of(tags))
    x, y = next(iter(rows.batches(5)))
    assert (y == IGNORED).sum() == 5 * 4 - 12
    next_token(network, (x, y))["loss"].backward()
    together = network.embedding.weight.grad.clone()
    network.zero_grad()
    for one, said in zip(LISTS, tags, strict=True):
        (next_token(network, (torch.tensor([one]), torch.tensor([said])))["loss"] * len(one) / 12).backward()
    assert torch.allclose(together, network.embedding.weight.grad, atol=1e-12)
    assert not together[PADDING].any()


@pytest.mark.parametrize("share", [(0, 2), (1, 2)])
def test_two_processes_divide_every_batch(share):
    rows = Ragged(Sequences.of(LISTS))
    assert sum(len(x) for (x,) in rows.batches(4, torch.arange(5), share=share)) in (2, 3)
