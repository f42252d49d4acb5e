"""The net of TensorFlow Playground: its start, its inputs, its loss."""

import pytest
import torch
from torch.testing import assert_close

from profundo.data.rows import Rows
from profundo.evaluation.signs import Signs
from profundo.networks.dense.playground import INPUTS, PlaygroundConfig
from profundo.training.objectives import half_squared_error


def test_inputs_by_hand():
    net = PlaygroundConfig(inputs=tuple(INPUTS)).build()
    (found, *_rest) = net.spaces(torch.tensor([[2.0, -3.0]]))
    assert_close(found, torch.tensor([[2.0, -3.0, 4.0, 9.0, -6.0, 0.9093, -0.1411]]), atol=1e-4, rtol=0)


def test_it_starts_as_playground_starts():
    net = PlaygroundConfig(hidden=(8, 8, 8)).build()
    weights = torch.cat([p.flatten() for p in net.parameters() if p.ndim == 2])
    assert sum(p.numel() for p in net.parameters()) == 3 * 8 + 9 * 8 + 9 * 8 + 9
    assert 0.4 < weights.max() <= 0.5
    assert -0.5 <= weights.min() < -0.4
    assert all((p == 0.1).all() for p in net.parameters() if p.ndim == 1)


def test_without_hidden_layers_it_is_one_unit():
    net = PlaygroundConfig(inputs=("xy",), hidden=()).build()
    points = torch.tensor([[1.0, 2.0], [-1.0, 0.5]])
    w, b = net.parameters()
    assert_close(net(points), torch.tanh(w[0, 0] * torch.tensor([2.0, -0.5]) + b))


def test_the_loss_is_half_the_squared_distance():
    class Says(torch.nn.Module):
        def forward(self, x):
            return x[:, 0]

    x, y = torch.tensor([[0.5], [0.5], [0.0]]), torch.tensor([1, 0, 1])
    expected = (0.5 * 0.25 + 0.5 * 2.25 + 0.5) / 3
    found = half_squared_error(Says(), (x, y))
    scores = Signs().score(Says(), Rows(x, y))
    for figures in (scores, {name: value.item() for name, value in found.items()}):
        assert figures == pytest.approx({"loss": expected, "error": 2 / 3})  # 0 is on no side
    assert Signs().baseline(Rows(x, torch.tensor([1, 0, 1])), Rows(x, torch.tensor([0, 0, 0])))["error"] == 1.0


def test_what_cannot_be():
    for wrong in ({"inputs": ()}, {"inputs": ("x", "x")}, {"hidden": (3, 0)}):
        with pytest.raises(ValueError, match=r"input|unit"):
            PlaygroundConfig(**wrong)
