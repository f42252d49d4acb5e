"""Q-learning: one update by hand, episodes by hand, and the cliff."""

import random

import pytest
import torch

from profundo.core import Splits, TrainState
from profundo.data.environments import Environment
from profundo.evaluation.greedy_return import GreedyReturn
from profundo.networks.agents.q_table import QTableConfig
from profundo.training.q_learning import QLearning, greedy


class Corridor:
    """Fields 0, 1, 2; action 1 goes right, 0 stays. Every frame costs 1 and field 2 ends it. Deterministic."""

    def __init__(self):
        self.seeds = []

    def make(self):
        return self

    def close(self):
        pass

    def reset(self, seed):
        self.seeds.append(seed)
        self.s = 0
        return 0, {}

    def step(self, a):
        self.s += a
        return self.s, -1.0, self.s == 2, False, {}


def state_of(world, states, actions, seed=0):
    network = QTableConfig(states, actions).build()
    return TrainState(network, Splits(world, world, lambda: world), torch.device("cpu"), seed)


def test_one_update_is_the_formula():
    Q = [[0.0, 2.0], [4.0, -1.0]]
    rule = QLearning(alpha=0.25, gamma=0.5)
    rule.learn(Q, s=0, a=1, r=3.0, s_=1, terminal=False)
    assert Q == [[0.0, 2.0 + 0.25 * (3.0 + 0.5 * 4.0 - 2.0)], [4.0, -1.0]]  # 2.75
    rule.learn(Q, s=1, a=0, r=8.0, s_=0, terminal=True)  # nothing comes after the end, whatever the table says
    assert Q == [[0.0, 2.75], [4.0 + 0.25 * (8.0 - 4.0), -1.0]]


def test_a_greedy_life_in_the_corridor_by_hand():
    """alpha = 1, no exploration. Staying is worth -1 + max Q(s) and going on -1 + max Q(s + 1), so the table fills up with
    the true values: -2 for going at field 0, -1 at field 1, and one less for staying wherever that was tried."""
    state = state_of(Corridor(), 3, 2)
    list(QLearning(alpha=1.0, gamma=1.0, epsilon=0.0, episodes=30, per_epoch=10).steps(state))
    table = state.network.table
    assert table[:2, 1].tolist() == [-2.0, -1.0]
    assert (table[:2, 0] >= table[:2, 1] - 1).all()
    assert table[2].tolist() == [0.0, 0.0], "nothing is learnt of a field where nothing is done"
    assert table.argmax(1)[:2].tolist() == [1, 1]


def test_steps_are_episodes_epochs_are_many_and_seen_counts_frames():
    state = state_of(Corridor(), 3, 2)
    steps, epochs = [], []
    for step in QLearning(episodes=7, per_epoch=3).steps(state):
        steps.append(step)
        epochs.append(state.epoch)
    assert [step.step for step in steps] == list(range(1, 8))
    assert epochs == [0, 0, 1, 1, 1, 2, 3]
    assert steps[-1].seen == sum(step.values["frames"] for step in steps)
    assert all(step.of == 7 and step.resumable for step in steps)
    assert all(step.values["return"] == -step.values["frames"] for step in steps)  # every frame costs 1


def test_an_episode_is_cut_off_at_the_horizon():
    state = state_of(Corridor(), 3, 2)
    step = next(iter(QLearning(horizon=1, episodes=1).steps(state)))
    assert step.values == {"return": -1.0, "frames": 1}


def test_chance_comes_from_the_seed_of_the_run_and_from_nowhere_else():
    worlds = [Corridor(), Corridor(), Corridor()]
    for world, seed, noise in zip(worlds, (0, 0, 1), (1, 2, 3), strict=True):
        torch.manual_seed(noise)
        random.seed(noise)
        list(QLearning(episodes=5).steps(state_of(world, 3, 2, seed)))
    assert worlds[0].seeds == worlds[1].seeds != worlds[2].seeds
    assert len(set(worlds[0].seeds)) == 5


def test_between_equals_any_is_the_best():
    chance = random.Random(0)
    chosen = [greedy([1.0, 3.0, 3.0, 2.0], chance) for _draw in range(200)]
    assert set(chosen) == {1, 2}
    assert 60 < chosen.count(1) < 140


def test_epsilon_is_the_share_of_actions_at_random():
    """With epsilon = 1 a table that says "stay for ever" is ignored: the corridor takes 2 / (1/2) = 4 frames on average."""
    state = state_of(Corridor(), 3, 2)
    steps = list(QLearning(alpha=1e-9, epsilon=1.0, episodes=1000).steps(state))
    assert sum(step.values["frames"] for step in steps) / 1000 == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize("seed", range(3))
def test_the_cliff_is_walked_in_thirteen_frames(seed):
    splits = Environment().open()
    state = TrainState(QTableConfig(48, 4).build(), splits, torch.device("cpu"), seed)
    learning = [step.values["return"] for step in QLearning().steps(state)]
    assert GreedyReturn().score(state.network, splits.open_test()) == {"return": -13.0, "frames": 13.0}
    online = sum(learning[-100:]) / 100
    assert -100 < online < -20, "while it explores it still falls, as in Sutton and Barto's figure"


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"gamma": 1.1}, {"epsilon": -0.1}, {"episodes": 0}, {"per_epoch": 0}])
def test_impossible_rules(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        QLearning(**wrong)
