import itertools
import re
from pathlib import Path

import pytest
import torch

from profundo import recipes, verbs
from profundo.cli import main
from profundo.core import UserError
from profundo.study.augmented import augmented


def test_pictures_are_those_of_training_one_row_each():
    state = torch.get_rng_state()
    found = augmented(recipes.assemble("lenet_distorted", {"data.limit": 1000}), pictures=10, draws=3)
    assert found.own.shape == (10, 1, 28, 28)
    assert found.drawn.shape == (3, 10, 1, 28, 28)
    assert found.labels == [[str(digit) for digit in range(10)]] * 4, "evenly from all classes, under the same labels"
    assert not torch.equal(found.drawn[0], found.drawn[1])
    assert torch.equal(torch.get_rng_state(), state), "a picture costs no run its random numbers"


def test_mixed_labels_are_told_as_shares():
    found = augmented(recipes.assemble("lenet", {"data.limit": 1000, "rule.mixing.cutmix": 1}), pictures=10, draws=2)
    for label in itertools.chain(*found.labels[1:]):
        shares = [float(line.split()[1]) for line in label.split("\n")]
        assert 0.99 <= sum(shares) <= 1.01
        assert shares == sorted(shares, reverse=True)


def test_the_verb_draws_the_same_figure_from_the_same_seed(capsys):
    words = [
        "augment",
        "lenet_distorted",
        "--data.limit",
        "1000",
        "--rule.augment.cutout",
        "6",
        "--pictures",
        "2",
        "--draws",
        "2",
    ]
    main(words)
    said = capsys.readouterr().out
    assert "--rule.augment.cutout 6\n" in said
    assert "--rule.augment.shift 2.0\n" in said
    assert "sigma" not in said, "what is off is not told"
    path = Path(said.splitlines()[-1])
    first = path.read_text(encoding="utf-8")
    assert first.count("<image") == 2 * 3
    assert re.findall(r"<text[^>]*>([^<]*)</text>", first) == ["as it is", "draw 1", "draw 2"]
    main(words)
    assert path.read_text(encoding="utf-8") == first


def test_refusals():
    with pytest.raises(UserError, match="lenet augments nothing"):
        verbs.augment("lenet", options={"data.limit": 1000})
    with pytest.raises(UserError, match="svm does not learn by gradient descent"):
        verbs.augment("svm")
    with pytest.raises(UserError, match="no pictures"):
        verbs.augment("parity", options={"rule.mixing.mixup": 1})
    with pytest.raises(UserError, match="from 1 to 100"):
        verbs.augment("lenet", draws=0)
