import torch
from torch import nn

from profundo.training.precision import float_between, halves


def test_auto_takes_bfloat16_for_convolutions_where_there_are_matrix_units(monkeypatch):
    cpu, picture, row = torch.device("cpu"), nn.Sequential(nn.Conv2d(1, 1, 3)), nn.Linear(2, 2)
    for there in (True, False):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda there=there: {"amx_bf16": there})
        assert halves(picture, cpu, "auto") is there
        assert halves(row, cpu, "auto") is False
        assert halves(picture, cpu, "float32") is False
        assert halves(row, cpu, "bfloat16") is True


def test_layers_multiply_in_bfloat16_and_hand_on_float32():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3))
    seen = []
    network[0].register_forward_hook(lambda _m, _x, y: seen.append(y.dtype))
    x = torch.randn(2, 1, 4, 4)
    exact = network(x)
    with float_between(network, torch.device("cpu")):
        network[0].register_forward_hook(lambda _m, _x, y: seen.append(y.dtype))
        with torch.autocast("cpu", torch.bfloat16):
            rough = network(x)
    assert seen[-2:] == [torch.bfloat16, torch.float32]  # before and after ours
    assert rough.dtype == torch.float32
    assert 0 < (rough - exact).abs().max() < 0.05
    assert len(network[2]._forward_hooks) == 0
