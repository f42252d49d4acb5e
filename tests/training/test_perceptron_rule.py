"""The perceptron rule: by hand, beside scikit-learn's, within Novikoff's bound, and on the double moon."""

import pytest
import torch

from profundo.core import Splits, TrainState
from profundo.data.double_moon import DoubleMoon
from profundo.data.rows import Rows
from profundo.evaluation.classification import Classification
from profundo.networks.neurons.perceptron import PerceptronConfig
from profundo.training.perceptron_rule import PerceptronRule


def learn(rows, rule, seed=0, shuffle=True):
    """(neuron, values of every step)"""
    neuron = PerceptronConfig(features=rows.x.shape[1]).build()
    state = TrainState(neuron, Splits(rows, None, lambda: None), torch.device("cpu"), seed)
    if not shuffle:
        state.shuffled = torch.arange
    return neuron, [step.values for step in rule.steps(state)]


def error(neuron, rows):
    return Classification().score(neuron, rows)["error"]


def with_bias(x):
    return torch.cat([x, torch.ones(len(x), 1)], 1)


def test_logical_and_worked_by_hand():
    """Points in the order 00, 01, 10, 11. Every correction, as (w1, w2, b), one line a pass:

    00: 0 0 -1   11: 1 1 0
    00: 1 1 -1   01: 1 0 -2   11: 2 1 -1
    01: 2 0 -2   10: 1 0 -3   11: 2 1 -2
    10: 1 1 -3   11: 2 2 -2
    01: 2 1 -3   11: 3 2 -2
    01: 3 1 -3   10: 2 1 -4   11: 3 2 -3
    10: 2 2 -4   11: 3 3 -3
    01: 3 2 -4   and now all four are right.
    """
    points = Rows(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([0, 0, 0, 1]))
    neuron, passes = learn(points, PerceptronRule(), shuffle=False)
    assert [values["mistakes"] for values in passes] == [2, 3, 3, 2, 2, 3, 2, 1]
    assert passes[-1]["error"] == 0
    assert (neuron.w.tolist(), neuron.b.item()) == ([3.0, 2.0], -4.0)

    halfway, passes = learn(points, PerceptronRule(epochs=2), shuffle=False)
    assert (halfway.w.tolist(), halfway.b.item()) == ([2.0, 1.0], -1.0)
    assert len(passes) == 2


def test_the_same_line_as_scikit_learn_after_any_number_of_passes():
    from sklearn.linear_model import Perceptron

    moons = DoubleMoon(distance=-4, train=300).open().train
    for epochs in (1, 3, 10):
        reference = Perceptron(max_iter=epochs, tol=None, shuffle=False).fit(moons.x.double().numpy(), moons.y.numpy())
        neuron, _passes = learn(moons, PerceptronRule(epochs), shuffle=False)
        assert neuron.w.tolist() == pytest.approx(reference.coef_[0].tolist(), rel=1e-4)
        assert neuron.b.item() == reference.intercept_[0]


@pytest.mark.parametrize("distance", [1.0, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_no_more_mistakes_than_novikoff_allows(distance, seed):
    moons = DoubleMoon(distance=distance, seed=seed).open().train
    line = torch.tensor([0.0, 1.0, distance / 2])  # half way between the moons
    y, x = 2 * moons.y - 1, with_bias(moons.x)
    R, gamma = x.norm(dim=1).max(), (y * (x @ line)).min() / line.norm()
    assert gamma > 0
    neuron, passes = learn(moons, PerceptronRule(epochs=1000), seed)
    assert 0 < sum(values["mistakes"] for values in passes) <= (R / gamma) ** 2
    assert error(neuron, moons) == 0, "it stopped because nothing was left to correct"


def test_it_stops_when_the_moons_are_parted_and_new_points_are_on_their_side_too():
    splits = DoubleMoon(distance=1).open()
    neuron, passes = learn(splits.train, PerceptronRule(epochs=50))
    assert len(passes) < 10
    assert error(neuron, splits.open_test()) == 0.0


def test_a_finished_rule_has_nothing_left_to_do():
    splits = DoubleMoon(distance=1).open()
    state = TrainState(PerceptronConfig().build(), splits, torch.device("cpu"), 0)
    assert list(PerceptronRule().steps(state))
    assert list(PerceptronRule().steps(state)) == []


def test_where_the_moons_overlap_it_errs_about_as_often_as_least_squares():
    """Ten samples; an independent simulation has 10.7 % for both."""
    perceptron, squares = [], []
    for seed in range(10):
        splits = DoubleMoon(distance=-4, seed=seed).open()
        test = splits.open_test()
        neuron, passes = learn(splits.train, PerceptronRule(epochs=50, final_rate=1e-4), seed)
        assert len(passes) == 50
        perceptron.append(error(neuron, test))
        line = torch.linalg.lstsq(with_bias(splits.train.x), 2.0 * splits.train.y[:, None] - 1).solution
        squares.append((((with_bias(test.x) @ line)[:, 0] > 0).long() != test.y).float().mean().item())
    assert sum(perceptron) / 10 == pytest.approx(0.107, abs=0.01)
    assert sum(squares) / 10 == pytest.approx(0.107, abs=0.01)


def test_the_rate_falls_in_a_straight_line():
    moons = DoubleMoon(distance=-4, train=100).open().train
    _neuron, passes = learn(moons, PerceptronRule(epochs=5, final_rate=0.2))
    assert [values["rate"] for values in passes] == pytest.approx([1.0, 0.8, 0.6, 0.4, 0.2])


def test_one_wrong_label_is_noticed():
    moons = DoubleMoon(distance=1).open().train
    moons.y[0] = 1 - moons.y[0]
    neuron, passes = learn(moons, PerceptronRule(epochs=5))
    assert len(passes) == 5
    assert error(neuron, moons) > 0
