"""How easily is a network fooled (X01), by how little (X03), and do its mistakes pass to another network?

Everything is measured on dev, in pixels from 0 to 1. Who reads a figure beside the paper's should know that its pixels, as we
read it, were free to leave that range (`free`), and that its confidence is that of the examples which were put in a wrong class.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from profundo.core import Recipe, UserError
from profundo.evaluation.fooled import mistaken
from profundo.messages import _
from profundo.run import Run
from profundo.study.robustness import prepared
from profundo.training.attacks import InPixels, fgsm, gradient, minimal, noise, pgd

EXAMPLES = {"fgsm": 2000, "pgd": 500, "minimal": 40}
"""Of dev that each method attacks, evenly taken, unless somebody asks for another number."""
CURVE = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
"""Values of epsilon that are tried for the curve."""
SHOWN = 6
"""Pictures that are drawn."""
PUBLISHED = {
    "softmax_regression": (0.999, 0.793, "Goodfellow et al. 2015, section 4: softmax"),
    "maxout": (0.894, 0.976, "Goodfellow et al. 2015, section 4: maxout"),
    "adversarial_maxout": (0.179, 0.814, "Goodfellow et al. 2015, section 6: maxout, adversarial training"),
}
"""MNIST test, FGSM, epsilon 0.25: error, confidence when wrong, and where it is written."""
DISTORTIONS = {
    "softmax_regression": (0.062, "Szegedy et al. 2014, table 1: softmax, weight decay 1e-4"),
    "mlp": (0.058, "Szegedy et al. 2014, table 1: two layers of 100 sigmoids"),
}
"""MNIST, the mean distance to the nearest picture of another class."""


@dataclass(frozen=True)
class Victim:
    """A run's network, before which pixels are prepared, and the dev examples to attack."""

    network: InPixels
    x: Tensor
    """(N, C, H, W), from 0 to 1."""
    y: Tensor
    """(N,)"""
    names: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """What came of an attack: figures over all its examples."""

    what: str
    error: float
    confidence: float
    """The mean probability of the wrong class, of those put in one."""
    distortion: float
    """sqrt(mean over pixels of r^2), the mean over those that were changed and put in a wrong class; nan where none was."""


def victim(recipe: Recipe, run: Run, examples: int) -> Victim:
    """A run, ready to be attacked. Raises UserError for data that are no pictures in classes, and a network without gradients."""
    network, splits = prepared(recipe, run)
    dev = splits.dev
    names = splits.facts.get("names", [])
    if dev.x.ndim != 4 or dev.y is None or dev.y.ndim != 1 or dev.y.is_floating_point() or not names:
        raise UserError(_("{run} does not sort pictures into classes, and only such a run is fooled.").format(run=run.path))
    dev = dev.take((dev.y < len(names)).nonzero().flatten())  # what is of no class, such as a scrambled face, has no wrong one
    dev = dev.take(torch.linspace(0, len(dev) - 1, min(examples, len(dev))).long())
    seen = InPixels(network, dev).eval()
    x = seen.pixels(dev.x)
    with torch.enable_grad():
        followed = seen(x[:32].clone().requires_grad_()).requires_grad
    if not followed or not gradient(seen, x[:32], dev.y[:32]).any():
        raise UserError(_("The network of {run} has no gradient that an attack could follow.").format(run=run.path))
    return Victim(seen, x, dev.y, names)


def attack(method: str, network: nn.Module, x: Tensor, y: Tensor, epsilon: float, clip: bool = True) -> Tensor:
    """Pixels changed by a method, a thousand examples at a time."""
    ways = {
        "fgsm": lambda x, y: fgsm(network, x, y, epsilon, clip),
        "pgd": lambda x, y: pgd(network, x, y, epsilon),
        "minimal": lambda x, y: minimal(network, x, y),
        "noise": lambda x, _y: noise(x, epsilon, clip),
    }
    parts = zip(x.split(1000), y.split(1000), strict=True)
    return torch.cat([ways[method](x, y) for x, y in parts])


def said(network: nn.Module, x: Tensor) -> Tensor:
    """Logits, (N, K)."""
    with torch.inference_mode():
        return torch.cat([network(part) for part in x.split(1000)])


def outcome(what: str, network: nn.Module, x: Tensor, changed: Tensor, y: Tensor) -> Outcome:
    logits = said(network, changed)
    distance = (changed - x).flatten(1).square().mean(1).sqrt()
    moved = (logits.argmax(1) != y) & (distance > 0)
    return Outcome(what, *mistaken(logits, y), distance[moved].double().mean().item())


