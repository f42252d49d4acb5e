"""`profundo explain` as a person meets it."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import profundo as pf
from profundo.cli import main
from profundo.core import UserError
from profundo.data.mnist import read
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.dense.mixer import MixerConfig
from profundo.study.explain_figure import figure, mosaic, tinted
from profundo.study.explaining.explanation import Question, answers

SEVEN = read("t10k")[0][0, 0].numpy()


@pytest.fixture(scope="module")
def lenet(quick_runs, tmp_path_factory):
    """The quick run, copied: what looks inside writes in its folder."""
    import shutil

    folder = tmp_path_factory.mktemp("explained") / "lenet"
    shutil.copytree(quick_runs["lenet"].path, folder)
    return folder


def test_everything_side_by_side(lenet):
    found = pf.explain(lenet, SEVEN)
    assert [panel.method for panel in found.panels] == [
        "saliency", "integrated", "gradcam", "occlusion", "maximise", "filters", "maps", "maps"
    ]  # fmt: skip
    assert found.left_out == {}
    assert found.asked == next(iter(found.said)) == "7"
    assert found.probability == pytest.approx(found.said["7"], abs=1e-4)
    torch.testing.assert_close(found.picture, torch.from_numpy(SEVEN)[None] / 255, atol=1e-5, rtol=0)
    facts = {panel.method: panel.facts for panel in found.panels}
    assert facts["maximise"]["probability"] > 0.8  # two epochs teach no more; V17 asks 99 % of networks that have learnt
    assert abs(facts["integrated"]["gap"]) < 0.02 * max(1, abs(facts["integrated"]["difference"]))
    assert facts["gradcam"]["layer"] == "features.4"
    text = Path(found.path).read_text()
    assert found.path == str(lenet / "explain.svg")
    for title in ("Why “7”?", "Saliency", "Grad-CAM", "Occlusion", "Layer features.4: 12 of its 16 maps"):
        assert title in text
    assert found._repr_png_().startswith(b"\x89PNG")


def test_another_class_and_layer(lenet):
    found = pf.explain(lenet, SEVEN, ["gradcam", "maps"], target="3", layer="features.1")
    assert found.asked == "3"
    assert found.probability < 0.5
    assert [(panel.method, panel.facts["layer"]) for panel in found.panels] == [("gradcam", "features.1"), ("maps", "features.1")]


def test_the_same_picture_brings_the_same_bytes(lenet):
    first, again = (Path(pf.explain(lenet, SEVEN, ["maximise", "integrated"]).path).read_bytes() for _time in range(2))
    assert first == again


def test_a_network_without_convolutions(quick_runs, tmp_path):
    import shutil

    shutil.copytree(quick_runs["mlp"].path, tmp_path / "mlp")
    found = pf.explain(tmp_path / "mlp", SEVEN)
    assert found.left_out.keys() == {"gradcam", "maps"}
    assert all("this network has none" in why for why in found.left_out.values())
    assert {"filters", "occlusion"} < {panel.method for panel in found.panels}
    with pytest.raises(UserError, match="gradcam reads the maps of convolution layers, and this network has none"):
        pf.explain(tmp_path / "mlp", SEVEN, ["gradcam"])


def test_transformers_have_rollout_and_mixers_do_not():
    torch.manual_seed(0)
    x, low, high = torch.rand(1, 3, 16, 16), torch.zeros(3, 1, 1), torch.ones(3, 1, 1)
    vit = VisionTransformerConfig(classes=3, size=16, patch=4, depth=2, width=16, heads=2, hidden=16).build().eval()
    panels, left_out = answers(Question(vit, x, 1, low, high), check=True)
    assert left_out.keys() == {"gradcam", "maps"}
    assert "rollout" in {panel.method for panel in panels}
    assert figure(x[0], {"a": 0.5}, "b", 0.5, panels).svg().count("Attention rollout") == 2  # and once more, shuffled
    mixer = MixerConfig(classes=3, size=16, patch=4, depth=1, width=16, tokens_hidden=8, channels_hidden=8).build().eval()
    assert "rollout" not in {panel.method for panel in answers(Question(mixer, x, 1, low, high))[0]}
    with pytest.raises(UserError, match="rollout follows attention"):
        answers(Question(mixer, x, 1, low, high), ["rollout"])


def test_a_network_without_gradients_keeps_what_needs_none():
    class Ruled(torch.nn.Module):
        def forward(self, x):
            return torch.stack([(x.flatten(1) > 0.5).float().mean(1), torch.full((len(x),), 0.5)], dim=1)

    panels, left_out = answers(Question(Ruled(), torch.rand(1, 1, 8, 8), 0, torch.zeros(1, 1, 1), torch.ones(1, 1, 1)))
    assert [panel.method for panel in panels] == ["occlusion"]
    assert "follows the gradient" in left_out["saliency"]


def test_a_gradient_that_is_no_number_is_said_to_be_so():
    class Root(torch.nn.Module):
        def forward(self, x):
            return torch.stack([x.flatten(1).sqrt().sum(1), x.flatten(1).sum(1)], dim=1)  # its slope at 0 is infinite

    x = torch.rand(1, 1, 8, 8)
    x[..., 0] = 0
    panels, left_out = answers(Question(Root(), x, 0, torch.zeros(1, 1, 1), torch.ones(1, 1, 1)))
    assert "this network's is no number here" in left_out["saliency"]
    assert "this network's is no number here" in left_out["integrated"]
    assert "occlusion" in {panel.method for panel in panels}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"methods": ["gradcamm"]}, "There is no method 'gradcamm'; did you mean gradcam?"),
        ({"target": "eleven"}, "There is no class 'eleven'; there are 0, 1, 2"),
        ({"layer": "features.33"}, "There is no layer with maps 'features.33'; did you mean features.3?"),
        ({"layer": "classifier.0"}, "There is no layer with maps 'classifier.0'"),
    ],
)
def test_what_does_not_exist_is_one_sentence(lenet, arguments, says):
    with pytest.raises(UserError) as caught:
        pf.explain(lenet, SEVEN, **arguments)
    assert says in str(caught.value)


@pytest.mark.parametrize("recipe", ["perceptron", "deep_autoencoder"])
def test_what_sorts_no_pictures_is_one_sentence(quick_runs, recipe):
    with pytest.raises(UserError, match="does not sort pictures into classes"):
        pf.explain(quick_runs[recipe].path, SEVEN)


def test_what_reads_texts_in_another_way_is_told_which_can_be_asked(tmp_path):
    tagger = pf.train("ner_es", quick=True, run=tmp_path / "tagger", rule={"epochs": 1})
    with pytest.raises(UserError, match=r"neither sorts, continues nor translates texts.* a run of `lenet` or `gpt_quijote`"):
        pf.explain(tagger, "Ana nació en Lima .")


def test_a_text_for_a_picture_is_not_told_again(lenet):
    with pytest.raises(UserError) as caught:
        pf.explain(lenet, "Don Quijote de la Mancha. " * 400)
    assert "cannot be read" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_command_line(lenet, capsys):
    from PIL import Image

    Image.fromarray(np.dstack([255 - SEVEN] * 3)).resize((90, 60)).save("seven.jpg")  # another size and mode, dark on light
    main(["explain", str(lenet), "seven.jpg", "--method", "occlusion,gradcam", "--json"])
    out = capsys.readouterr().out
    found = json.loads(out.splitlines()[-1])
    assert [one["method"] for one in found["methods"]] == ["occlusion", "gradcam"]
    assert found["figure"].endswith("explain-seven.svg")
    assert Path(found["figure"]).is_file()


def test_colours_say_for_and_against():
    picture, heat = torch.zeros(3, 4, 4), torch.zeros(4, 4)
    heat[0, 0], heat[3, 3] = 2.0, -2.0
    red, _green, blue = tinted(picture, heat)[0, 0]
    assert red > blue, "vermilion speaks for it"
    red, _green, blue = tinted(picture, heat)[3, 3]
    assert blue > red, "blue against it"
    assert np.ptp(tinted(picture, heat)[1, 1]) < 1e-6, "and grey says nothing"


def test_kernels_side_by_side():
    parts = torch.stack([torch.full((1, 12, 12), float(n)) for n in (1, -1, 1)])
    assert mosaic(parts, columns=2).shape == (2 * 24 + 2, 2 * 24 + 2, 3)
    assert mosaic(parts, columns=3).shape[0] == 24
