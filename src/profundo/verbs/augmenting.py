"""What the network sees of its pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from profundo.messages import UserError, _
from profundo.run import RUNS, writing


def augment(
    recipe: str,
    *,
    options: Mapping[str, Any] | None = None,
    data: str | None = None,
    pictures: int = 8,
    draws: int = 6,
    seed: int = 0,
    folder: str | Path = RUNS,
) -> dict[str, Any]:
    """Draw a few of a recipe's pictures as its augmentation changes them, each time anew.

    Returns {"recipe", "augment": the options that change pictures or labels, "figure": its file in the folder}. Raises UserError
    for a recipe that augments nothing, or learns from no pictures.
    """
    from profundo import recipes
    from profundo.options import flatten, override
    from profundo.study.augmented import augmented
    from profundo.training.augment import Augment
    from profundo.training.mixing import Mixing

    if not 1 <= pictures <= 100 or not 1 <= draws <= 100:
        raise UserError(_("--pictures and --draws are from 1 to 100."))
    chosen = recipes.assemble(recipe, options or {}, data)
    figure = augmented(chosen, pictures, draws, seed).figure()
    path = Path(folder) / f"augment-{recipe}.svg"
    with writing(path.parent):
        path.write_text(figure.svg(), encoding="utf-8")
    off = flatten(override(chosen, {"rule.augment": Augment(), "rule.mixing": Mixing()}))
    on = {name: value for name, value in flatten(chosen).items() if value != off[name]}
    return {"recipe": recipe, "augment": on, "figure": str(path)}
