import pytest
import torch
from torch import nn

from profundo.training.precision import half_products, halves

CPU = torch.device("cpu")


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3))


@pytest.mark.parametrize(
    ("precision", "matrix_units", "halved"),
    [("auto", True, [0]), ("auto", False, []), ("float32", True, []), ("bfloat16", False, [0, 2])],
)
def test_products_are_halved_where_it_pays_and_handed_on_in_float32(monkeypatch, precision, matrix_units, halved):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": matrix_units})
    net, x = network(), torch.randn(2, 1, 4, 4)
    exact = net(x)
    with half_products(net, CPU, precision):
        assert [i for i, layer in enumerate(net) if "forward" in vars(layer)] == halved
        rough = net(x)
    assert rough.dtype == torch.float32
    assert torch.equal(rough, exact) == (not halved)
    assert (rough - exact).abs().max() < 0.05
    assert torch.equal(net(x), exact)  # and afterwards nothing is left of it


@pytest.mark.parametrize(
    ("layers", "whole"),
    [
        ([nn.Conv2d(1, 2, 3), nn.ReLU()], False),
        ([nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()], True),
        ([nn.Linear(4, 4), nn.LayerNorm(4), nn.GELU()], True),
        ([nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Tanh()], False),
    ],
)
def test_on_a_processor_with_matrix_units_a_normalised_step_is_whole_in_half(monkeypatch, layers, whole):
    net = nn.Sequential(*layers)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    assert halves(net, CPU, "auto") == whole
    assert not halves(net, CPU, "float32")
    with half_products(net, CPU, "auto"):  # convolutions are halved one way or the other, never both
        assert ("forward" in vars(net[0])) == (isinstance(net[0], nn.Conv2d) and not whole)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    assert not halves(net, CPU, "auto")
