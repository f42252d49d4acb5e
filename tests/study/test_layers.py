"""The layer table, against arithmetic done by hand."""

import pytest
import torch
from torch import Tensor, nn

from profundo.networks.convolutional.lenet import LeNetConfig
from profundo.study.layers import layers


def test_lenet_layer_by_layer_as_worked_out_by_hand():
    table = [(x.kind, x.shape, x.parameters, x.flops) for x in layers(LeNetConfig().build(), torch.zeros(1, 1, 28, 28))]
    assert table == [
        ("Conv2d", (6, 28, 28), 6 * (25 + 1), 2 * 28 * 28 * 6 * 25),  # C1
        ("Tanh", (6, 28, 28), 0, 0),
        ("AvgPool2d", (6, 14, 14), 0, 0),  # S2
        ("Conv2d", (16, 10, 10), 16 * (6 * 25 + 1), 2 * 10 * 10 * 16 * 6 * 25),  # C3
        ("Tanh", (16, 10, 10), 0, 0),
        ("AvgPool2d", (16, 5, 5), 0, 0),  # S4
        ("Linear", (120,), 120 * (400 + 1), 2 * 120 * 400),  # C5
        ("Tanh", (120,), 0, 0),
        ("Linear", (84,), 84 * (120 + 1), 2 * 84 * 120),  # F6
        ("Tanh", (84,), 0, 0),
        ("Linear", (10,), 10 * (84 + 1), 2 * 10 * 84),
    ]
    assert sum(parameters for *_rest, parameters, _flops in table) == 61_706
    assert sum(flops for *_rest, flops in table) == 833_040


def test_without_an_example_parameters_are_still_known():
    table = layers(LeNetConfig().build())
    assert sum(layer.parameters for layer in table) == 61_706
    assert {layer.shape for layer in table} == {None}


class Tied(nn.Module):
    """An embedding that is also the output matrix, and a parameter that belongs to no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.out = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.out.weight = self.embed.weight
        self.mix = nn.Parameter(torch.eye(4))

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.embed(x) @ self.mix)


def test_shared_weights_count_once_and_arithmetic_between_layers_counts():
    network = Tied()
    table = {layer.name: layer for layer in layers(network, torch.zeros(1, 3, dtype=torch.long))}
    assert table[""].parameters == 16
    assert table[""].flops == 2 * 3 * 4 * 4  # three tokens times the 4 x 4 matrix
    assert (table["embed"].parameters, table["out"].parameters) == (28, 0)
    assert table["out"].flops == 2 * 3 * 4 * 7
    assert sum(layer.parameters for layer in table.values()) == sum(p.numel() for p in network.parameters())


CASES = [
    (nn.Conv2d(4, 6, 3, groups=2), (1, 4, 8, 8), 2 * 36 * 6 * 2 * 9),
    (nn.ConvTranspose2d(3, 4, 2, stride=2), (1, 3, 5, 5), 2 * 25 * 3 * 4 * 4),
    (nn.LSTM(5, 3, batch_first=True), (1, 10, 5), 2 * 10 * (4 * 3) * (5 + 3)),
    (nn.GRU(5, 3, bidirectional=True), (10, 1, 5), 2 * 2 * 10 * (3 * 3) * (5 + 3)),
    (nn.Linear(5, 2), (1, 7, 5), 2 * 7 * 5 * 2),
]


@pytest.mark.parametrize(("module", "shape", "flops"), CASES, ids=lambda case: type(case).__name__)
def test_flops_of_a_kind(module: nn.Module, shape: tuple[int, ...], flops: int):
    assert [layer.flops for layer in layers(module, torch.zeros(shape))] == [flops]


class Attends(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        scores = torch.einsum("bie,bje->bij", x, x)
        return nn.functional.scaled_dot_product_attention(x, x, x) + scores.softmax(-1) @ x


def test_attention_three_ways():
    once = 10 * 10 * 8  # 10 tokens of width 8: multiply-adds of the scores, and as many of the mixture
    assert layers(Attends(), torch.zeros(1, 10, 8))[0].flops == 2 * (once + 2 * once + once)


class SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.heads(x, x, x)[0]


def test_multi_head_attention_has_four_projections_and_two_products():
    flops = sum(layer.flops for layer in layers(SelfAttention(), torch.zeros(1, 10, 8)))
    assert flops == 2 * (4 * 10 * 8 * 8 + 2 * 10 * 10 * 8)


def test_the_network_is_left_as_it_was():
    network = nn.Sequential(nn.Linear(3, 3), nn.Dropout(), nn.BatchNorm1d(3)).train()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    layers(network, torch.ones(1, 3))
    assert network.training
    assert all(torch.equal(before[name], t) for name, t in network.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_the_compiler_stays_out():
    """Importing it takes three seconds."""
    import subprocess
    import sys

    code = (
        "import sys, torch; from profundo.study.layers import layers;"
        "layers(torch.nn.Linear(2, 2), torch.zeros(1, 2)); print('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
