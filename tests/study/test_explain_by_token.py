"""The gradient by token is captum's; attention by head is what the layers compute; both are drawn."""

from pathlib import Path

import pytest
import torch
from torch import nn

from profundo import recipes
from profundo.core import UserError
from profundo.networks.attention.gpt import GPTConfig
from profundo.networks.attention.t5 import T5Config
from profundo.networks.attention.transformer import TransformerConfig
from profundo.networks.convolutional.text_cnn import TextCNNConfig
from profundo.options import override
from profundo.run import Run
from profundo.study.attention_by_head import by_head
from profundo.study.explain_text import figure, heads, translated
from profundo.study.explaining.explanation import class_number
from profundo.study.explaining.text import by_token, looked_into
from profundo.training.train import train
from profundo.verbs import explain

X = torch.tensor([[3, 7, 5, 9, 4]])


def classifier():
    torch.manual_seed(0)
    return TextCNNConfig(vocabulary=12, classes=3, dimension=6, widths=(2, 3), maps=8).build()


def language_model():
    torch.manual_seed(0)
    return GPTConfig(vocabulary=12, context=8, depth=2, heads=2, width=8).build()


@pytest.mark.parametrize(("build", "layer"), [(classifier, "embedding"), (language_model, "tokens")])
def test_gradients_are_captums(build, layer):
    from captum.attr import LayerActivation, LayerGradientXActivation

    network = build().eval()
    embedding = network.get_submodule(layer)
    score = (lambda x: network(x)[:, -1]) if layer == "tokens" else network
    product = LayerGradientXActivation(score, embedding).attribute(X, target=2)
    slope = product / LayerActivation(score, embedding).attribute(X)
    found = by_token(network, X, 2)
    torch.testing.assert_close(found.product, product.sum(-1)[0].detach(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found.saliency, slope.norm(dim=-1)[0].detach(), rtol=1e-3, atol=1e-5)
    assert found.saliency.min() > 0


def test_a_sum_of_words_is_explained_to_the_last_decimal():
    """S = sum_t w . e_t: each token's share is w . e_t itself."""

    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.answer = nn.Embedding(12, 4), nn.Linear(4, 2, bias=False)

        def forward(self, x):
            return self.answer(self.words(x).sum(1))

    torch.manual_seed(0)
    network = Sum()
    found = by_token(network, X, 1)
    torch.testing.assert_close(found.product, (network.words(X[0]) @ network.answer.weight[1]).detach())
    torch.testing.assert_close(found.product.sum(), network(X)[0, 1].detach())


def test_a_network_without_embedding_is_told_so():
    class OneHot(nn.Module):
        def forward(self, x):
            return nn.functional.one_hot(x, 12).float().sum(1)

    with pytest.raises(UserError, match="no embedding"):
        by_token(OneHot(), X, 1)


def test_heads_are_the_networks_own():
    network = language_model().eval()
    maps = by_head(network, X)
    assert list(maps) == ["blocks.0.attention", "blocks.1.attention"]
    with torch.no_grad():
        torch.testing.assert_close(torch.stack(list(maps.values())), network.attention(X)[:, 0])
    assert not network.blocks[0].attention._forward_pre_hooks  # nobody listens any more


def test_heads_of_translators():
    torch.manual_seed(0)
    size = {"depth": 1, "width": 8, "heads": 2, "hidden": 16}
    y = torch.tensor([[2, 8, 6]])
    maps = by_head(TransformerConfig(12, 12, **size).build(), X, y)
    shapes = {name: tuple(w.shape) for name, w in maps.items()}
    assert shapes == {
        "encoder.0.attention": (2, 5, 5),
        "decoder.0.attention": (2, 3, 3),
        "decoder.0.reading": (2, 3, 5),
    }
    assert all(torch.allclose(w.sum(-1), torch.ones(1)) for w in maps.values())
    assert not maps["decoder.0.attention"].triu(1).any()
    theirs = by_head(T5Config(vocabulary=12, **size, head_width=4).build(), X, y)
    assert [tuple(w.shape) for w in theirs.values()] == [(2, 5, 5), (2, 3, 3), (2, 3, 5)]
    words = {3: list("abc"), 5: list("vwxy")}  # the fifth is filling
    found = heads(maps, words, words)
    assert [table.title for table in found] == ["Head 1", "Head 2"]
    assert {table.note for table in found} == {"decoder.0.reading"}
    torch.testing.assert_close(found[1].values, maps["decoder.0.reading"][1, :, :4])
    assert heads(maps, words, words, "encoder.0.attention")[0].rows == list("vwxy")
    with pytest.raises(UserError, match=r"no attention 'decoder.0'.*there are encoder.0.attention"):
        heads(maps, words, words, "decoder.0")


@pytest.mark.parametrize("length", [3, 7, 8, 9, 12])
def test_source_and_translation_are_told_apart(length):
    """Whatever their lengths: the encoder's words are the source's."""
    torch.manual_seed(0)
    network = TransformerConfig(12, 12, depth=1, width=8, heads=2, hidden=16).build()
    facts = {"tokens": list("abcdefghijkl"), "target_tokens": list("mnopqrstuvwx")}
    asked = network, Letters(), facts, "efghijklefgh"[:length]
    _said, (influence, *cross) = translated(*asked)
    _said, (_influence, *own) = translated(*asked, "encoder.0.attention")
    _said, (_influence, *later) = translated(*asked, "decoder.0.attention")
    assert own[0].rows == own[0].columns == influence.columns == list(asked[3])
    assert cross[0].rows == later[0].rows == influence.rows == later[0].columns[1:] + influence.rows[-1:]
    assert all(torch.allclose(table.values.sum(-1), torch.ones(1)) for table in [*cross, *own, *later])


class Letters:
    def encode(self, raw, facts):
        return torch.tensor([facts["tokens"].index(letter) for letter in raw])

    def decode(self, output, facts):
        return "".join(facts["target_tokens"][n] for n in output.tolist())


@pytest.mark.parametrize(("build", "task", "n"), [(classifier, "classify", 0), (language_model, "continue", 2)])
def test_a_text_is_looked_into(build, task, n):
    facts = {"tokens": list("abcdefghijkl"), "names": ["up", "down", "flat"], "task": task, "context": 8}
    said, found = looked_into(build(), Letters(), facts, "abcdefghijkl", target="flat" if task == "classify" else "k")
    assert said.startswith("'flat'" if task == "classify" else "'k'")
    assert found[0].columns == list("efghijkl")  # the last that fit
    torch.testing.assert_close(found[0].values[0].sum(), torch.tensor(1.0))
    torch.testing.assert_close(found[0].values[1:].sum(), torch.tensor(1.0))
    assert len(found) == 1 + n
    assert "moves it" in figure(found).svg()


def test_tokens_that_are_no_sign_are_told_in_one_line():
    with pytest.raises(UserError) as caught:
        class_number("€", {"names": ["\n", " ", "a", "b"]})
    assert str(caught.value) == r"There is no class '€'; there are '\n', ' ', a, b."


def test_a_run_is_asked():
    recipe, run = recipes.load("textcnn_trec"), Run("run")
    for _step in train(override(recipe, recipe.quick), run):
        pass
    found = explain(run, "what is the name of the city", target="location")
    assert found.said.startswith("'location'")
    assert [table.columns for table in found.tables] == [["<unk>", "is", "the", "<unk>", "of", "the", "<unk>"]]
    assert "moves it" in Path(found.path).read_text(encoding="utf-8")
    with pytest.raises(UserError, match="There is no class 'locaton'; did you mean location"):
        explain(run, "what is the name", target="locaton")
    with pytest.raises(UserError, match=r"There is no attention 'blocks\.0'"):
        explain(run, "what is the name", layer="blocks.0")
    with pytest.raises(UserError, match="for pictures"):
        explain(run, "what is the name", methods=["saliency"])
