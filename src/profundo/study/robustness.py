"""How much can go wrong before a network is wrong? Its weights are damaged, its pictures disturbed, and dev is scored each time.

Pictures are changed as on the demonstration page of LeNet-5: moved, turned, larger and smaller, squeezed, with thicker and
thinner strokes, under noise. Weights are damaged as in NETtalk (Sejnowski and Rosenberg 1987): each gets a number between -d
and d, drawn evenly, added to it.
"""

import copy
import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Recipe, Splits, TrainState, UserError
from profundo.data import opened
from profundo.data.rows import Rows
from profundo.messages import _
from profundo.run import Run
from profundo.training.resampling import affine, sample

EXAMPLES = 2000
"""Of dev that are scored each time, evenly taken."""
DRAWS = 3
"""Times that damage is drawn anew; the mean counts."""
DAMAGE = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)


def noise(x: Tensor, share: float, draw: torch.Generator) -> Tensor:
    """Salt and pepper: this share of the pixels, in all channels, is black or white."""
    N, _C, H, W = x.shape
    hit, salt = (torch.rand(N, 1, H, W, generator=draw) for _what in range(2))
    low, high = x.amin(), x.amax()
    return torch.where(hit < share, torch.where(salt < 0.5, low, high), x)


def shift(x: Tensor, pixels: float, draw: torch.Generator) -> Tensor:
    """So many pixels away, each picture in a direction of its own."""
    angle = 2 * math.pi * torch.rand(len(x), generator=draw)
    return _moved(x, torch.eye(2).repeat(len(x), 1, 1), pixels * torch.stack([angle.cos(), angle.sin()], 1))


def rotation(x: Tensor, degrees: float, draw: torch.Generator) -> Tensor:
    """Clockwise or the other way."""
    angle = math.radians(degrees) * (2 * torch.randint(2, (len(x),), generator=draw) - 1)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    return _moved(x, turn)


def scale(x: Tensor, factor: float, draw: torch.Generator) -> Tensor:
    """Larger or smaller, about the middle."""
    return _moved(x, torch.eye(2).repeat(len(x), 1, 1) / factor)


def squeeze(x: Tensor, factor: float, draw: torch.Generator) -> Tensor:
    """Wider or narrower, as high as before."""
    return _moved(x, torch.tensor([[1 / factor, 0.0], [0.0, 1.0]]).repeat(len(x), 1, 1))


def stroke(x: Tensor, pixels: float, draw: torch.Generator) -> Tensor:
    """Light strokes thicker by so many pixels on each side, or thinner."""
    reach = abs(int(pixels))
    grown = F.max_pool2d(math.copysign(1.0, pixels) * x, 2 * reach + 1, stride=1, padding=reach)
    return math.copysign(1.0, pixels) * grown


def _moved(x: Tensor, matrix: Tensor, by: Tensor | None = None) -> Tensor:
    return sample(x, affine(x, matrix, torch.zeros(len(x), 2) if by is None else by))


@dataclass(frozen=True)
class Trouble:
    """One way to disturb pictures, from harmless to hopeless."""

    change: Callable[[Tensor, float, torch.Generator], Tensor]
    sizes: tuple[float, ...]


TROUBLES = {
    "noise": Trouble(noise, (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)),
    "shift": Trouble(shift, (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)),
    "rotation": Trouble(rotation, (0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0)),
    "scale": Trouble(scale, (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)),
    "squeeze": Trouble(squeeze, (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)),
    "stroke": Trouble(stroke, (-1.0, 0.0, 1.0, 2.0)),
}


def robustness(recipe: Recipe, run: Run) -> Iterator[tuple[str, float, float]]:
    """(what is disturbed, how much, the recipe's figure on dev), one after the other; weights first, then pictures.

    Raises UserError for a run without weights, or data that are no rows.
    """
    network, splits = prepared(recipe, run)
    data = splits.dev.take(torch.linspace(0, len(splits.dev) - 1, min(EXAMPLES, len(splits.dev))).long())
    judge = recipe.evaluate
    for d in DAMAGE:
        draws = DRAWS if d else 1
        values = [judge.score(damaged(network, d, seed), data)[judge.metric] for seed in range(draws)]
        yield "weights", d, sum(values) / draws
    if data.x.ndim == 4:
        for name, trouble in TROUBLES.items():
            for size in trouble.sizes:
                yield name, size, judge.score(network, disturbed(data, name, size))[judge.metric]


def prepared(recipe: Recipe, run: Run) -> tuple[nn.Module, Splits]:
    """The run's network and data. Raises UserError for data that are no rows."""
    network, splits = recipe.network.build(), opened(recipe.data)
    network.load_state_dict(run.load_weights())
    if not isinstance(splits.dev, Rows):
        raise UserError(
            _("The data of {run} are not examples in memory, and only those are disturbed here.").format(run=run.path)
        )
    return network.eval(), splits


def disturbed(data: Rows, name: str, size: float) -> Rows:
    """The same pictures with this trouble, as bytes where they were bytes."""
    x = TROUBLES[name].change(data.x.float(), size, torch.Generator().manual_seed(0))
    return dataclasses.replace(data, x=x.round().to(data.x.dtype) if data.x.dtype == torch.uint8 else x)


def damaged(network: nn.Module, d: float, seed: int = 0) -> nn.Module:
    """A copy whose weights each have a number between -d and d added to them."""
    hurt, draw = copy.deepcopy(network), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in hurt.parameters():
            p += d * (2 * torch.rand(p.shape, generator=draw) - 1)
    return hurt


def relearning(recipe: Recipe, run: Run, d: float, passes: int) -> list[float]:
    """The recipe's figure on dev after damage d, and after each of so many passes of learning again by the recipe's own rule."""
    whole, splits = prepared(recipe, run)
    network, judge = damaged(whole, d), recipe.evaluate
    figures = [judge.score(network, splits.dev)[judge.metric]]
    torch.manual_seed(0)
    state = TrainState(network.train(), splits, torch.device("cpu"), seed=1)  # another order than the first time
    for _step in recipe.rule.steps(state):
        if state.epoch == len(figures):
            figures.append(judge.score(network, splits.dev)[judge.metric])
        if len(figures) > passes:
            break
    return figures