def outcomes(method: str, found: Victim, changed: Tensor, epsilon: float) -> list[Outcome]:
    """The attack between what it should be compared with: nothing, noise as large, and, for FGSM, pixels free to leave [0, 1]."""
    network, x, y = found.network, found.x, found.y
    rows = [outcome("clean", network, x, x, y)]
    if method != "minimal":
        rows.append(outcome("noise", network, x, attack("noise", network, x, y, epsilon), y))
    rows.append(outcome(method, network, x, changed, y))
    if method == "fgsm":
        rows.append(outcome("free", network, x, attack("fgsm", network, x, y, epsilon, clip=False), y))
    return rows


def curve(found: Victim) -> list[tuple[float, float, float]]:
    """(epsilon, error under FGSM, error under noise as large), pixels kept in [0, 1]."""
    errors = lambda way, epsilon: mistaken(  # noqa: E731
        said(found.network, attack(way, found.network, found.x, found.y, epsilon)), found.y
    )[0]
    return [(epsilon, errors("fgsm", epsilon), errors("noise", epsilon)) for epsilon in CURVE]


def transfer(first: Victim, second: Victim, changed: Tensor, epsilon: float) -> dict[str, float]:
    """What fools the first network, shown to the second: shares of the examples that both put in their class before.

    Returns {"examples": how many those are, "fooled": share that fools the first, "both": share of these that fools the second
    too, "noise": share that noise of epsilon changes for the second, "error": of the second, on all of the first's changed
    pictures, as Goodfellow et al. count}. Raises UserError where the two read other pictures.
    """
    if first.x.shape != second.x.shape or not torch.equal(first.y, second.y) or not torch.equal(first.x, second.x):
        raise UserError(_("The two runs do not read the same pictures; take two runs on the same data."))
    y = first.y
    right = (said(first.network, first.x).argmax(1) == y) & (said(second.network, first.x).argmax(1) == y)
    fooled = right & (said(first.network, changed).argmax(1) != y)
    wrong = said(second.network, changed).argmax(1) != y
    noisy = attack("noise", second.network, first.x, y, epsilon)
    share = lambda part, whole: part.sum().item() / max(1, int(whole.sum()))  # noqa: E731
    return {
        "examples": int(right.sum()),
        "fooled": share(fooled, right),
        "both": share(fooled & wrong, fooled),
        "noise": share(right & (said(second.network, noisy).argmax(1) != y), right),
        "error": wrong.double().mean().item(),
    }


@dataclass(frozen=True)
class Shown:
    """A picture before and after, and what the network says of each: (class, its probability)."""

    before: Tensor
    """(C, H, W), from 0 to 1."""
    after: Tensor
    said_before: tuple[str, float]
    said_after: tuple[str, float]


def shown(found: Victim, x: Tensor, changed: Tensor, y: Tensor | None = None) -> list[Shown]:
    """Some pictures to draw: where y is given, those that were right and were fooled, if there are any."""
    before, after = (said(found.network, pixels).softmax(1) for pixels in (x, changed))
    chosen = torch.arange(len(x))
    if y is not None:
        fooled = ((before.argmax(1) == y) & (after.argmax(1) != y)).nonzero().flatten()
        chosen = fooled if len(fooled) else chosen
    chosen = chosen[torch.linspace(0, len(chosen) - 1, min(SHOWN, len(chosen))).long()]
    told = lambda p: (str(found.names[int(p.argmax())]), p.max().item())  # noqa: E731
    return [Shown(x[i], changed[i], told(before[i]), told(after[i])) for i in chosen.tolist()]


def pictured(recipe: Recipe, found: Victim, raw: str, facts: dict[str, object]) -> tuple[Tensor, Tensor]:
    """Somebody's own picture as (pixels (1, C, H, W), what the network says of it, (1,)).

    Raises UserError where the data prepare each picture by itself, so that its pixels cannot be told from what the network reads.
    """
    ready = recipe.data.encode(raw, facts)[None]
    x = found.network.unprepared(ready).clamp(0, 1)
    again = found.network.prepare(found.network.low + (found.network.high - found.network.low) * x)
    if x.shape[1:] != found.x.shape[1:] or not torch.allclose(again, ready, atol=1e-3):
        raise UserError(
            _("{recipe} prepares each picture by itself; fool it without a picture, on dev.").format(recipe=recipe.name)
        )
    return x, said(found.network, x).argmax(1)
