"""Elman's network: hidden units that see, beside the input, what they themselves were a moment ago.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)          y_t = W_out h_t + b_out

`Recurrent` runs such units over a sequence: in layers, one way or both, past no sequence's end. LSTM and GRU are other steps in
the same loop.

Paper     Elman (1990), Finding structure in time. Through time: Werbos (1990), Backpropagation through time: what it does and
          how to do it. Both ways: Schuster and Paliwal (1997), Bidirectional recurrent neural networks.
Axes      B batch, T time, D inputs, H units, K outputs, L layers x directions, G gates (1 here, 4 in an LSTM, 3 in a GRU).
Departs   The gradient goes back through all of a sequence, Elman's one step. Units are tanh, his were logistic; of the two
          biases, one would do: they are there so that weights of torch.nn.RNN, whose names ours have, fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from profundo.messages import _

YEAR = 1990

State = tuple[Tensor, ...]
"""What units remember: (h,), or (h, c) of an LSTM, each (L, B, H), the ways of layer 0 first."""
Reads = Literal["every", "last"]
"""Is something said at every time, or once, at the end of a sequence?"""


class Recurrent(nn.Module):
    """Layers of units that remember, run over time. The weights are laid out and named as in torch.nn.RNN, LSTM and GRU.

    A subclass says what happens in a `step`, and which kernel of torch runs all steps of all layers at once. `unroll` is what
    the kernel computes, written out; the two are equal, and the kernel is several times as fast with few units.
    """

    GATES: ClassVar[int] = 1
    STATES: ClassVar[int] = 1

    def __init__(self, inputs: int, units: int, layers: int = 1, directions: int = 1, dropout: float = 0.0):
        """directions: 2 adds units that read from the end to the beginning. dropout: between layers."""
        super().__init__()
        self.units, self.layers, self.directions, self.dropout = units, layers, directions, dropout
        bound = units**-0.5
        for layer in range(layers):
            D, GH = inputs if layer == 0 else units * directions, self.GATES * units
            for way in range(directions):
                shapes = {"weight_ih": (GH, D), "weight_hh": (GH, units), "bias_ih": (GH,), "bias_hh": (GH,)}
                for name, shape in shapes.items():
                    weights = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
                    self.register_parameter(f"{name}_l{layer}{'_reverse' if way else ''}", weights)

    def step(self, given: Tensor, state: State, W: Tensor, b: Tensor) -> State:
        """One moment: given = W_ih x_t + b_ih (B, GH), state (B, H) each, W and b of the recurrence -> the next state."""
        raise NotImplementedError

    def kernel(self, *arguments: Any) -> tuple[Tensor, ...]:
        """torch's own function for all times and layers: outputs, then the state after the last."""
        raise NotImplementedError

    def forward(
        self, x: Float[Tensor, "B T D"], lengths: Int[Tensor, "B"] | None = None, state: State | None = None
    ) -> tuple[Float[Tensor, "B T H"], State]:
        """Outputs h of the last layer, the ways side by side, and the state after each sequence's last time.

        lengths: where x is filled up, how long each sequence is (at least 1); beyond its end a state stays and outputs are 0.
        state: what to begin with; zeros if None.
        """
        if lengths is not None:
            return self.ragged(x, lengths, state)
        begin = self.begin(x) if state is None else state
        outputs, *last = self.kernel(x, begin if self.STATES > 1 else begin[0], list(self.parameters()), *self.options(), True)
        return outputs, tuple(last)

    def ragged(self, x: Tensor, lengths: Tensor, state: State | None) -> tuple[Tensor, State]:
        """`forward` where sequences end at different times."""
        begin = self.begin(x) if state is None else state
        # packed: all sequences' first times, then all second times..., the longest sequence first, no filling
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        begin = tuple(part[:, packed.sorted_indices] for part in begin)
        begin = begin if self.STATES > 1 else begin[0]
        flat, *last = self.kernel(packed.data, packed.batch_sizes, begin, list(self.parameters()), *self.options())
        outputs = PackedSequence(flat, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
        h, _lengths = pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
        return h, tuple(part[:, packed.unsorted_indices] for part in last)

    def options(self) -> tuple[bool, int, float, bool, bool]:
        """What torch's functions ask: are there biases, layers, dropout, does it learn, both ways?"""
        return True, self.layers, self.dropout, self.training, self.directions == 2

    def unroll(
        self, x: Float[Tensor, "B T D"], lengths: Int[Tensor, "B"] | None = None, state: State | None = None
    ) -> tuple[Float[Tensor, "B T H"], State]:
        """What `forward` computes, step by step."""
        begin, last = self.begin(x) if state is None else state, []
        real = torch.ones(x.shape[:2]) if lengths is None else torch.arange(x.shape[1], device=lengths.device) < lengths[:, None]
        real = real.to(x.device).bool()[..., None]  # (B, T, 1): is there a sequence at this time?
        for layer in range(self.layers):
            ways = []
            for way in range(self.directions):
                W_ih, W_hh, b_ih, b_hh = self.weights(layer, way)
                given = F.linear(x, W_ih, b_ih)  # of all times in one product; only what depends on h has to wait
                now = tuple(part[self.directions * layer + way] for part in begin)
                h: dict[int, Tensor] = {}
                for t in reversed(range(x.shape[1])) if way else range(x.shape[1]):
                    after = self.step(given[:, t], now, W_hh, b_hh)
                    now = tuple(torch.where(real[:, t], new, old) for new, old in zip(after, now, strict=True))
                    h[t] = now[0]
                last.append(now)
                ways.append(torch.stack([h[t] for t in range(x.shape[1])], 1) * real)
            x = torch.cat(ways, -1)
            if layer < self.layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, tuple(torch.stack(parts) for parts in zip(*last, strict=True))

    def weights(self, layer: int, way: int = 0) -> Iterator[Tensor]:
        """W_ih (GH, D), W_hh (GH, H), b_ih, b_hh (GH,) of a layer and direction."""
        end = f"_l{layer}{'_reverse' if way else ''}"
        return (self.get_parameter(name + end) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))

    def begin(self, x: Float[Tensor, "B T D"]) -> State:
        """Nothing remembered: zeros."""
        return (x.new_zeros(self.layers * self.directions, len(x), self.units),) * self.STATES


