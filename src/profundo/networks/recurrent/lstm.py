"""Long short-term memory: a cell that keeps what it holds until a gate says otherwise.

    i_t = sigmoid(W_ii x_t + W_hi h_{t-1} + b_i)      input gate: how much of what is offered is written
    f_t = sigmoid(W_if x_t + W_hf h_{t-1} + b_f)      forget gate: how much of what is held stays
    g_t = tanh(W_ig x_t + W_hg h_{t-1} + b_g)         what is offered
    o_t = sigmoid(W_io x_t + W_ho h_{t-1} + b_o)      output gate: how much of the cell is shown
    c_t = f_t c_{t-1} + i_t g_t                       the cell; dc_t / dc_{t-1} = f_t and no weight: with f = 1 an error
    h_t = o_t tanh(c_t)                               travels back through c as far as one likes, undiminished

Paper     Hochreiter and Schmidhuber (1997), Long short-term memory.
Axes      B batch, T time, D inputs, H units, K outputs, L layers x directions, 4H the gates in the order i, f, g, o.
Departs   The forget gate is of Gers, Schmidhuber and Cummins (2000), Learning to forget: in 1997 f was 1. The gradient goes
          through everything, as Graves and Schmidhuber (2005) have it; in 1997 it was cut at the gates. One cell in a block.
          Both ways (`directions=2`): Graves and Schmidhuber (2005), Framewise phoneme classification with bidirectional LSTM.
          Weights are laid out and named as torch.nn.LSTM's, its two biases too.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.networks.recurrent.elman import Reader, Reads, Recurrent, State, possible

YEAR = 1997

SURELY = 1e4
"""The sigmoid of it is 1, of its opposite 0, in any number format."""


class LSTM(Recurrent):
    """(B, T, D) -> outputs (B, T, H x directions) and the state (h, c), each (L, B, H)."""

    GATES: ClassVar[int] = 4
    STATES: ClassVar[int] = 2

    def step(self, given: Tensor, state: State, W: Tensor, b: Tensor) -> State:
        h, c = state
        i, f, g, o = self.gates(given, h, W, b)
        c = f * c + i * g
        return o * c.tanh(), c

    def gates(self, given: Tensor, h: Tensor, W: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """i, f, g, o, each (B, H)."""
        i, f, g, o = (given + F.linear(h, W, b)).chunk(4, -1)
        return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()

    def kernel(self, *arguments: Any) -> tuple[Tensor, ...]:
        return torch.lstm(*arguments)

    def ragged(self, x: Tensor, lengths: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Where x is filled up, one more input shuts the input gates and opens the forget gates: a cell stays as it was.

        torch's kernel for packed sequences is four to nine times as slow on a processor as the one for full ones.
        """
        if state is not None and self.directions == 2:  # reading backwards, h would not stay; 0 does
            return super().ragged(x, lengths, state)
        B, T, H = *x.shape[:2], self.units
        filled = torch.arange(T, device=x.device) >= lengths.to(x.device)[:, None]
        x, filled = x.masked_fill(filled[..., None], 0.0), filled[..., None]
        hold = x.new_tensor([-SURELY, SURELY, 0.0, 0.0]).repeat_interleave(H)[:, None]  # into i, f, g, o
        begin, last = self.begin(x) if state is None else state, []
        for layer in range(self.layers):
            weights = [list(self.weights(layer, way)) for way in range(self.directions)]
            flat = [part for W_ih, *others in weights for part in (torch.cat([W_ih, hold], 1), *others)]
            here = [part[layer * self.directions :][: self.directions] for part in begin]
            told = torch.cat([x, filled.to(x.dtype)], -1)
            out, h, c = torch.lstm(told, here, flat, True, 1, 0.0, self.training, self.directions == 2, True)
            ends = out[torch.arange(B, device=x.device), lengths.to(x.device) - 1, :H]
            last.append((torch.cat([ends[None], h[1:]]), c))
            x = out.masked_fill(filled, 0.0)
            if layer < self.layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, tuple(torch.cat(parts) for parts in zip(*last, strict=True))

    @torch.no_grad()
    def watch(self, x: Float[Tensor, "T D"]) -> dict[str, Float[Tensor, "T H"]]:
        """What happens inside the first layer while it reads one sequence: i, f, g, o, c and h, at every time."""
        W_ih, W_hh, b_ih, b_hh = self.weights(0)
        h = c = x.new_zeros(1, self.units)
        seen = []
        for given in F.linear(x, W_ih, b_ih).split(1):
            i, f, g, o = self.gates(given, h, W_hh, b_hh)
            h, c = self.step(given, (h, c), W_hh, b_hh)
            seen.append(torch.cat([i, f, g, o, c, h]))
        return dict(zip("ifgoch", torch.stack(seen, 1), strict=True))


@dataclass(frozen=True)
class LSTMConfig:
    inputs: int = 2
    """Numbers at each time; or how many tokens there are, where the input is tokens."""
    units: int = 8
    outputs: int = 1
    layers: int = 1
    reads: Reads = "last"
    """Say something at "every" time, or once, after the "last"."""
    remember: float = 1.0
    """What the forget gates' bias begins with; 1 keeps most of a cell (Gers et al. 2000; Jozefowicz et al. 2015)."""
    admit: float | None = None
    """What the input gates' bias begins with; below 0 they begin shut, against drift (Hochreiter and Schmidhuber 1997)."""

    def __post_init__(self) -> None:
        possible(self.inputs, self.units, self.outputs, self.layers)

    def build(self) -> Reader:
        memory = LSTM(self.inputs, self.units, self.layers)
        begin_open(memory, self.remember, self.admit)
        return Reader(memory, self.inputs, self.outputs, self.reads)


def begin_open(memory: LSTM, remember: float, admit: float | None = None) -> None:
    """Forget gates begin with this bias: the cell holds what it has until it learns to forget; input gates too, unless None."""
    H = memory.units
    for name, b in memory.named_parameters():
        if name.startswith("bias"):
            ours = name.startswith("bias_ih")  # the other of the two is 0
            nn.init.constant_(b[H : 2 * H], remember if ours else 0.0)
            if admit is not None:
                nn.init.constant_(b[:H], admit if ours else 0.0)
