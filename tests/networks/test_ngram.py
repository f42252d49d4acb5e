"""Kneser-Ney against its definition, counted with dictionaries."""

import math
import random
from collections import Counter

import pytest
import torch

from profundo.networks.embeddings.ngram import NGramConfig

TEXT = torch.randint(1, 9, (300,), generator=torch.Generator().manual_seed(0)) ** 2 % 11


def by_definition(text, history, word, k, n, V):
    """p_k(word | history) as the formulas of the paper say it, one discount."""
    if k == 0:
        return 1 / V
    grams = [tuple(text[i : i + k]) for i in range(len(text) - k + 1)]
    counts = Counter(grams)
    if k < n:  # below the highest order: how many different words stand before it
        before = {tuple(text[i : i + k + 1]) for i in range(len(text) - k)}
        kinds = Counter(gram[1:] for gram in before)
        counts = Counter({gram: kinds[gram] for gram in counts})
    n1, n2 = (sum(c == r for c in counts.values()) for r in (1, 2))
    D = n1 / (n1 + 2 * n2) if n1 and n2 else 0.5
    h = tuple(history[len(history) - k + 1 :])
    followed = {gram: c for gram, c in counts.items() if gram[:-1] == h and c > 0}
    total = sum(followed.values())
    lower = by_definition(text, history, word, k - 1, n, V)
    if not total:
        return lower
    return max(followed.get((*h, word), 0) - D, 0) / total + D * len(followed) / total * lower


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_equal_to_the_definition(n):
    network = NGramConfig(vocabulary=11, order=4, discounts="one").build()
    network.count(TEXT, n)
    text, draw = TEXT.tolist(), random.Random(n)
    for _trial in range(40):
        at = draw.randrange(len(text) - 4)
        x = text[at : at + 3] if draw.random() < 0.7 else [draw.randrange(11) for _ in range(3)]
        w = draw.randrange(11)
        found = network.log_p(torch.tensor([x]), torch.tensor([[w]])).exp().item()
        assert found == pytest.approx(by_definition(text, x, w, n, n, 11), rel=1e-6)


@pytest.mark.parametrize("discounts", ["one", "three"])
def test_sums_to_one_after_any_history(discounts):
    network = NGramConfig(vocabulary=50, order=5, discounts=discounts).build()
    text = (torch.rand(5000, generator=torch.Generator().manual_seed(1)) ** 3 * 50).long()
    network.count(text, 5)
    x = torch.cat([text.unfold(0, 4, 1)[:100], torch.randint(0, 50, (100, 4))])
    p = network(x)[:, 0].double().exp()
    assert (p > 0).all()
    assert torch.allclose(p.sum(1), torch.ones(200, dtype=torch.double), atol=1e-6)
    y = torch.randint(0, 50, (200, 1))
    assert torch.allclose(network.log_p(x, y).float(), network(x)[:, 0].gather(1, y)[:, 0], atol=1e-5)


def test_three_discounts_of_chen_and_goodman():
    network = NGramConfig(vocabulary=20, discounts="three").build()
    D = network._discounts(torch.tensor([1] * 8 + [2] * 4 + [3] * 2 + [4]))
    Y = 8 / 16
    assert D.tolist() == pytest.approx([0, 1 - 2 * Y * 4 / 8, 2 - 3 * Y * 2 / 4, 3 - 4 * Y * 1 / 2])


def test_francisco_follows_san_only():
    """Its 1-gram is that of a word with one kind of predecessor, however frequent it is."""
    san, francisco, rest = 1, 2, [3, 4, 5, 6]
    text = torch.tensor([w for other in rest * 5 for w in (san, francisco, other)])
    network = NGramConfig(vocabulary=7, order=2, discounts="one").build()
    network.count(text, 2)
    p = network(torch.tensor([[0]]))[0, 0].exp()  # after a word never seen: 1-grams alone
    assert p[francisco] < p[san]  # both occur 20 times; four kinds of words stand before san
    assert network(torch.tensor([[san]]))[0, 0].argmax() == francisco


def test_more_order_than_it_has_is_refused_and_weights_round_trip():
    network = NGramConfig(vocabulary=11, order=3).build()
    with pytest.raises(ValueError, match="order of 4"):
        network.count(TEXT, 4)
    network.count(TEXT, 3)
    twin = NGramConfig(vocabulary=11, order=3).build()
    twin.load_state_dict(network.state_dict())
    x, y = TEXT[None, :2], TEXT[None, 2:3]
    assert twin.log_p(x, y).equal(network.log_p(x, y))
    assert math.isfinite(twin.log_p(x, y).item())
