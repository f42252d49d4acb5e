"""Recurrent layers: equal to torch.nn's with its weights, to their own loop, and untouched by what fills up a batch."""

import math

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from profundo.data.ragged import Ragged, Sequences
from profundo.networks.recurrent.elman import Elman, ElmanConfig, lengths
from profundo.networks.recurrent.gru import GRU, GRUConfig
from profundo.networks.recurrent.lstm import LSTM, LSTMConfig
from profundo.training.objectives import cross_entropy, next_token

PAIRS = {"elman": (Elman, nn.RNN), "lstm": (LSTM, nn.LSTM), "gru": (GRU, nn.GRU)}
SHAPES = [(1, 1), (2, 1), (1, 2), (3, 2)]


def twins(kind, layers, directions):
    torch.manual_seed(layers * 10 + directions)
    ours, theirs = PAIRS[kind]
    theirs = theirs(5, 7, layers, batch_first=True, bidirectional=directions == 2)
    ours = ours(5, 7, layers, directions)
    ours.load_state_dict(theirs.state_dict())  # the same names, in the same order of gates
    return ours, theirs


def tupled(state):
    return state if isinstance(state, tuple) else (state,)


def gradients(network, *ends):
    network.zero_grad()
    sum((end * torch.linspace(-1, 1, end.numel()).view_as(end)).sum() for end in ends).backward()
    return [p.grad for p in network.parameters()]


