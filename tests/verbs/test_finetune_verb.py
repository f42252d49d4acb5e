"""`predict` and `train` with published weights, which stand in the cache here as if they had been fetched."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import profundo as pf
from profundo import cli, recipes
from profundo.core import UserError
from profundo.data.fetch import Archive, cache
from profundo.data.imagenet import ImageNet
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.options import flatten
from profundo.progress import Silent
from profundo.study.repeat import command
from profundo.training.published import PUBLISHED, Published
from profundo.verbs import inputs, predict

TINY = ResNetConfig(depth=8, classes=1000)
THEIRS = (
    (r"^stem\.0\.", "conv1."),
    (r"^stem\.1\.", "bn1."),
    (r"^stage(\d)\.", r"layer\1."),
    (r"\.f\.conv(\d)\.", r".conv\1."),
    (r"\.f\.norm(\d)\.", r".bn\1."),
    (r"^head\.", "fc."),
)


def theirs(weights):
    """Our names as torchvision would have them."""
    found = {}
    for name, w in weights.items():
        for ours, other in THEIRS:
            name = re.sub(ours, other, name)
        found[name] = w
    return found


@pytest.fixture
def network():
    torch.manual_seed(3)
    return TINY.build().eval()


@pytest.fixture
def published(network, monkeypatch):
    """Weights of a small ResNet for pictures of 32 pixels, published as "resnet20"."""
    cache().mkdir(parents=True)
    file = cache() / "tiny.pth"
    torch.save(theirs(network.state_dict()), file)
    archive = Archive(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), (), "none", "nobody")
    one = Published("resnet20", archive, TINY, ImageNet(size=32, resize=36))
    monkeypatch.setitem(PUBLISHED, "resnet20", one)
    return one


@pytest.fixture
def photos(tmp_path):
    """Ten reddish and ten bluish pictures, none of them square."""
    for i in range(20):
        pixels = np.random.default_rng(i).integers(0, 120, (40, 50, 3), np.uint8)
        pixels[..., 2 * (i % 2)] += 120
        path = tmp_path / "photos" / ("red", "blue")[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return str(tmp_path / "photos")


def answers(network, path):
    data = ImageNet(size=32, resize=36)
    with torch.inference_mode():
        return data.decode(network(data.encode(path, data.facts)[None])[0], data.facts)


def test_a_published_network_names_what_it_sees(published, network, photos, capsys):
    path = f"{photos}/red/0.png"
    assert predict("resnet20", [path]) == [answers(network, path)]
    cli.main(["predict", "resnet20", path, "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said == [{"input": path, "said": answers(network, path)}]


@pytest.mark.parametrize("kind", ["ours", "theirs"])
def test_a_file_says_what_its_network_says(kind, published, network, photos):
    weights = network.state_dict()
    save_file(theirs(weights) if kind == "theirs" else weights, "some.safetensors")
    path = f"{photos}/red/0.png"
    assert predict("some.safetensors", [path]) == [answers(network, path)], "its keys tell whose it is"
    assert predict("some.safetensors", [path], "resnet20") == [answers(network, path)]


def test_a_file_of_a_recipes_network_with_options_and_other_classes(photos):
    """A ResNet-14 for seven classes, which have no names: numbers do."""
    torch.manual_seed(0)
    net = ResNetConfig(depth=14, classes=7).build().eval()
    save_file(net.state_dict(), "mine.safetensors")
    options = {"network.depth": 14, "data.drawn": True}
    (said,) = predict("mine.safetensors", [f"{photos}/red/0.png"], "plain20", options | {"network.shortcuts": True})
    x = recipes.load("plain20").data.encode(f"{photos}/red/0.png", {})
    with torch.inference_mode():
        p = net(x[None])[0].softmax(-1)
    assert said == {f"class {k}": pytest.approx(p[k].item(), abs=1e-4) for k in range(7)}


def refused(*arguments, **more):
    with pytest.raises(UserError) as refusal:
        predict(*arguments, **more)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_what_is_wrong_with_a_file_is_told_in_one_sentence(published, network, photos):
    picture = [f"{photos}/red/0.png"]
    save_file(network.state_dict(), "eight.safetensors")
    save_file({"a.weight": torch.ones(3)}, "alien.safetensors")
    said = refused("eight.safetensors", picture, "mobilenet")
    assert "features.0.conv.weight is missing" in said
    assert "They look like resnet20's" in said
    assert "say whose weights it holds with --recipe" in refused("alien.safetensors", picture)
    assert "look like" not in refused("alien.safetensors", picture, "mobilenet")
    assert "1000 classes apart, not 2000" in refused("eight.safetensors", picture, "resnet20", {"network.classes": 2000})
    assert "did you mean resnet20" in refused("eight.safetensors", picture, "resnet2O")
    assert "no published weights of lenet" in refused("lenet", picture)
    assert "is no file" in refused("resnet20", picture, "resnet20")
    assert "There is no run in nowhere" in refused("nowhere", picture)
    with pytest.raises(UserError, match=r"There is no file cats\.csv"):
        inputs(["cats.csv"])


def test_a_published_recipe_on_own_photos_begins_with_its_weights(published, network, photos):
    run = pf.train("resnet20", data=photos, freeze="backbone", rule={"epochs": 4, "lr": 0.02}, show=Silent())
    mine, given = run.load_weights(), network.state_dict()
    assert {name for name, w in mine.items() if not torch.equal(w, given[name])} == {"head.weight", "head.bias"}
    assert len(mine["head.weight"]) == 2
    made = run.read("recipe.json")
    assert made["start"] == {"run": "resnet20", "drawn": ["head.weight", "head.bias"]}
    assert {made["options"][f"data.{name}"] for name in ("size", "normal")} == {32, "imagenet"}
    assert "--from resnet20" in command(run.recipe, run)
    assert set(run.predict(f"{photos}/red/0.png")) == {"red", "blue"}
    assert not (run.path / "compute.json").exists(), "a frozen layer has no backward pass to be counted"
    again = pf.train("resnet20", data=photos, start=run.path, rule={"epochs": 1}, show=Silent())
    assert again.read("recipe.json")["start"]["run"] == str(run.path)


def test_a_published_file_is_checked_key_by_key(published, network):
    wrong = {name: w for name, w in network.state_dict().items() if name != "stage2.0.f.norm1.bias"}
    file = cache() / "tiny.pth"
    torch.save(wrong, file)
    other = Archive(file.name, hashlib.sha256(file.read_bytes()).hexdigest()[:8], (), "none", "nobody")
    with pytest.raises(UserError, match=r"resnet20: stage2\.0\.f\.norm1\.bias is missing"):
        Published("resnet20", other, TINY, ImageNet()).build()


def test_from_scratch_is_the_recipe_as_it_stands(published, photos):
    fresh = recipes.assemble("resnet20", {}, photos, start="scratch")
    tuned = recipes.assemble("resnet20", {}, photos)
    assert (fresh.begins, tuned.begins) == ("", "resnet20")
    assert flatten(fresh)["data.normal"] == "own"
    assert fresh.rule == recipes.load("resnet20").rule
    assert recipes.assemble("plain20", {}, photos, start="resnet20").begins == "resnet20"
    assert recipes.assemble("resnet20", {"data.drawn": True}).begins == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"recipe": "lenet", "freeze": "backbone"}, "has to have learnt something"),
        ({"recipe": "resnet20", "freeze": "backbone", "start": "scratch"}, "has to have learnt something"),
        ({"recipe": "lenet", "start": "resnet20"}, "not for lenet"),
        ({"recipe": "resnet20", "network": {"depth": 14}}, "do not fit: stage1.1.f.conv1.weight"),
        ({"recipe": "resnet20", "data": None, "start": "resnet20"}, "--data FOLDER"),
        ({"recipe": "lenet", "start": "nowhere"}, "There is no run in nowhere"),
    ],
)
def test_what_cannot_be_tuned_is_told_in_one_sentence(words, why, published, photos):
    with pytest.raises(UserError, match=re.escape(why)) as refusal:
        pf.train(**({"data": photos, "show": Silent()} | words))
    assert "\n" not in str(refusal.value)


def test_grey_photos_are_read_in_colour(published, photos):
    for path in Path(photos).rglob("*.png"):
        Image.open(path).convert("L").save(path)
    assert recipes.assemble("resnet20", {}, photos).network.channels == 3
    assert recipes.assemble("lenet", {}, photos).network.channels == 1
