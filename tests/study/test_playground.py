"""The playground's film: it is the training, the page is the net, and layers part what could not be parted."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from profundo import recipes
from profundo.cli import main
from profundo.core import UserError
from profundo.messages import speak
from profundo.networks.dense.playground import ACTIVATIONS, INPUTS
from profundo.options import override
from profundo.run import Run
from profundo.study.playground import FRAMES, film, moments, spaces
from profundo.study.playground_figures import still
from profundo.study.playground_page import page
from profundo.training.train import train
from profundo.verbs.playing import playground


def short(**options):
    changes = {"rule.epochs": 30, "data.train": 100, "data.dev": 50, "data.test": 50}
    return override(recipes.load("playground"), changes | {name.replace("__", "."): v for name, v in options.items()})


@pytest.fixture(scope="module")
def spiral():
    return film(short())


@pytest.fixture(scope="module")
def circle():
    """A disc in a ring, learnt by two layers of three units."""
    return film(short(data__shape="circle", network__hidden=(3, 3), rule__epochs=150))


def held(text, name):
    """What the page's script holds under a name."""
    return json.loads(re.search(rf"{name} = (\{{.*?\}}|\[.*?\])[,;](?= points|\n)", text)[1])


# the film


def test_the_film_is_the_training(spiral, tmp_path):
    run = Run(tmp_path)
    list(train(short(), run))
    trained = torch.cat([p.flatten() for p in run.load_state()["state"]["network"].values()])
    assert torch.equal(trained, torch.tensor(spiral.weights[-1]))
    last = [record for record in run.records() if "dev_loss" in record][-1]
    assert last["dev_loss"] == spiral.dev[-1]["loss"]
    assert spiral.steps[0] == 0
    assert spiral.steps[-1] == last["step"] == 60


@pytest.mark.parametrize("steps", [1, 2, 100, 10_000, 1_000_000])
def test_moments_are_the_first_ever_fewer_and_the_last(steps):
    shown = moments(steps)
    assert shown == sorted(set(shown))
    assert shown[0] == 1
    assert shown[-1] == steps
    assert len(shown) <= FRAMES + 1
    assert all(a - b <= 1 + 0.05 * steps for a, b in zip(shown[1:], shown, strict=False))


def test_the_border_bends_around_the_disc(circle):
    with torch.no_grad():
        inside, outside = circle.network(torch.tensor([[0.0, 0.0], [4.0, 3.0]]))
    assert inside > 0.9
    assert outside < -0.9
    assert circle.train[-1]["loss"] < 0.02 < circle.train[0]["loss"]


# what layers do


def test_what_no_line_parts_each_layer_parts_better(circle):
    errors = [space.error for space in spaces(circle)]
    assert errors[0] > 0.2
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0.0


def test_it_is_learning_that_parts_them(circle):
    untrained = film(override(circle.recipe, {"rule.epochs": 1, "rule.lr": 1e-9}))
    assert spaces(untrained)[-1].error > spaces(circle)[-1].error + 0.1


def test_the_view_shows_the_cut_that_it_says(circle):
    y, on_their_side = circle.splits.train.y, []
    for space, x in zip(spaces(circle), circle.network.spaces(circle.splits.train.x), strict=True):
        (w, b), seen = space.cut, space.seen(x.detach())
        on_their_side.append(((seen @ w + b > 0) == (y == 1)).float().mean().item())
        assert on_their_side[-1] == pytest.approx(1 - space.error, abs=0.011)
        torch.testing.assert_close(space.view.T @ space.view, torch.eye(2), atol=1e-5, rtol=0)
        if space.units > 2:
            assert w[1].abs() < 1e-4 * w[0].abs(), "the cut is seen edge on"
            assert w[0] > 0, "and blue lies to the right of it"
    assert min(on_their_side) > 0.5


# the page