class Elman(Recurrent):
    def step(self, given: Tensor, state: State, W: Tensor, b: Tensor) -> State:
        (h,) = state
        return ((given + F.linear(h, W, b)).tanh(),)

    def kernel(self, *arguments: Any) -> tuple[Tensor, ...]:
        return torch.rnn_tanh(*arguments)


@dataclass(frozen=True)
class ElmanConfig:
    inputs: int = 6
    """Numbers at each time; or how many tokens there are, where the input is tokens."""
    units: int = 20
    outputs: int = 6
    layers: int = 1
    reads: Reads = "every"
    """Say something at "every" time, or once, after the "last"."""

    def __post_init__(self) -> None:
        possible(self.inputs, self.units, self.outputs, self.layers)

    def build(self) -> "Reader":
        return Reader(Elman(self.inputs, self.units, self.layers), self.inputs, self.outputs, self.reads)


class Reader(nn.Module):
    """Reads a sequence with recurrent layers and says, by a linear layer, K numbers at every time or after the last."""

    def __init__(self, memory: Recurrent, inputs: int, outputs: int, reads: Reads):
        super().__init__()
        self.memory, self.inputs, self.reads = memory, inputs, reads
        self.output = nn.Linear(memory.units * memory.directions, outputs)

    def forward(self, x: Float[Tensor, "B T D"] | Int[Tensor, "B T"]) -> Float[Tensor, "B T K"] | Float[Tensor, "B K"]:
        x = self.written(x)
        if self.reads == "every":
            return self.output(self.memory(x)[0])  # a filled-up end comes after all that is said before it
        _h, (h, *_c) = self.memory(x, lengths(x))
        return self.output(h[-1])

    def written(self, x: Tensor) -> Float[Tensor, "B T D"]:
        """Tokens as vectors with a single 1; what fills up, token 0, as zeros."""
        return x if x.is_floating_point() else F.one_hot(x, self.inputs).float() * (x != 0)[..., None]


def lengths(x: Float[Tensor, "B T D"]) -> Int[Tensor, "B"]:
    """How long each sequence is: up to the last time that is not all zeros, and 1 at least."""
    place = torch.arange(1, x.shape[1] + 1, device=x.device)
    return (x.ne(0).any(-1) * place).amax(1).clamp(min=1)


def flipped(x: Shaped[Tensor, "B T ..."], lengths: Int[Tensor, "B"]) -> Shaped[Tensor, "B T ..."]:
    """Each sequence from its last time to its first; what fills up stays behind it."""
    place = torch.arange(x.shape[1], device=x.device)
    back = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    return x.gather(1, back.reshape(*back.shape, *[1] * (x.ndim - 2)).expand_as(x))


def possible(*counts: int) -> None:
    """Raises ValueError for a layer of no units."""
    if min(counts) < 1:
        raise ValueError(_("inputs, units, outputs and layers are at least 1"))
