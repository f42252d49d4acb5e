import pytest
import torch

import profundo as pf
from profundo import recipes
from profundo.data import opened
from profundo.networks.convolutional.local_parts import WINDOW, LocalPartsConfig
from profundo.options import override
from profundo.run import Run
from profundo.training.train import train


@pytest.mark.parametrize(("pooling", "inputs"), [("mean", 16), ("max", 16), ("none", 16 * 24 * 24)])
def test_parameters_counted_by_hand(pooling, inputs):
    network = LocalPartsConfig(pooling=pooling).build()
    trunk = (25 + 1) * 16 + (9 * 16 + 1) * 16 + (16 + 1) * 16
    assert sum(p.numel() for p in network.parameters()) == trunk + 2 * (inputs + 1)


def test_a_place_sees_a_window_and_no_more():
    network = LocalPartsConfig(maps=8).build()
    x = torch.rand(1, 1, 40, 40, requires_grad=True)
    network.parts(x)[0, :, 5, 7].sum().backward()
    rows, columns = (x.grad[0, 0].any(axis).nonzero().flatten() for axis in (1, 0))
    assert rows.tolist() == list(range(2, 2 + WINDOW))
    assert columns.tolist() == list(range(6, 6 + WINDOW))


@pytest.mark.parametrize("pooling", ["mean", "max", "none"])
def test_only_what_pools_does_not_know_where(pooling):
    torch.manual_seed(0)
    network = LocalPartsConfig(pooling=pooling, maps=8).build()
    x = torch.zeros(1, 1, 40, 40)
    x[..., 12:17, 12:17] = torch.randn(5, 5)
    moved = x.roll((6, 4), (2, 3))  # even, for a place is every second pixel
    same = torch.allclose(network(x), network(moved), atol=1e-6)
    assert same == (pooling != "none")


def test_who_pools_takes_a_scrambled_face_for_a_face_and_who_does_not_does_not(tmp_path):
    scores = {}
    for pooling in ("max", "none"):
        options = {"network.pooling": pooling, "data.train": 600, "data.dev": 150, "rule.epochs": 3}
        recipe = override(recipes.load("scrambled_faces"), options)
        run = Run(tmp_path / pooling)
        for _step in train(recipe, run):
            pass
        network = recipe.network.build()
        network.load_state_dict(run.load_weights())
        scores[pooling] = recipe.evaluate.score(network, opened(recipe.data).dev)
    assert max(score["error"] for score in scores.values()) < 0.1
    assert scores["max"]["scrambled"] >= 0.7
    assert scores["none"]["scrambled"] <= 0.2
    rows = pf.fool(tmp_path / "none", epsilon=0.1)["outcomes"]
    assert rows[0]["error"] == scores["none"]["error"], "the scrambled ones are of no class, and are left out"
    assert rows[2]["error"] > rows[0]["error"] + 0.2


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="at least 1"):
        LocalPartsConfig(maps=0)
