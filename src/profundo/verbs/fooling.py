"""A run's network, fooled."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from profundo.core import UserError
from profundo.data.mnist import MNIST
from profundo.messages import _
from profundo.run import Run, writing
from profundo.verbs.single import TrainedRun, load

if TYPE_CHECKING:
    from profundo.study.fooling import Shown

METHODS = ("fgsm", "pgd", "minimal")


def fool(
    run: Run | str | Path,
    picture: str | Path | None = None,
    epsilon: float = 0.25,
    method: str = "fgsm",
    examples: int | None = None,
    transfer: Run | str | Path | None = None,
) -> dict[str, Any]:
    """Change pictures so that the network errs: dev's, or one of somebody's own, whose class is what the network says of it.

    epsilon: the largest change of a pixel, which goes from 0 to 1. method: "fgsm", "pgd", or "minimal", which takes the smallest
    change that there is and no epsilon. examples: how many of dev. transfer: another run on the same data, which is shown what
    fools this one. Writes fooled.svg in the run's folder. Returns {"run", "method", "epsilon", "examples", "outcomes": [{"what",
    "error", "confidence", "distortion"}], "published": {"error", "confidence", "source"} or {"distortion", "source"} or None,
    "transfer", "curve", "pictures", "figure"}. Raises UserError for anything a person can mend.
    """
    from profundo.study import fooling
    from profundo.study.fooling_figure import figure

    if method not in METHODS:
        raise UserError(_("--method is one of {options}, not {value!r}.").format(options=", ".join(METHODS), value=method))
    if not 0 < epsilon <= 1 or (examples is not None and examples < 1):
        raise UserError(_("--epsilon is above 0 and at most 1, --examples at least 1."))
    if picture is not None and transfer is not None:
        raise UserError(_("--transfer counts over many pictures; leave your own away."))
    trained = load(run)
    count = examples or fooling.EXAMPLES[method]
    found = fooling.victim(trained.recipe, trained, count)
    other = None if transfer is None else load(transfer)
    second = None if other is None else fooling.victim(other.recipe, other, count)
    if picture is not None:
        x, y = fooling.pictured(trained.recipe, found, str(picture), trained.read("data.json"))
    else:
        x, y = found.x, found.y
    changed = fooling.attack(method, found.network, x, y, epsilon)
    rows = [] if picture is not None else fooling.outcomes(method, found, changed, epsilon)
    curve = fooling.curve(found) if picture is None and method == "fgsm" else []
    pictures = fooling.shown(found, x, changed, None if picture is not None else y)
    known = lambda value: None if value != value else value  # noqa: E731  # a mean over none
    path = trained.path / "fooled.svg"
    with writing(trained.path):
        path.write_text(figure(pictures, curve).svg(), encoding="utf-8")
    return {
        "run": str(trained.path),
        "method": method,
        "epsilon": None if method == "minimal" else epsilon,
        "examples": len(x),
        "outcomes": [{name: known(value) for name, value in dataclasses.asdict(row).items()} for row in rows],
        "published": _published(trained, method, epsilon) if rows else None,
        "transfer": None if second is None else {"run": str(transfer), **fooling.transfer(found, second, changed, epsilon)},
        "curve": curve,
        "pictures": [_told(one) for one in pictures],
        "figure": str(path),
    }


def _told(one: "Shown") -> dict[str, Any]:
    """What a network says of a picture, before and after, and how far apart they are."""
    apart = torch.dist(one.after, one.before).item() / one.before.numel() ** 0.5
    return {"before": one.said_before, "after": one.said_after, "distortion": apart}


def _published(trained: TrainedRun, method: str, epsilon: float) -> dict[str, Any] | None:
    """What the papers say of such a network on MNIST, if they do."""
    from profundo.study.fooling import DISTORTIONS, PUBLISHED

    recipe = trained.recipe
    if not isinstance(recipe.data, MNIST):
        return None
    if method == "fgsm" and epsilon == 0.25 and recipe.name in PUBLISHED:
        return dict(zip(("error", "confidence", "source"), PUBLISHED[recipe.name], strict=True))
    if method == "minimal" and recipe.name in DISTORTIONS:
        return dict(zip(("distortion", "source"), DISTORTIONS[recipe.name], strict=True))
    return None
