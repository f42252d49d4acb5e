"""A small net of the plane, to watch while it learns."""

import difflib
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from profundo import recipes
from profundo.core import UserError
from profundo.data.toys import SHAPES
from profundo.messages import _
from profundo.run import RUNS, writing
from profundo.study.playground import Film, film, spaces


def playground(
    shape: str = "spiral",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    quick: bool = False,
    folder: str | Path = RUNS,
) -> dict[str, Any]:
    """Train the recipe `playground` on points ("spiral", "circle", "xor", "gauss", "moons"), and draw a page that plays it.

    options: fields of the recipe, such as {"network.hidden": (4, 2), "data.noise": 0.2}. Returns {"shape", "steps", "train",
    "dev": {"loss", "error"} after the last step, "layers": [{"layer", "units", "error", "dev_error"} of the best straight cut],
    "page", "still", "bent": paths}. Test is not opened: `profundo train playground` does that, once one has chosen.

    Raises UserError for a shape or an option that does not exist, and for a net that the page has no room for.
    """
    if shape not in SHAPES:
        near = difflib.get_close_matches(shape.lower(), list(SHAPES), n=1)
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("there are {names}.").format(names=", ".join(SHAPES))
        raise UserError(_("There are no points {name!r}; {hint}").format(name=shape, hint=hint))
    recipe = recipes.assemble("playground", {"data.shape": shape} | dict(options or {}), quick=quick)
    with _bar() as watched:
        played = film(recipe, seed, watched)
    layers = [{"layer": s.layer, "units": s.units, "error": s.error, "dev_error": s.dev_error} for s in spaces(played)]
    found = {"shape": shape, "steps": played.steps[-1], "train": played.train[-1], "dev": played.dev[-1], "layers": layers}
    return found | _drawn(shape, played, Path(folder))


def _bar() -> AbstractContextManager[Callable[[int, int], None]]:
    """A bar in a terminal."""
    if not sys.stderr.isatty():
        return nullcontext(lambda step, of: None)
    from rich.console import Console
    from rich.progress import Progress

    class Bar(Progress):
        def __enter__(self) -> Any:
            super().__enter__()
            task = self.add_task(_("learning"), total=None)
            return lambda step, of: self.update(task, completed=step, total=of)

    return Bar(console=Console(stderr=True), transient=True)


def _drawn(shape: str, played: Film, folder: Path) -> dict[str, str]:
    from profundo.study.playground_figures import bent, still
    from profundo.study.playground_page import page
    from profundo.study.race_figures import light

    name = f"playground-{shape}"
    paths = {"page": folder / f"{name}.html", "still": folder / f"{name}.svg", "bent": folder / f"{name}-layers.svg"}
    with writing(folder):
        paths["page"].write_text(page(played), encoding="utf-8")
        paths["still"].write_text(light(still(played)), encoding="utf-8")
        paths["bent"].write_text(light(bent(played)), encoding="utf-8")
    return {kind: str(path) for kind, path in paths.items()}