def test_the_page_holds_everything_and_fetches_nothing(circle):
    text = page(circle)
    assert len(text) < 2_000_000
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    net, points, frames = held(text, "net"), held(text, "points"), held(text, "frames")
    assert net["hidden"] == [3, 3]
    assert len(points) == 150
    assert {tuple(point[2:]) for point in points} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert [frame["step"] for frame in frames] == [str(step) for step in circle.steps]
    assert frames[-1]["w"] == pytest.approx(circle.weights[-1], abs=6e-5)
    assert frames[-1]["train"] == pytest.approx(circle.train[-1]["loss"], abs=6e-5)
    places = [frame["at"] for frame in frames]
    assert places == sorted(places)


@pytest.mark.skipif(not shutil.which("node"), reason="the page's script is run by node")
def test_the_script_is_the_net():
    every = film(short(network__inputs=tuple(INPUTS), network__hidden=(4, 3), rule__epochs=2))
    script = re.search(r"<script>(.*?)</script>", page(every), re.DOTALL)[1]
    points = torch.tensor([[0.5, -1.5], [-3.0, 2.0], [4.0, 5.0]])
    xs, ys = points.T.tolist()
    ask = "(net.activation = name, think(frames.at(-1).w, plane)).map(layer => layer.map(unit => Array.from(unit)))"
    script += f"\nconst plane = look({xs}, {ys}), all = {{}};"
    script += f"\nfor (const name of Object.keys(activations)) all[name] = {ask};\nconsole.log(JSON.stringify(all));"
    Path("net.js").write_text(script, encoding="utf-8")
    said = json.loads(subprocess.run(["node", "net.js"], capture_output=True, text=True, check=True).stdout)
    assert set(said) == set(ACTIVATIONS)
    for name in ACTIVATIONS:
        network = override(every.recipe, {"network.activation": name}).network.build()
        torch.nn.utils.vector_to_parameters(torch.tensor(every.weights[-1]), network.parameters())
        with torch.no_grad():
            wanted = [*network.spaces(points), network(points)[:, None]]
        for ours, theirs in zip(wanted, said[name], strict=True):
            torch.testing.assert_close(torch.tensor(theirs).T, ours, atol=5e-3, rtol=1e-3)


def test_the_still_is_a_picture_with_its_words(spiral):
    words = {text.text for text in ElementTree.fromstring(still(spiral).svg()).iter("{http://www.w3.org/2000/svg}text")}
    assert {"step 0", "step 60", "train", "dev", "loss"} <= words


# the verb


def test_on_the_command_line(capsys):
    quick = ["--network.hidden", "4,2", "--rule.epochs", "3", "--data.train", "60", "--json"]
    main(["playground", "xor", *quick])
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["shape"] == "xor"
    assert [(row["layer"], row["units"]) for row in found["layers"]] == [(0, 2), (1, 4), (2, 2)]
    assert "After 6 steps" in said.err
    first = {kind: Path(found[kind]).read_bytes() for kind in ("page", "still", "bent")}
    main(["playground", "xor", *quick])
    assert {kind: Path(found[kind]).read_bytes() for kind in first} == first


def test_it_speaks_spanish(circle):
    speak("es")
    try:
        assert '<html lang="es">' in page(circle)
    finally:
        speak("en")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("spirl",), "no points 'spirl'; did you mean spiral?"),
        (("banana",), "there are spiral, circle, xor, gauss, moons."),
        (("spiral", {"network.hidden": (17,)}), "room for 6 hidden layers of 16 units"),
        (("spiral", {"network.hidden": (2,) * 7}), "room for 6 hidden layers of 16 units"),
        (
            ("spiral", {"rule.optimizer": "sgd", "rule.lr": 1e39, "rule.epochs": 2, "network.activation": "relu"}),
            "lower --rule.lr",
        ),
    ],
)
def test_refusals_say_what_to_do(arguments, says):
    with pytest.raises(UserError, match=re.escape(says)):
        playground(*arguments)
