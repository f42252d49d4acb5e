"""A network that cheats is found out: a mark in the corner gives the class away, and nothing else does."""

import pytest
import torch
import torch.nn.functional as F

from profundo.networks.convolutional.lenet import LeNetConfig
from profundo.study.explaining.explanation import Question, answers
from profundo.training.optimizers import Adam

BLACK, WHITE = -torch.ones(1, 1, 1), torch.ones(1, 1, 1)
MARK = 4
"""Pixels of the mark, down and across."""


def marked(n, seed):
    """Noise, (n, 1, 20, 20), from -1 to 1; every second picture is of class 1 and has a light corner."""
    x, y = 2 * torch.rand(n, 1, 20, 20, generator=torch.Generator().manual_seed(seed)) - 1, torch.arange(n) % 2
    x[y == 1, :, :MARK, :MARK] = 1.0
    return x, y


@pytest.fixture(scope="module")
def cheat():
    torch.manual_seed(0)
    network = LeNetConfig(size=20, classes=2).build()
    optimizer = Adam().build(network)
    for step in range(150):
        x, y = marked(32, seed=step)
        F.cross_entropy(network(x), y).backward()
        optimizer.step(3e-3)
    x, y = marked(64, seed=1000)
    assert (network.eval()(x).argmax(1) == y).all()
    return network


@pytest.fixture(scope="module")
def picture():
    return marked(2, seed=2000)[0][1:]


@pytest.fixture(scope="module")
def found(cheat, picture):
    panels, left_out = answers(Question(cheat, picture, 1, BLACK, WHITE), check=True)
    assert left_out == {}
    return {panel.method: panel for panel in panels}


@pytest.mark.parametrize(("method", "reach"), [("saliency", 7), ("integrated", 7), ("gradcam", 8), ("occlusion", 7)])
def test_the_planted_mark_is_found(found, method, reach):
    """The pixel that counts most lies on the mark, or a window away from it."""
    row, column = found[method].facts["peak"]
    assert max(row, column) < reach
    heat = found[method].image.clamp(min=0)
    assert heat[:reach, :reach].mean() > 3 * heat.mean()


def test_hiding_the_mark_changes_the_answer(found):
    assert max(found["occlusion"].facts["worst"]) <= 2
    assert found["occlusion"].facts["left"] < 0.5


def test_what_it_likes_best_has_the_mark(found):
    image = found["maximise"].image[0]
    assert found["maximise"].facts["probability"] > 0.99
    assert image[:MARK, :MARK].mean() > 0.8
    assert image[MARK + 4 :, MARK + 4 :].mean() < 0.65


def test_shuffled_weights_change_the_maps(found):
    """Adebayo et al. 2018: a map that survives says nothing of what was learnt."""
    for method in ("saliency", "integrated", "gradcam", "occlusion"):
        assert found[method].facts["shuffled"] < 0.5, method
