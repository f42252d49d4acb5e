import pytest
import torch

from profundo.data.environments import Environment
from profundo.evaluation.greedy_return import GreedyReturn
from profundo.networks.agents.q_table import QTableConfig

UP, RIGHT, DOWN, LEFT = range(4)


def walker(policy):
    """A table whose best action in a field (row, column) is policy(row, column)."""
    network = QTableConfig(48, 4).build()
    for field in range(48):
        network.table[field, policy(*divmod(field, 12))] = 1.0
    return network


def along_the_edge(row, column):
    return DOWN if column == 11 else RIGHT if row == 2 else UP


def along_the_top(row, column):
    return DOWN if column == 11 else RIGHT if row == 0 else UP


@pytest.mark.parametrize(("policy", "frames"), [(along_the_edge, 1 + 11 + 1), (along_the_top, 3 + 11 + 3)])
def test_two_ways_by_hand(policy, frames):
    found = GreedyReturn().score(walker(policy), Environment().open().dev)
    assert found == {"return": -float(frames), "frames": float(frames)}


def test_who_walks_in_circles_is_stopped():
    found = GreedyReturn(horizon=50).score(walker(lambda row, column: LEFT), Environment().open().dev)
    assert found == {"return": -50.0, "frames": 50.0}
    found = GreedyReturn(horizon=50).score(walker(lambda row, column: RIGHT), Environment().open().dev)
    assert found == {"return": -5000.0, "frames": 50.0}  # over the edge, every time


def test_the_mean_over_episodes_in_a_world_of_chance():
    """FrozenLake slips: the same policy fares differently from one seed to the next, and the same from the same seeds."""
    lake, network = Environment("FrozenLake-v1").open(), QTableConfig(16, 4).build()
    network.table[:] = torch.tensor([0.0, 0.0, 1.0, 0.0])
    one, other = GreedyReturn(episodes=20).score(network, lake.dev), GreedyReturn(episodes=20).score(network, lake.open_test())
    assert one != other
    assert one == GreedyReturn(episodes=20).score(network, lake.dev)
    assert 0 <= one["return"] <= 1


def test_actions_at_random_do_not_get_home():
    splits = Environment().open()
    baseline = GreedyReturn().baseline(splits.train, splits.dev)
    assert baseline == GreedyReturn().baseline(splits.train, splits.dev)
    assert baseline["return"] < -500
