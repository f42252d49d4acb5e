"""`profundo generate`: on a run, streamed, repeatable, and every mistake a sentence."""

import json
import math

import pytest
import torch

import profundo as pf
from profundo.cli import main
from profundo.core import UserError
from profundo.networks.attention.llama import LlamaConfig
from profundo.networks.recurrent.char_rnn import CharRNNConfig
from profundo.progress import Silent
from profundo.serving.language_models import LanguageModel
from profundo.verbs.generating import Continuation


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    small = {"data.limit": 20_000, "data.windows": 24, "data.context": 16, "network.context": 16}
    small |= {"network.depth": 1, "network.width": 16, "network.heads": 2, "rule.epochs": 1}
    return pf.train("gpt_shakespeare", options=small, run=tmp_path_factory.mktemp("runs") / "gpt", show=Silent())


def test_a_run_goes_on_with_a_text(run):
    text = pf.generate(run, "To be", tokens=40, seed=1, device="cpu")
    assert len(text) == 40  # tokens are letters; more than the context of 16
    assert text == pf.generate(run.path, "To be", tokens=40, seed=1, device="cpu")
    assert text != pf.generate(run, "To be", tokens=40, seed=2, device="cpu")
    assert set(text) <= set(run.read("data.json")["tokens"])


def test_the_likeliest_letters_need_no_seed(run):
    greedy = [pf.generate(run, "To be", tokens=8, temperature=0, seed=seed, device="cpu") for seed in (1, 2)]
    assert greedy[0] == greedy[1] == pf.generate(run, "To be", tokens=8, beams=1, device="cpu")


def test_a_window_that_slides_is_said(run):
    assert Continuation(run, "To be", tokens=11, device="cpu").notes == []
    assert Continuation(run, "To be", tokens=12, device="cpu").notes == [
        "gpt_shakespeare reads 16 tokens at once: of what is longer, the last ones."
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"prompt": ""}, "nothing to go on from"),
        ({"prompt": "mañana"}, "has never seen 'ñ'"),
        ({"tokens": 0}, "at least 1"),
        ({"top_k": 0}, "at least 1"),
        ({"beams": 0}, "at least 1"),
        ({"temperature": -1.0}, "--temperature is at least 0"),
        ({"temperature": math.nan}, "--temperature is at least 0"),
        ({"top_p": 1.5}, "--top-p above 0"),
        ({"prompt": "To be or not to be", "beams": 2}, "reads at most 16"),
        ({"device": "tpu"}, "--device is"),
    ],
    ids=str,
)
def test_mistakes_are_sentences(run, changes, says):
    with pytest.raises(UserError, match=says):
        pf.generate(run, **{"prompt": "To be", "tokens": 3, "device": "cpu"} | changes)


def test_a_run_of_something_else_is_refused(tmp_path):
    digits = pf.train("mlp", options={"data.limit": 100, "rule.epochs": 1}, run=tmp_path / "mlp", show=Silent())
    with pytest.raises(UserError, match="does not go on with a text: it is a run of mlp"):
        pf.generate(digits, "To be")


def test_the_command_line_streams_and_tells(run, capsys):
    main(["generate", str(run.path), "To be", "--tokens", "9", "--device", "cpu"])
    said = capsys.readouterr()
    assert said.out.startswith("To be")
    assert len(said.out) == len("To be") + 9 + 1
    assert "9 tokens, " in said.err
    main(["generate", str(run.path), "To be", "--tokens", "9", "--device", "cpu", "--json"])
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert said.out in shown.err
    assert "To be" + found["text"] + "\n" == said.out
    assert (found["tokens"], found["ended"], found["prompt"]) == (9, False, "To be")


def model(**changes):
    """A network that answers in letters a, b, c...; a question is put between 1 and 2, and 0 ends."""
    torch.manual_seed(0)
    config = LlamaConfig(vocabulary=9, context=12, depth=1, width=8, heads=2, key_heads=1, hidden=8)
    parts = {
        "name": "tiny", "network": config.build().eval(), "ids": lambda text: [ord(letter) - 97 for letter in text],
        "text": lambda ids: "".join(chr(97 + n) for n in ids), "context": 12,
    } | changes  # fmt: skip
    return LanguageModel(**parts)


def asked(model, prompt, tokens=5, plain=False):
    return Continuation(model, prompt, tokens, temperature=1.0, plain=plain, device="cpu")


def test_a_question_is_put_as_one_unless_the_words_are_to_go_on():
    answering = model(turn=lambda question: [1, *(ord(letter) - 97 for letter in question), 2])
    assert asked(answering, "de").ids.tolist() == [1, 3, 4, 2]
    assert asked(answering, "de", plain=True).ids.tolist() == [3, 4]
    assert asked(answering, "de").answers
    assert not asked(model(), "de").answers


def test_it_stops_where_the_text_is_over():
    text = asked(model(), "de", 10)
    whole = "".join(text)
    assert (len(whole), text.tokens, text.ended) == (10, 10, False)
    third = ord(whole[2]) - 97
    stopped = asked(model(ends=frozenset({third})), "de", 10)
    assert "".join(stopped) == whole[: whole.index(whole[2])]
    assert stopped.ended


def test_what_does_not_fit_is_cut_or_refused():
    text = asked(model(), "abcdefgh", 10)
    assert text.notes == ["Only 4 tokens: tiny reads at most 12, with those of the text."]
    assert len("".join(text)) == 4
    with pytest.raises(UserError, match="has 12 tokens, and tiny reads at most 12"):
        asked(model(), "abcdefghabcd")


def test_a_recurrent_network_reads_the_end_of_a_book(monkeypatch):
    monkeypatch.setattr("profundo.verbs.generating.READ", 6)
    endless = model(network=CharRNNConfig(vocabulary=9, units=8, layers=1).build().eval(), context=None)
    assert asked(endless, "abcdef").notes == []
    book = asked(endless, "hgfedcbaabcdef")
    assert book.notes == ["tiny reads 6 tokens at once: of what is longer, the last ones."]
    assert book.ids.tolist() == [0, 1, 2, 3, 4, 5]
    assert len("".join(book)) == 5


def test_a_model_that_is_open_is_asked_again(run):
    opened = Continuation(run, "To be", device="cpu").model
    assert Continuation(opened, "To be", 9, device="cpu").model is opened
    assert "".join(Continuation(opened, "To be", 9, device="cpu")) == pf.generate(run, "To be", 9, device="cpu")


def test_what_comes_next_is_asked_of_the_last_letters(run):
    book = "To be or not to be. " * 500  # more than the context of 16
    assert pf.predict(run, [book]) == pf.predict(run, [book[-16:]])
