import pytest
import torch

from profundo.core import UserError
from profundo.data.environments import Environment


def test_the_cliff_has_48_fields_and_four_ways_to_go():
    splits = Environment().open()
    assert (splits.facts["states"], splits.facts["actions"]) == (48, 4)
    assert splits.facts["names"] == ["up", "right", "down", "left"]


def test_the_names_of_the_actions_are_what_they_do():
    world = Environment().open().train.make()
    assert world.reset(seed=0)[0] == 36  # the lower left corner of 4 rows of 12
    for name, field in (("up", 24), ("right", 25), ("left", 24), ("down", 36)):
        assert world.step(["up", "right", "down", "left"].index(name))[0] == field
    s, reward, terminal, _cut, _info = world.step(1)
    assert (s, reward, terminal) == (36, -100, False)  # off the cliff, back to the start


def test_splits_start_from_different_seeds_and_share_no_world():
    splits = Environment("FrozenLake-v1").open()
    assert len({splits.train.seed, splits.dev.seed, splits.open_test().seed}) == 3
    assert splits.dev.make() is not splits.dev.make()


def test_worlds_that_do_not_exist_or_have_no_table():
    with pytest.raises(UserError, match=r"no environment 'CliffWalkin-v1'"):
        Environment("CliffWalkin-v1").open()
    with pytest.raises(UserError, match=r"CartPole-v1 has no numbered states"):
        Environment("CartPole-v1").open()


def test_a_state_and_its_values_as_a_person_reads_them():
    source = Environment()
    facts = source.open().facts
    assert source.encode("36", facts).item() == 36
    assert source.decode(torch.tensor([-13.0, -114.0, -14.0, -14.0]), facts) == {
        "up": -13.0, "down": -14.0, "left": -14.0, "right": -114.0,
    }  # fmt: skip
    for wrong in ("48", "-1", "3.5", "up"):
        with pytest.raises(UserError, match="A state is a number from 0 to 47"):
            source.encode(wrong, facts)
