"""The capacity curve: measured beside the theory of Amit, Gutfreund and Sompolinsky."""

import math

import pytest

from profundo.study.capacity import capacity, capacity_curve, retrieval_error, theory


def test_theory_ends_where_the_paper_says():
    load, error = capacity()
    assert load == pytest.approx(0.138, abs=5e-4)
    assert 1 - 2 * error == pytest.approx(0.967, abs=5e-4)
    assert retrieval_error(0.15) == 0.5


@pytest.mark.parametrize("load", [0.05, 0.1, 0.13])
def test_theory_solves_its_equations(load):
    """m = erf(m / sqrt(2 load r)), r = 1 / (1 - C)^2, iterated from m = 1 as in the paper."""
    m = r = 1.0
    for _iteration in range(1000):
        C = math.sqrt(2 / (math.pi * load * r)) * math.exp(-m * m / (2 * load * r))
        r = 1 / (1 - C) ** 2
        m = math.erf(m / math.sqrt(2 * load * r))
    assert retrieval_error(load) == pytest.approx((1 - m) / 2, rel=1e-6)


def test_the_curve_is_one_line():
    for y in (1.6, 2.0, 3.0):
        load, error = theory(y)
        assert retrieval_error(load) == pytest.approx(error, rel=1e-6)


def test_a_thousand_neurons_follow_theory_and_then_fall_off():
    curve = capacity_curve(1000, (0.10, 0.138, 0.18))
    assert curve[0.10] == pytest.approx(retrieval_error(0.10), abs=0.001)
    assert curve[0.10] < curve[0.138] < curve[0.18]
    assert 0.01 < curve[0.138] < 0.04
    assert curve[0.18] > 0.15
