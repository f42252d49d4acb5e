import math

import pytest
import torch

from profundo.networks.embeddings.shannon import ShannonConfig

AB = torch.tensor([0, 1] * 50)


def counted(text, orders=(1, 2, 3), vocabulary=3):
    network = ShannonConfig(vocabulary=vocabulary, order=3).build()
    for n in orders:
        network.count(text, n)
    return network


def test_entropies_worked_out_by_hand():
    network = counted(AB)
    assert network.entropy(1) == pytest.approx(1)  # a or b: one bit
    assert network.entropy(2) == pytest.approx(0)  # after a comes b
    thirds = counted(torch.tensor([0, 0, 1, 0, 2, 1, 1, 2, 2, 0]))  # each pair once
    assert thirds.entropy(2) == pytest.approx(math.log2(3))


def test_probabilities_worked_out_by_hand():
    network = counted(AB)
    p1 = [(50 + 1 / 3) / 101, (50 + 1 / 3) / 101, (1 / 3) / 101]
    assert network.p(torch.tensor([[0, 0]]), 1)[0].tolist() == pytest.approx(p1)
    assert network.p(torch.tensor([[2, 0]]), 2)[0].tolist() == pytest.approx([p1[0] / 51, (50 + p1[1]) / 51, p1[2] / 51])
    assert network.p(torch.tensor([[2, 2]]), 3)[0].tolist() == pytest.approx(p1)  # never seen: what the shorter one says
    assert network(torch.tensor([[0, 1]]))[0, 0].exp().sum() == pytest.approx(1)


def test_counts_every_gram_once():
    text = torch.randint(0, 3, (200,), generator=torch.Generator().manual_seed(0))
    counts = counted(text).counts(3)
    assert counts.sum() == 198
    a, b, c = text[:3].tolist()
    same = ((text[:-2] == a) & (text[1:-1] == b) & (text[2:] == c)).sum()
    assert counts[3 * a + b, c] == same


def test_samples_come_from_one_seed_and_obey_the_order():
    network = counted(AB)
    sample = network.sample(60, order=2, seed=1)
    assert sample.equal(network.sample(60, order=2, seed=1))
    turns = (sample[1:] != sample[:-1]).float().mean()
    assert turns > 0.9
    assert set(network.sample(300, order=0).tolist()) == {0, 1, 2}
