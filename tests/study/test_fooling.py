import json
import math

import pytest
import torch

import profundo as pf
from profundo import cli, recipes
from profundo.core import UserError
from profundo.data.rows import Rows, Standardize
from profundo.evaluation.classification import Classification
from profundo.evaluation.fooled import Fooled, mistaken
from profundo.options import override
from profundo.run import Run
from profundo.training.attacks import InPixels, fgsm
from profundo.training.train import train


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A straight line and a network with a hidden layer, on the same few digits; words; and another split of the digits."""
    made = {
        "softmax_regression": ("softmax_regression", {"data.limit": 600, "rule.epochs": 3}),
        "mlp": (
            "mlp",
            {"data.limit": 600, "rule.epochs": 8, "rule.batch_size": 32, "network.hidden": (50,), "data.scale": "unit"},
        ),
        "words": ("nettalk", {"data.dev": 50, "rule.passes": 1}),
        "elsewhere": ("softmax_regression", {"data.limit": 600, "rule.epochs": 1, "data.split_seed": 1}),
    }
    folder = tmp_path_factory.mktemp("runs")
    for name, (recipe, options) in made.items():
        chosen = recipes.load(recipe)
        for _step in train(override(chosen, chosen.quick | options), Run(folder / name)):
            pass
    return folder


@pytest.fixture
def undrawn(monkeypatch):
    """A drawing costs a second."""
    from profundo.study import fooling_figure

    blank = lambda pictures, curve: type("Blank", (), {"svg": lambda self: "<svg/>"})()  # noqa: E731
    monkeypatch.setattr(fooling_figure, "figure", blank)


def test_fgsm_fools_a_line_and_noise_does_not(trained):
    found = pf.fool(trained / "softmax_regression")
    rows = {row["what"]: row for row in found["outcomes"]}
    assert list(rows) == ["clean", "noise", "fgsm", "free"]
    assert rows["clean"]["distortion"] is None
    json.dumps(found, allow_nan=False)
    assert rows["free"]["error"] == 1.0
    assert rows["free"]["distortion"] == pytest.approx(0.25, abs=1e-4), "every pixel moves by epsilon"
    assert rows["fgsm"]["distortion"] < 0.25
    assert rows["noise"]["error"] < rows["clean"]["error"] + 0.2 < rows["fgsm"]["error"]
    assert rows["clean"]["error"] == pf.load(trained / "softmax_regression").evaluate("dev")["dev"]["error"]
    assert found["published"] == {"error": 0.999, "confidence": 0.793, "source": "Goodfellow et al. 2015, section 4: softmax"}
    assert found["curve"][0][1] == found["curve"][0][2] == rows["clean"]["error"]
    svg = (trained / "softmax_regression" / "fooled.svg").read_text()
    assert "change × 2" in svg
    assert "epsilon" in svg


@pytest.mark.usefixtures("undrawn")
def test_test_stays_sealed_and_what_was_published_is_of_epsilon_a_quarter(trained):
    assert pf.fool(trained / "mlp", examples=20, epsilon=0.1)["published"] is None
    assert not (trained / "mlp" / "result.json").exists()


@pytest.mark.usefixtures("undrawn")
def test_the_evaluator_counts_as_the_study_does(trained):
    recipe, network = (lambda run: (run.recipe, run.network))(pf.load(trained / "mlp"))
    dev = recipe.data.open().dev
    scores = Fooled(0.1).score(network, dev)
    plain = Classification().score(network, dev)
    assert scores["error"] == plain["error"]
    assert scores["loss"] == pytest.approx(plain["loss"], rel=1e-5)
    seen = InPixels(network, dev)
    x, y = next(seen.batches(dev, len(dev)))
    wrong = seen(fgsm(seen, x, y, 0.1, clip=False)).argmax(1) != y
    assert scores["adversarial_error"] == wrong.double().mean().item()
    assert Fooled(0.1, clip=True).score(network, dev)["adversarial_error"] <= scores["adversarial_error"]
    assert Fooled(0.0).score(network, dev)["adversarial_error"] == plain["error"]
    free = {row["what"]: row for row in pf.fool(trained / "mlp", epsilon=0.1)["outcomes"]}["free"]
    assert free["error"] == scores["adversarial_error"]
    assert free["confidence"] == pytest.approx(scores["adversarial_confidence"], rel=1e-5)
    with pytest.raises(ValueError, match="epsilon"):
        Fooled(-1.0)


def test_confidence_is_that_of_the_mistakes_by_hand():
    logits = torch.tensor([[0.8, 0.2], [0.3, 0.7], [0.9, 0.1]]).log()
    error, confidence = mistaken(logits, torch.tensor([0, 0, 1]))
    assert error == pytest.approx(2 / 3)
    assert confidence == pytest.approx(0.8)
    assert math.isnan(mistaken(logits, torch.tensor([0, 1, 0]))[1])


def test_nobody_fools_who_always_says_the_same():
    rows = Rows(torch.zeros(4, 1, 2, 2, dtype=torch.uint8), torch.tensor([1, 1, 0, 1]), Standardize((0.0,), (1.0,)))
    assert Fooled().baseline(rows, rows) == {"adversarial_error": 0.25}


@pytest.mark.usefixtures("undrawn")
def test_the_smallest_change_is_smaller_and_pgd_worse_than_fgsm(trained):
    nearest = pf.fool(trained / "mlp", method="minimal", examples=4)
    last = nearest["outcomes"][-1]
    assert last["error"] == 1.0
    assert last["distortion"] < 0.1
    assert nearest["epsilon"] is None
    assert nearest["published"]["distortion"] == 0.058
    way = lambda method: pf.fool(trained / "mlp", method=method, epsilon=0.1, examples=20)["outcomes"][2]["error"]  # noqa: E731
    assert way("pgd") >= way("fgsm") > 0.3


@pytest.mark.usefixtures("undrawn")
def test_what_fools_one_fools_another_though_they_read_other_numbers(trained):
    found = pf.fool(trained / "mlp", transfer=trained / "softmax_regression")["transfer"]
    assert 0 < found["examples"] <= 50
    assert found["fooled"] > 0.9
    assert found["both"] > 0.6 > found["noise"]
    itself = pf.fool(trained / "mlp", transfer=trained / "mlp")["transfer"]
    assert itself["both"] == 1.0
    with pytest.raises(UserError, match="same pictures"):
        pf.fool(trained / "mlp", transfer=trained / "elsewhere")


def test_a_picture_of_ones_own(trained, capsys):
    from PIL import Image

    dev = pf.load(trained / "mlp").recipe.data.open().dev
    Image.fromarray(dev.x[0, 0].numpy()).save("digit.png")
    network = pf.load(trained / "mlp").network
    said = network(dev.prepare(dev.x[:1])).softmax(1)[0]
    found = pf.fool(trained / "mlp", "digit.png", epsilon=0.3)
    (one,) = found["pictures"]
    assert one["before"] == (str(said.argmax().item()), pytest.approx(said.max().item(), rel=1e-4))
    assert one["after"][0] != one["before"][0]
    assert one["distortion"] <= 0.3
    assert found["outcomes"] == []
    json.dumps(found, allow_nan=False)
    cli.main(["fool", str(trained / "mlp"), "digit.png", "--method", "minimal"])
    assert f"it said {one['before'][0]}" in capsys.readouterr().out


@pytest.mark.usefixtures("undrawn")
def test_the_command_prints_a_line_an_attack(trained, capsys):
    arguments = ["fool", str(trained / "softmax_regression"), "--examples", "30", "--transfer", str(trained / "mlp")]
    cli.main(arguments)
    out = capsys.readouterr().out
    assert "99.9 %, confidence 79.3 %" in out
    assert "noise as large" in out
    assert "both get right" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"method": "magic"}, "one of fgsm, pgd, minimal"),
        ({"epsilon": 0.0}, "above 0"),
        ({"epsilon": 2.0}, "above 0"),
        ({"examples": 0}, "at least 1"),
        ({"picture": "a.png", "transfer": "mlp"}, "many pictures"),
        ({"picture": "nowhere.png"}, "nowhere.png"),
    ],
)
def test_what_cannot_be_done_is_said(trained, arguments, sentence):
    with pytest.raises(UserError, match=sentence):
        pf.fool(trained / "mlp", **arguments)


def test_words_are_no_pictures(trained):
    with pytest.raises(UserError, match="pictures into classes"):
        pf.fool(trained / "words")


def test_a_network_of_thresholds_has_no_gradient(trained, monkeypatch):
    from profundo.networks.dense.mlp import MLP

    monkeypatch.setattr(MLP, "forward", lambda self, x: self.layers(x.flatten(1)).sign())
    with pytest.raises(UserError, match="no gradient"):
        pf.fool(trained / "mlp")
