"""The gated recurrent unit: an LSTM's idea with two gates and no cell apart from what is shown.

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)         reset gate: how much of the past an offer looks at
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)         update gate: how much of the past stays
    n_t = tanh(W_in x_t + b_in + r_t (W_hn h_{t-1} + b_hn))      what is offered
    h_t = (1 - z_t) n_t + z_t h_{t-1}

Paper     Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for statistical machine translation.
Axes      B batch, T time, D inputs, H units, K outputs, L layers x directions, 3H the gates in the order r, z, n.
Departs   The reset gate acts on W_hn h + b_hn; in the paper, on h before the product. So has torch.nn.GRU it, whose layout and
          names the weights have: with this the products of all gates are one. The paper's units have no biases.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.networks.recurrent.elman import Reader, Reads, Recurrent, State, possible

YEAR = 2014


class GRU(Recurrent):
    """(B, T, D) -> outputs (B, T, H x directions) and the state (h,), (L, B, H)."""

    GATES: ClassVar[int] = 3

    def step(self, given: Tensor, state: State, W: Tensor, b: Tensor) -> State:
        (h,) = state
        r, z, n = given.chunk(3, -1)
        r_h, z_h, n_h = F.linear(h, W, b).chunk(3, -1)
        z = (z + z_h).sigmoid()
        n = (n + (r + r_h).sigmoid() * n_h).tanh()
        return ((1 - z) * n + z * h,)

    def kernel(self, *arguments: Any) -> tuple[Tensor, ...]:
        return torch.gru(*arguments)


@dataclass(frozen=True)
class GRUConfig:
    inputs: int = 2
    """Numbers at each time; or how many tokens there are, where the input is tokens."""
    units: int = 8
    outputs: int = 1
    layers: int = 1
    reads: Reads = "last"
    """Say something at "every" time, or once, after the "last"."""

    def __post_init__(self) -> None:
        possible(self.inputs, self.units, self.outputs, self.layers)

    def build(self) -> Reader:
        return Reader(GRU(self.inputs, self.units, self.layers), self.inputs, self.outputs, self.reads)
