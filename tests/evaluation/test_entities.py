import pytest
import torch
from torch import nn

from profundo.data.ragged import Ragged, Sequences
from profundo.evaluation.entities import Entities, entities, figures

O, B, I, B2, I2 = range(5)  # noqa: E741


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ([O, B, I, O, B2], [(0, 1, 3), (1, 4, 5)]),
        ([B, B, I], [(0, 0, 1), (0, 1, 3)]),
        ([B, I2, I2], [(0, 0, 1), (1, 1, 3)]),  # an I of another type begins one, as in conlleval
        ([I, O, I, I], [(0, 0, 1), (0, 2, 4)]),
        ([O, O], []),
        ([], []),
    ],
)
def test_where_entities_begin_and_end(tags, found):
    assert list(entities(tags)) == found


def test_figures_counted_by_hand():
    true = [[B, I, O, B2], [O, O, B]]
    said = [[B, I, O, B], [O, B, I]]  # one right; one of a wrong type, one that begins too early
    assert figures(said, true) == {"f1": 1 / 3, "precision": 1 / 3, "recall": 1 / 3, "accuracy": 4 / 7}
    assert figures([[O, O]], [[O, O]])["f1"] == 0


class Says(nn.Module):
    """The tag that the input names, as a tag or as logits."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, x):
        return torch.eye(6)[x] if self.logits else x


@pytest.mark.parametrize("logits", [True, False])
@pytest.mark.parametrize("batch", [1, 64])
def test_what_fills_up_a_sentence_does_not_count(monkeypatch, logits, batch):
    monkeypatch.setattr("profundo.evaluation.entities.BATCH", batch)
    x = Sequences.of([[1, 2, 0, 3], [1], [0, 1]])
    y = Sequences.of([[1, 2, 0, 3], [3], [0, 1]])
    assert Entities().score(Says(logits), Ragged(x, y))["f1"] == 2 * 3 / (4 + 4)


def test_the_baseline_knows_training_by_heart_and_takes_the_longest():
    words = {w: n for n, w in enumerate(["", "Banco", "Central", "de", "Chile", "vino", "Loja"])}
    x = lambda *texts: Sequences.of([[words[w] for w in text.split()] for text in texts])  # noqa: E731
    train = Ragged(x("Banco Central vino", "Chile", "Loja Loja Loja"), Sequences.of([[B, I, O], [B2], [B2, B, B2]]))
    data = Ragged(x("vino Banco Central de Chile", "Banco Loja"), Sequences.of([[O, B, I, I, I], [O, B2]]))
    found = Entities().baseline(train, data)
    # it says Banco Central and Chile, which are one longer entity, and Loja, of the type that it mostly was
    assert found["precision"] == 1 / 3
    assert found["recall"] == 1 / 2
