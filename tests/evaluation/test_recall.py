import pytest
import torch
from torch import nn

from profundo.data.rows import Rows
from profundo.evaluation.recall import Recall


def test_wrong_bits_are_counted():
    stored = torch.ones(2, 10)
    cue = stored.clone()
    cue[0, :3] = -1
    assert Recall().score(nn.Identity(), Rows(cue, stored)) == {"bit_error": 3 / 20, "perfect": 1 / 2}
    assert Recall().score(nn.Identity(), Rows(stored, stored)) == {"bit_error": 0.0, "perfect": 1.0}


def test_the_baseline_hands_the_cue_back_or_tosses_a_coin():
    stored = torch.ones(2, 10)
    cue = stored.clone()
    cue[0, :3] = -1
    assert Recall().baseline(None, Rows(cue, stored))["bit_error"] == pytest.approx(0.15)
    assert Recall().baseline(None, Rows(stored, stored)) == {"bit_error": 0.5}
