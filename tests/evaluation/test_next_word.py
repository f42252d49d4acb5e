import math

import pytest
import torch

from profundo.data.histories import Histories
from profundo.evaluation.language import LanguageModel
from profundo.evaluation.next_word import LetterEntropy, NextWord
from profundo.networks.embeddings.bengio import BengioConfig
from profundo.networks.embeddings.ngram import NGramConfig
from profundo.networks.embeddings.shannon import ShannonConfig


@pytest.fixture
def parts():
    ids = (torch.rand(900, generator=torch.Generator().manual_seed(0)) ** 2 * 20).long()
    return Histories.of(ids, (600, 750, 900), 2)


@pytest.fixture
def neural():
    torch.manual_seed(0)
    return BengioConfig(vocabulary=20, context=2, dimensions=3, hidden=4).build()


def test_one_word_at_a_time_is_as_good_as_all(parts, neural):
    assert NextWord().score(neural, parts[1]) == pytest.approx(LanguageModel().score(neural, parts[1]), rel=1e-5)


def test_a_mixture_is_the_mean_of_two_probabilities(parts, neural):
    train, dev, _test = parts
    scores = NextWord(mixed=2).score(neural, dev)
    trigram = NGramConfig(vocabulary=20, order=2).build()
    trigram.count(train.words, 2)
    x, y = next(iter(dev.batches(1000)))
    both = (neural.log_p(x, y).double().exp() + trigram.log_p(x, y).exp()) / 2
    assert scores["mixed_loss"] == pytest.approx(-both.log().mean().item(), rel=1e-6)
    assert scores["ngram_perplexity"] == pytest.approx(math.exp(-trigram.log_p(x, y).mean().item()), rel=1e-6)
    assert scores["mixed_loss"] < max(scores["loss"], scores["ngram_loss"])


def test_letters_have_an_entropy_for_each_order(parts):
    train, dev, _test = parts
    network = ShannonConfig(vocabulary=20, order=3).build()
    for n in (1, 2):
        network.count(train.words, n)
    scores = LetterEntropy().score(network, dev)
    assert {"F1", "F2"} <= scores.keys()
    assert "F3" not in scores
    assert scores["F2"] == pytest.approx(scores["bits"], rel=1e-6)


def test_the_order_of_an_ngram_is_checked():
    with pytest.raises(ValueError, match="order of an n-gram"):
        NextWord(mixed=9)
