import pytest
import torch
from sklearn.dummy import DummyRegressor
from sklearn.metrics import r2_score, root_mean_squared_error
from torch import nn

from profundo.data.rows import Rows
from profundo.evaluation.regression import Regression

N = 2500  # more than two batches
X = torch.randn(N, 3, generator=torch.Generator().manual_seed(0))
EUROS = 1000 + 50 * X[:, 0] + 20 * torch.randn(N, generator=torch.Generator().manual_seed(1))
MEAN, STD = 990.0, 60.0
DATA = Rows(X, (EUROS - MEAN) / STD, y_scale=STD)


def test_figures_are_those_of_scikit_learn_in_the_units_of_the_target():
    torch.manual_seed(0)
    network = nn.Linear(3, 1).train()
    with torch.no_grad():
        said = network(X).flatten() * STD + MEAN
    scores = Regression().score(network, DATA)
    assert network.training
    assert scores["rmse"] == pytest.approx(root_mean_squared_error(EUROS, said), rel=1e-5)
    assert scores["r2"] == pytest.approx(r2_score(EUROS, said), rel=1e-5)


def test_baseline_is_the_mean_of_train():
    train, test = DATA.take(torch.arange(500)), DATA.take(torch.arange(500, N))
    dummy = DummyRegressor().fit(X[:500], EUROS[:500]).predict(X[500:])
    baseline = Regression().baseline(train, test)
    assert baseline["rmse"] == pytest.approx(root_mean_squared_error(EUROS[500:], dummy), rel=1e-5)
    assert baseline["r2"] == pytest.approx(r2_score(EUROS[500:], dummy), abs=1e-5)
    assert baseline["r2"] <= 0


def test_a_target_that_never_varies():
    constant = Rows(X, torch.ones(N))
    perfect, wrong = nn.Linear(3, 1), nn.Linear(3, 1)
    for network, bias in ((perfect, 1.0), (wrong, 2.0)):
        nn.init.zeros_(network.weight)
        nn.init.constant_(network.bias, bias)
    assert Regression().score(perfect, constant) == {"rmse": 0.0, "r2": 1.0, "loss": 0.0}
    assert Regression().score(wrong, constant) == {"rmse": 1.0, "r2": 0.0, "loss": 1.0}


def test_a_column_of_targets_is_no_matrix_of_differences():
    """(N, 1) minus (N,) would be (N, N), and silently wrong."""
    column = Rows(X, DATA.y[:, None], y_scale=STD)
    torch.manual_seed(0)
    network = nn.Linear(3, 1)
    assert Regression().score(network, column) == Regression().score(network, DATA)
