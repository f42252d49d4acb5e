"""Recipes side by side: data by their name, and what is said where there is nothing to compare."""

from pathlib import Path

import pytest

import profundo as pf
from profundo import recipes
from profundo.core import UserError
from profundo.data import NAMED, of_name, open_path
from profundo.data.cifar10 import CIFAR10
from profundo.data.fewer import Fewer
from profundo.data.mnist import MNIST
from profundo.run import Run
from profundo.study.compare import compare_rows, verdict

SMALL = {"data.drawn": True, "data.limit": 100, "rule.epochs": 1}


def test_every_name_opens_its_source():
    assert [type(of_name(name)).__name__ for name in NAMED] == list(NAMED.values())


def test_a_recipe_whose_own_data_they_are_stays_as_it_is():
    own = CIFAR10(crop=28, whiten=True)
    assert open_path("cifar10", like=own) is own
    assert recipes.assemble("alexnet", {}, "cifar10") == recipes.load("alexnet")
    assert open_path("mnist", like=Fewer(MNIST(), train=100)) == MNIST()  # all of them: the others of the table learn from all


def test_a_folder_of_that_name_goes_first(tmp_path):
    from PIL import Image

    for name in ("cats", "dogs"):
        (tmp_path / "cifar10" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "cifar10" / name / "a.png")
    assert type(open_path("cifar10", like=MNIST())).__name__ == "ImageFolder"


def test_a_network_is_fitted_to_the_data_and_claims_nothing_about_them():
    recipe = recipes.assemble("lenet", SMALL, "cifar10")
    assert (recipe.network.channels, recipe.network.size, recipe.claim) == (3, 32, None)
    back = recipes.assemble("resnet20", {"data.limit": 100}, "mnist")
    assert (back.network.channels, back.data) == (1, MNIST(limit=100))


def test_a_smoke_run_fetches_nothing():
    recipe = recipes.assemble("lenet", {}, "cifar10", quick=True)
    assert recipe.data == CIFAR10(limit=2000, drawn=True)
    assert recipes.assemble("cifar_mlp", {}, "mnist", quick=True).data == MNIST(limit=2000)


def test_a_network_that_needs_larger_pictures_says_so_in_one_sentence():
    with pytest.raises(UserError, match="VGG halves pictures five times and needs at least 32 x 32 pixels, not 28"):
        recipes.assemble("vgg", {"data.limit": 100}, "mnist")


def test_a_name_that_is_neither_path_nor_data():
    with pytest.raises(UserError, match=r"no file or folder cifar, .* there are mnist, fashion_mnist, cifar10"):
        open_path("cifar", like=MNIST())


def test_two_recipes_on_the_data_of_one_are_compared():
    options = {"data.limit": 100, "rule.epochs": 1, "rule.batch_size": 50}
    found = pf.compare(["lenet", "softmax_regression"], data="cifar10", quick=True, options=options)
    assert {row["data"] for row in found["rows"]} == {"CIFAR10"}
    assert "different data" not in found["verdict"]
    for path in found["runs"]:  # the run directory alone knows what it learnt from
        recipe = recipes.of(Run(path))
        assert recipe.data == CIFAR10(limit=100, drawn=True)
        assert recipe.claim is None


def test_data_that_an_option_finds_are_not_fetched_before():
    options = {"data.drawn": True, "data.limit": 100, "rule.epochs": "1,2"}
    found = pf.compare(["softmax_regression"], data="cifar10", options=options)
    assert [row["n"] for row in found["rows"]] == [1, 1]


def made(name, data, value, **options):
    run = Run(f"{name}-0")
    run.write("recipe.json", {"recipe": name, "seed": 0, "options": {"data": data} | options})
    run.write("result.json", {"metric": "error", "lower_is_better": True, "test": {"error": value}})
    return run


def test_different_data_are_told_and_nothing_follows():
    rows = compare_rows([made("lenet", "MNIST", 0.01), made("resnet", "CIFAR10", 0.08), made("mlp", "MNIST", 0.02)])
    said = verdict(rows)
    assert (
        said
        == "They learnt from different data (MNIST, CIFAR10), so nothing follows. `--data cifar10` gives all of them the same."
    )


def test_a_part_of_the_same_data_is_the_same_data_and_another_table_is_not():
    fewer = {"data.source": "MNIST"}
    assert "different data" not in verdict(compare_rows([made("a", "MNIST", 0.1), made("b", "Fewer", 0.2, **fewer)]))
    one, other = (made(name, "Table", 0.1, **{"data.path": f"{name}.csv"}) for name in "ab")
    assert verdict(compare_rows([one, other])).endswith("so nothing follows.")  # these files are gone
    Path("a.csv").touch()
    assert "`--data a.csv`" in verdict(compare_rows([one, other]))
    assert "different data" not in verdict(compare_rows([one, made("c", "Table", 0.2, **{"data.path": "a.csv"})]))
