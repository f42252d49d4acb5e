"""What is kept of the test split: the right examples, and with them nobody opens it again."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import nn

from profundo.core import Recipe, Splits, UserError
from profundo.data.rows import Rows, Standardize
from profundo.data.streamed import Streamed
from profundo.evaluation.classification import Classification
from profundo.evaluation.evaluate import evaluate, predictions
from profundo.evaluation.predictions import FILE, confusion_matrix, confusions, predict, worst_mistakes
from profundo.evaluation.regression import Regression
from profundo.networks.dense.mlp import MLPConfig
from profundo.run import Run
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy, squared_error

LOGITS = torch.tensor([[9.0, 0, 0], [0, 5, 0], [0, 3, 0], [0, 0, 8], [0, 1, 0], [0, 7, 0]])
TARGETS = torch.tensor([0, 0, 0, 1, 1, 2])
"""Said 0, 1, 1, 2, 1, 1: positions 1, 2, 3 and 5 are wrong, most confidently 3, then 5, 1, 2."""


def test_mistakes_the_most_confident_first():
    assert worst_mistakes(LOGITS, TARGETS) == [3, 5, 1, 2]
    assert worst_mistakes(LOGITS, TARGETS, most=2) == [3, 5]
    assert worst_mistakes(LOGITS, LOGITS.argmax(-1)) == []


def test_confusions_counted_by_hand():
    assert confusion_matrix(LOGITS, TARGETS).tolist() == [[1, 2, 0], [0, 1, 1], [0, 1, 0]]
    assert confusions(LOGITS, TARGETS) == [(0, 1, 2, [1, 2]), (1, 2, 1, [3]), (2, 1, 1, [5])]
    assert confusions(LOGITS, TARGETS, most=1, examples=1) == [(0, 1, 2, [1])]
    assert confusions(LOGITS, LOGITS.argmax(-1)) == []


def test_inputs_are_kept_as_bytes_and_found_by_position():
    torch.manual_seed(0)
    x = torch.randint(256, (400, 1, 4, 4), dtype=torch.uint8)
    rows = Rows(x, torch.randint(3, (400,)), Standardize((127.0,), (70.0,)))
    said = predict(nn.Sequential(nn.Flatten(), nn.Linear(16, 3)), rows, "dev")
    worst = worst_mistakes(said.outputs, said.targets)
    assert len(worst) == 25
    assert said.inputs.dtype == torch.uint8
    assert all(torch.equal(said.input(i), x[i]) for i in worst)


def read(item: str) -> torch.Tensor:
    return torch.full((1, 4, 4), int(item), dtype=torch.uint8)


def test_inputs_of_streamed_data_are_kept_too():
    rows = Streamed([str(i) for i in range(40)], read, torch.arange(40) % 2, Standardize((20.0,), (10.0,)), workers=1)
    said = predict(nn.Sequential(nn.Flatten(), nn.Linear(16, 2)), rows, "dev")
    assert all(torch.equal(said.input(i), read(str(i))) for i in worst_mistakes(said.outputs, said.targets))


opened: list[str] = []


@dataclass(frozen=True)
class Points:
    """Numbers (N, 3): class 1 where the first is positive, or the first itself as a quantity."""

    quantity: bool = False

    licence: ClassVar[str] = "none"
    citation: ClassVar[str] = "none"

    def open(self) -> Splits:
        def rows(seed: int) -> Rows:
            x = torch.randn(120, 3, generator=torch.Generator().manual_seed(seed))
            return Rows(x, x[:, 0] if self.quantity else (x[:, 0] > 0).long())

        def test() -> Rows:
            opened.append("test")
            return rows(2)

        return Splits(rows(0), rows(1), test, {"features": 3, "classes": 1 if self.quantity else 2})


def recipe(quantity: bool) -> Recipe:
    rule = GradientDescent(squared_error if quantity else cross_entropy, epochs=1)
    config = MLPConfig(features=3, classes=1 if quantity else 2, hidden=(4,))
    return Recipe(Points(quantity), config, rule, Regression() if quantity else Classification())


@pytest.mark.parametrize("quantity", [False, True])
def test_evaluate_keeps_what_was_said_of_test(quantity):
    made, run = recipe(quantity), Run("run")
    torch.manual_seed(0)
    run.save_weights(made.network.build().state_dict())
    with pytest.raises(UserError, match="profundo evaluate"):
        predictions(made, run)
    found = evaluate(made, run)
    opened.clear()
    said = predictions(made, run)
    assert opened == []
    assert said.targets.shape == (120,)
    if quantity:
        assert found["test"]["rmse"] == pytest.approx((said.outputs - said.targets).square().mean().sqrt().item())
        errors = (said.outputs - said.targets).abs()
        assert set(said.kept.tolist()) == set(errors.topk(25).indices.tolist())
    else:
        assert found["test"]["error"] == (said.outputs.argmax(-1) != said.targets).double().mean().item()
        assert found["test"] == pytest.approx(made.evaluate.score(_network(made, run), Points().open().open_test()))


def _network(made: Recipe, run: Run) -> nn.Module:
    network = made.network.build()
    network.load_state_dict(run.load_weights())
    return network


def test_dev_is_answered_afresh_and_not_kept():
    made, run = recipe(False), Run("run")
    run.save_weights(made.network.build().state_dict())
    opened.clear()
    assert predictions(made, run, "dev").split == "dev"
    assert opened == []
    assert not (run.path / FILE).exists()
