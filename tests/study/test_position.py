import pytest
import torch
from torch import nn

from profundo.data.rows import Rows
from profundo.networks.convolutional.local_parts import LocalPartsConfig
from profundo.study.position import position_kept, shifted


def test_pictures_move_by_whole_pixels():
    x = torch.zeros(2, 1, 5, 6)
    x[:, 0, 2, 3] = torch.tensor([1.0, 2.0])
    moved = shifted(x, torch.tensor([[1, -2], [0, 2]]))
    assert moved.nonzero()[:, 2:].tolist() == [[0, 4], [4, 3]]
    assert moved.sum() == 3


def test_who_pools_does_not_know_where_and_who_does_not_does():
    torch.manual_seed(0)
    x = torch.zeros(600, 1, 28, 28)
    x[:, 0, 12:16, 12:16] = 1 + 0.1 * torch.rand(600, 4, 4)  # something in the middle
    learn, ask = Rows(x[:400]), Rows(x[400:])
    kept = {
        pooling: position_kept(LocalPartsConfig(size=28, classes=10, maps=4, pooling=pooling).build(), learn, ask)
        for pooling in ("mean", "none")
    }
    assert kept["none"] > 0.95
    assert kept["mean"] < 0.5


def test_a_network_without_layers_is_refused():
    rows = Rows(torch.zeros(4, 1, 8, 8))
    with pytest.raises(ValueError, match="linear layer"):
        position_kept(nn.Identity(), rows, rows)
