"""Hopfield network: J by hand, the energy, and what is an attractor."""

import pytest
import torch

from profundo.core import Splits, TrainState
from profundo.data.patterns import RandomPatterns
from profundo.data.rows import Rows
from profundo.networks.energy.hopfield import HopfieldConfig
from profundo.training.hebbian import Hebbian


def memory_of(patterns):
    memory = HopfieldConfig(neurons=patterns.shape[1]).build()
    state = TrainState(memory, Splits(Rows(patterns), None, lambda: None), torch.device("cpu"), 0)
    return memory, list(Hebbian().steps(state))


def signs(*shape, seed=0):
    return 2.0 * torch.randint(2, shape, generator=torch.Generator().manual_seed(seed)) - 1


def test_two_patterns_by_hand():
    memory, steps = memory_of(torch.tensor([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]]))
    # bits 1 and 4 differ in both patterns, and so do 2 and 3; the other pairs agree in one and differ in the other
    assert (4 * memory.J).tolist() == [[0, 0, 0, -2], [0, 0, -2, 0], [0, -2, 0, 0], [-2, 0, 0, 0]]
    # after one pattern: E = -(N - 1) / 2 = -3/2; after both: each of the two pairs gives -1/2
    assert [step.values["energy"].item() for step in steps] == [-1.5, -1.0]


def test_J_is_the_correlation_of_the_patterns_without_its_diagonal():
    X = signs(20, 64)
    memory, _steps = memory_of(X)
    assert torch.equal(memory.J, (X.T @ X / 64).fill_diagonal_(0))  # exact: 64 is a power of two
    assert torch.equal(memory.J, memory.J.T)


def test_no_update_ever_raises_the_energy():
    """Exact, not approximate: with 256 neurons every number here is a multiple of 1/512 that float32 holds."""
    memory, _steps = memory_of(signs(60, 256))  # loaded past capacity: a rugged landscape
    s = signs(40, 256, seed=1)
    before, start = memory.energy(s), memory.energy(s)
    for _sweep in range(3):
        for i in range(256):
            memory.update(s, range(i, i + 1))
            after = memory.energy(s)
            assert (after <= before).all()
            before = after
    assert (before < start).all()


def test_where_recall_ends_nothing_wants_to_change():
    memory, _steps = memory_of(signs(60, 256))
    s = memory(signs(40, 256, seed=1))
    field = s @ memory.J
    assert ((field == 0) | (field.sign() == s)).all()
    assert torch.equal(memory(s), s)


def test_states_recalled_together_or_alone_end_in_the_same_place():
    memory, _steps = memory_of(signs(60, 256))
    s = signs(5, 256, seed=1)
    assert torch.equal(memory(s), torch.cat([memory(one[None]) for one in s]))


def test_orthogonal_patterns_and_their_complements_are_fixed_points():
    H = torch.ones(1, 1)
    for _doubling in range(6):  # Sylvester's Hadamard matrix: 64 orthogonal rows
        H = torch.cat([torch.cat([H, H], 1), torch.cat([H, -H], 1)])
    memory, _steps = memory_of(H[1:20])
    assert torch.equal(memory(H[1:20]), H[1:20])
    assert torch.equal(memory(-H[1:20]), -H[1:20])


def test_below_capacity_ten_percent_of_wrong_bits_are_put_right():
    splits = RandomPatterns(neurons=400, load=0.05, noise=0.1).open()
    memory, _steps = memory_of(splits.train.x)
    assert (splits.dev.x != splits.dev.y).float().mean() > 0.09
    assert torch.equal(memory(splits.dev.x), splits.dev.y)
    assert torch.equal(memory(-splits.dev.x), -splits.dev.y)  # the complement is an attractor too


def test_a_neuron_without_a_field_stays():
    s = signs(3, 8)
    assert torch.equal(HopfieldConfig(neurons=8, sweeps=1).build()(s), s)


def test_parallel_updates_would_cycle_where_turns_come_to_rest():
    """Two neurons that want to differ, in equal states: both flip for ever if they flip at once."""
    memory, _steps = memory_of(torch.tensor([[1.0, -1.0]]))
    together = torch.tensor([[1.0, 1.0]])
    assert torch.equal((together @ memory.J).sign(), -together)
    assert memory(together).tolist() == [[-1.0, 1.0]]


def test_impossible_memories():
    with pytest.raises(ValueError, match="at least 2 neurons"):
        HopfieldConfig(neurons=1)
