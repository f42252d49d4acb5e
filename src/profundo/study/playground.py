"""A small net of the plane, filmed while it learns, and what each of its layers does to space."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from profundo import machine
from profundo.core import Recipe, Splits, TrainState, UserError
from profundo.data import opened
from profundo.evaluation.signs import Signs
from profundo.messages import _
from profundo.networks.dense.playground import Playground
from profundo.training.train import build

FRAMES = 120
"""Moments of the training that are kept."""
MOST_LAYERS, MOST_UNITS = 6, 16
"""That a page has room for."""


@dataclass(frozen=True)
class Film:
    """A training as it went: what the net was before the first step, after some, and after the last."""

    recipe: Recipe
    splits: Splits
    network: Playground
    """As it is after the last step."""
    steps: list[int]
    weights: list[list[float]]
    """All parameters of the net, in their order, at each of these steps."""
    train: list[dict[str, float]]
    """Loss and error of train at each of these steps..."""
    dev: list[dict[str, float]]
    """...and of dev. Test stays sealed: who plays, chooses."""


def film(recipe: Recipe, seed: int = 0, watched: Callable[[int, int], None] = lambda step, of: None) -> Film:
    """Train as `profundo train` does, from the same seed to the same weights, and keep moments.

    watched: told (step, of) after each of them.

    Raises UserError where the net has more units than a page has room for, or its weights stop being finite.
    """
    config = recipe.network
    layers: tuple[int, ...] = getattr(config, "hidden", ())
    if len(layers) > MOST_LAYERS or max(layers, default=0) > MOST_UNITS:
        raise UserError(
            _("The page has room for {layers} hidden layers of {units} units; choose a smaller --network.hidden.").format(
                layers=MOST_LAYERS, units=MOST_UNITS
            )
        )
    machine.prepare_processor()
    splits = opened(recipe.data)
    torch.manual_seed(seed)
    network = build(recipe, splits).train()
    assert isinstance(network, Playground)
    film = Film(recipe, splits, network, [], [], [], [])
    _keep(film, 0)
    with closing(recipe.rule.steps(TrainState(network, splits, torch.device("cpu"), seed))) as steps:  # type: ignore[type-var]
        wanted: list[int] = []
        for step in steps:
            wanted = wanted or moments(step.of or 1)
            if step.step in wanted:
                _keep(film, step.step)
                watched(step.step, step.of or 1)
    return film


def _keep(film: Film, step: int) -> None:
    flat = torch.cat([p.detach().flatten() for p in film.network.parameters()])
    if not flat.isfinite().all():
        raise UserError(_("The weights are no numbers any more at step {step}; try a lower --rule.lr.").format(step=step))
    judge = Signs()
    film.steps.append(step)
    film.weights.append(flat.tolist())
    film.train.append(judge.score(film.network, film.splits.train))
    film.dev.append(judge.score(film.network, film.splits.dev))


def moments(steps: int, frames: int = FRAMES) -> list[int]:
    """The steps that are kept: every one at first, then ever fewer, for little happens late; and the last."""
    shown = [1]
    for k in range(2, frames + 1):
        shown.append(max(shown[-1] + 1, round(steps * (k / frames) ** 3)))
    return [step for step in shown if step < steps] + [steps]


# what the layers do


@dataclass(frozen=True)
class Space:
    """Where points lie for one layer, seen in two directions, and how well a straight cut parts them there."""

    layer: int
    """0 is the inputs."""
    units: int
    view: Tensor
    """Two directions in the space, (units, 2): its own axes where it has two. Otherwise across goes the normal of the cut, up the
    direction in which what is left spreads most."""
    centre: Tensor
    """What the view looks at, (units,)."""
    cut: tuple[Tensor, float]
    """w (2,) and b in the view: the cut is where w . z + b = 0."""
    error: float
    """The share of train that the best straight cut leaves on the wrong side: 0 is linearly separable..."""
    dev_error: float
    """...and of dev, with the same cut."""

    def seen(self, points: Tensor) -> Tensor:
        """Points of the space (B, units) -> (B, 2)."""
        return (points - self.centre) @ self.view


@torch.no_grad()
def spaces(film: Film) -> list[Space]:
    """The space of the inputs, and that of each hidden layer."""
    train, dev = film.splits.train, film.splits.dev
    found = zip(film.network.spaces(train.x), film.network.spaces(dev.x), strict=True)
    return [_space(layer, *pair, train.y, dev.y) for layer, pair in enumerate(found)]


def _space(layer: int, x: Tensor, x_dev: Tensor, y: Tensor, y_dev: Tensor) -> Space:
    """x (N, units) with classes y (N,): cut by logistic regression, whose penalty is too small to matter."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    centre, spread = x.mean(0), x.std(0).clamp(min=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what can be parted has no best cut, only ever steeper ones
        cut: Any = LogisticRegression(C=100.0, max_iter=1000).fit(((x - centre) / spread).double().numpy(), y.numpy())
    error, dev_error = (
        1 - cut.score(((points - centre) / spread).double().numpy(), classes.numpy())
        for points, classes in ((x, y), (x_dev, y_dev))
    )
    w = torch.from_numpy(cut.coef_[0]).float() / spread
    units = x.shape[1]
    view = torch.eye(2) if units == 2 else _directions(x - centre, w / w.norm().clamp(min=1e-12))
    return Space(layer, units, view, centre, (w @ view, float(cut.intercept_[0])), error, dev_error)


def _directions(x: Tensor, normal: Tensor) -> Tensor:
    """The normal of the cut, and the main direction of x (N, units) in the cut itself -> (units, 2)."""
    rest = x - (x @ normal)[:, None] * normal
    main = torch.linalg.svd(rest, full_matrices=False).Vh[0] if x.shape[1] > 1 else torch.zeros_like(normal)
    main = main * (1 if main[main.abs().argmax()] >= 0 else -1)  # a direction has no sign of its own
    return torch.stack([normal, main], -1)