@pytest.mark.parametrize("how", ["forward", "unroll"])
@pytest.mark.parametrize(("layers", "directions"), SHAPES)
@pytest.mark.parametrize("kind", PAIRS)
def test_equal_to_torch(kind, layers, directions, how):
    ours, theirs = twins(kind, layers, directions)
    x = torch.randn(4, 9, 5)
    first = tuple(torch.randn(layers * directions, 4, 7) for _part in range(ours.STATES))
    out, state = getattr(ours, how)(x, None, first)
    expected, their_state = theirs(x, first if kind == "lstm" else first[0])
    assert_close(out, expected, rtol=1e-5, atol=1e-5)
    assert_close(state, tupled(their_state), rtol=1e-5, atol=1e-5)
    assert_close(gradients(ours, out, *state), gradients(theirs, expected, *tupled(their_state)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("how", ["forward", "unroll"])
@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize(("layers", "directions"), SHAPES)
@pytest.mark.parametrize("kind", PAIRS)
def test_lengths_are_those_of_packed_sequences(kind, layers, directions, begun, how):
    ours, theirs = twins(kind, layers, directions)
    x, long = torch.randn(4, 9, 5), torch.tensor([3, 9, 1, 6])
    first = tuple(torch.randn(layers * directions, 4, 7) for _part in range(ours.STATES)) if begun else None
    out, state = getattr(ours, how)(x, long, first)
    hx = None if first is None else first if kind == "lstm" else first[0]
    packed, their_state = theirs(pack_padded_sequence(x, long, True, False), hx)
    expected, _long = pad_packed_sequence(packed, batch_first=True, total_length=9)
    assert_close(out, expected, rtol=1e-5, atol=1e-5)
    assert_close(state, tupled(their_state), rtol=1e-5, atol=1e-5)
    assert_close(gradients(ours, out, *state), gradients(theirs, expected, *tupled(their_state)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", PAIRS)
def test_what_fills_up_changes_nothing(kind):
    """A sequence of 3 alone, and the same beside longer ones with rubbish beyond its end: outputs, state, gradient."""
    ours, _theirs = twins(kind, 2, 2)
    x = torch.randn(2, 9, 5)
    alone, its_state = ours(x[:1, :3])
    together, states = ours(x, torch.tensor([3, 9]))
    assert_close(together[:1, :3], alone)
    assert not together[0, 3:].any()
    assert_close(tuple(part[:, :1] for part in states), its_state)
    expected = [g.clone() for g in gradients(ours, ours(x[:1, :3])[0])]
    assert_close(gradients(ours, ours(x, torch.tensor([3, 9]))[0][:1, :3]), expected)


def test_parameters_counted_by_hand():
    count = {kind: sum(p.numel() for p in ours(5, 7).parameters()) for kind, (ours, _theirs) in PAIRS.items()}
    one = 7 * 5 + 7 * 7 + 7 + 7  # W_ih, W_hh, two biases of one gate
    assert count == {"elman": one, "lstm": 4 * one, "gru": 3 * one}


def test_a_cell_by_hand():
    """One unit, weights 0: the gates are sigmoid(0) = 1/2, nothing is offered, and the cell halves at every time."""
    lstm = LSTM(1, 1)
    for p in lstm.parameters():
        nn.init.zeros_(p)
    first = (torch.zeros(1, 1, 1), torch.full((1, 1, 1), 8.0))
    _out, (h, c) = lstm.unroll(torch.zeros(1, 3, 1), None, first)
    assert c.item() == 1.0
    assert h.item() == pytest.approx(0.5 * math.tanh(1.0))


def test_with_the_forget_gate_open_an_error_comes_back_whole_and_elmans_vanishes():
    """d c_T / d c_0 is the product of the forget gates, and no weight: 1 with f = 1. Through an Elman unit it is w^T tanh'..."""
    lstm, elman = LSTM(1, 1), Elman(1, 1)
    for p in (*lstm.parameters(), *elman.parameters()):
        nn.init.zeros_(p)
    nn.init.constant_(lstm.get_parameter("bias_ih_l0")[1:2], 100.0)
    nn.init.constant_(elman.get_parameter("weight_hh_l0"), 0.9)
    x = torch.zeros(1, 100, 1)
    c = torch.full((1, 1, 1), 0.3, requires_grad=True)
    h = torch.zeros(1, 1, 1, requires_grad=True)
    lstm(x, None, (torch.zeros(1, 1, 1), c))[1][1].sum().backward()
    elman(x, None, (h,))[1][0].sum().backward()
    assert c.grad.item() == 1.0
    assert h.grad.item() == pytest.approx(0.9**100, rel=1e-3)


def test_a_state_handed_on_is_the_sequence_in_one_piece():
    lstm = LSTM(5, 7, 2)
    x = torch.randn(3, 10, 5)
    first, state = lstm(x[:, :4])
    second, _state = lstm(x[:, 4:], None, state)
    assert_close(torch.cat([first, second], 1), lstm(x)[0])


def test_watch_sees_what_forward_does():
    lstm = LSTM(5, 7)
    x = torch.randn(1, 10, 5)
    seen = lstm.watch(x[0])
    out, (_h, c) = lstm(x)
    assert_close(seen["h"], out[0])
    assert_close(seen["c"][-1], c[0, 0])
    assert_close(seen["c"][1:], seen["f"][1:] * seen["c"][:-1] + seen["i"][1:] * seen["g"][1:])


@pytest.mark.parametrize("config", [ElmanConfig, LSTMConfig, GRUConfig])
def test_a_reader_does_not_see_what_fills_up(config):
    last = config(inputs=6, units=5, outputs=3, reads="last").build()
    every = config(inputs=6, units=5, outputs=3, reads="every").build()
    tokens = torch.tensor([[3, 1, 4, 0, 0], [2, 5, 1, 1, 5]])
    assert_close(last(tokens)[:1], last(tokens[:1, :3]))
    assert_close(every(tokens)[:1, :3], every(tokens[:1, :3]))


@pytest.mark.parametrize("reads", ["last", "every"])
@pytest.mark.parametrize("config", [ElmanConfig, LSTMConfig, GRUConfig])
def test_loss_and_gradient_of_a_batch_are_those_of_its_sequences_one_by_one(config, reads):
    torch.manual_seed(0)
    network = config(inputs=6, units=5, outputs=6, reads=reads).build()
    sequences = [[3, 1, 4], [2, 5, 1, 1, 5, 2], [1, 1, 2, 3]]
    targets = sequences if reads == "every" else None
    y = Sequences.of(targets) if targets else torch.tensor([0, 5, 2])
    data = Ragged(Sequences.of(sequences), y)
    objective = next_token if targets else cross_entropy
    weight = (lambda n: len(sequences[n]) / 13) if targets else (lambda n: 1 / 3)
    each = [objective(network, next(iter(data.take(torch.tensor([n])).batches(1))))["loss"] * weight(n) for n in range(3)]
    whole = objective(network, next(iter(data.batches(3))))["loss"]
    assert_close(whole, sum(each))
    assert_close(gradients(network, whole[None] * -1), gradients(network, sum(each)[None] * -1))


def test_lengths_end_at_the_last_that_is_not_zero():
    x = torch.zeros(3, 4, 2)
    x[0, 2, 1] = x[1, 3, 0] = -1.0
    assert lengths(x).tolist() == [3, 4, 1]


def test_forget_gates_begin_open():
    bias = LSTMConfig(units=3, remember=2.0).build().memory
    assert bias.get_parameter("bias_ih_l0")[3:6].tolist() == [2.0] * 3
    assert bias.get_parameter("bias_hh_l0")[3:6].tolist() == [0.0] * 3
    shut = LSTMConfig(units=3, admit=-3.0).build().memory
    both = shut.get_parameter("bias_ih_l0") + shut.get_parameter("bias_hh_l0")
    assert both[:6].tolist() == [-3.0] * 3 + [1.0] * 3


def test_nothing_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        LSTMConfig(units=0)
