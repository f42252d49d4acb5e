import json

import pytest

import profundo as pf
from profundo.cli import main
from profundo.core import UserError
from profundo.verbs.tagging import marked


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A tagger that has learnt the small grammar."""
    path = tmp_path_factory.mktemp("tagger") / "run"
    small = {"dimension": 20, "character_dimension": 8, "maps": 10, "units": 20, "dropout": 0.1}
    pf.train("ner_es", quick=True, run=path, network=small, rule={"epochs": 10, "optimizer.lr": 0.02})
    return path


def test_entities_with_their_places(run):
    text = "¿ Vio Luis Soto la Feria Nueva de Vicuña ?"
    (said,) = pf.tag(run, [text])
    assert said["text"] == text
    found = {one["text"]: one["type"] for one in said["entities"]}
    assert found == {"Luis Soto": "PER", "Feria Nueva": "MISC", "Vicuña": "LOC"}
    assert all(text[one["begin"] : one["end"]] == one["text"] for one in said["entities"])
    assert marked(said) == "¿ Vio [PER Luis Soto] la [MISC Feria Nueva] de [LOC Vicuña] ?"
    assert "\033[" in marked(said, colours=True)


def test_texts_together_say_what_each_says_alone(run):
    texts = ["Ana nació en Lima .", "La Liga Norte de Cuenca premia a Elena Pardo ."]
    assert pf.tag(run, texts) == [pf.tag(run, [text])[0] for text in texts]
    assert pf.tag(run, []) == []


def test_lines_of_a_file_as_text_and_as_json(run, tmp_path, capsys):
    file = tmp_path / "lines.txt"
    file.write_bytes("Ana nació en Vicuña .\n\nLuis dirige la Radio .\n".encode("latin-1"))
    main(["tag", str(run), str(file)])
    assert capsys.readouterr().out.splitlines() == ["[PER Ana] nació en [LOC Vicuña] .", "[PER Luis] dirige la [ORG Radio] ."]
    main(["tag", str(run), "Ana nació en Lima .", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["entities"][1] == {"type": "LOC", "begin": 13, "end": 17, "text": "Lima"}


def test_a_long_text_is_a_text_and_a_book_is_too_long(run, capsys):
    main(["tag", str(run), "Ana nació en Lima . " * 500])
    assert capsys.readouterr().out.count("[PER Ana] nació en [LOC Lima]") > 400
    with pytest.raises(SystemExit, match="2"):
        main(["tag", str(run), "Ana . " * 4000])
    assert capsys.readouterr().err == "profundo: The text has 24,000 characters; 20,000 is the most that is tagged at once.\n"


def test_what_cannot_be_tagged_is_refused(run, tmp_path):
    with pytest.raises(UserError, match="no word"):
        pf.tag(run, ["  "])
    other = tmp_path / "other"
    pf.train("textcnn_trec", quick=True, run=other, rule={"epochs": 1})
    with pytest.raises(UserError, match="does not tag"):
        pf.tag(other, ["Ana"])
