import pytest
import torch

from profundo.core import UserError
from profundo.data.patterns import RandomPatterns


def test_bits_are_fair_and_the_load_counts_patterns():
    splits = RandomPatterns(neurons=1000, load=0.138).open()
    assert splits.train.x.shape == (138, 1000)
    assert splits.train.x.unique().tolist() == [-1.0, 1.0]
    assert abs(splits.train.x.mean()) < 4 / 138_000**0.5
    assert splits.facts["patterns"] == 138


def test_dev_and_test_ask_for_the_stored_patterns_with_other_bits_flipped():
    splits = RandomPatterns(neurons=500, load=0.1, noise=0.2).open()
    dev, test = splits.dev, splits.open_test()
    assert torch.equal(dev.y, splits.train.x)
    assert torch.equal(test.y, splits.train.x)
    assert (dev.x != dev.y).float().mean().item() == pytest.approx(0.2, abs=0.01)
    assert not torch.equal(dev.x, test.x)
    quiet = RandomPatterns(neurons=500, load=0.1).open()
    assert torch.equal(quiet.dev.x, quiet.train.x)


def test_a_pattern_as_a_person_gives_it():
    source = RandomPatterns(neurons=4, load=0.5)
    facts = source.open().facts
    assert source.encode("+--+", facts).tolist() == [1.0, -1.0, -1.0, 1.0]
    assert source.decode(torch.tensor([1.0, -1.0, -1.0, 1.0]), facts) == "+--+"
    for wrong in ("+--", "+-x+", [1, 0, 1, 1]):
        with pytest.raises(UserError, match="A pattern is 4 bits"):
            source.encode(wrong, facts)


@pytest.mark.parametrize("wrong", [{"neurons": 1}, {"load": 0.0001}, {"noise": 1.5}])
def test_impossible_patterns(wrong):
    with pytest.raises(ValueError, match=r"neurons|noise"):
        RandomPatterns(**wrong)
