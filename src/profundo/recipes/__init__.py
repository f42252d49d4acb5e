"""One file per trained thing. The file's name is the recipe's name; there is nothing else to register."""

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from profundo.core import Recipe, UserError
from profundo.messages import _

HERE = Path(__file__).parent


def names() -> dict[str, Path]:
    """Every recipe's name and file, by unit and name. Imports nothing."""
    files = sorted(f for f in HERE.glob("*/*.py") if not f.name.startswith("_"))
    return {f.stem: f for f in files}


def load(name: str) -> Recipe:
    """The recipe as its file writes it. Raises UserError for a name that no file has."""
    files = names()
    if name not in files:
        near = difflib.get_close_matches(name, files, n=1)
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("`profundo list` shows them.")
        raise UserError(_("There is no recipe {name!r}; {hint}").format(name=name, hint=hint))
    module = importlib.import_module(f"{__name__}.{files[name].parent.name}.{name}")
    return replace(module.RECIPE, name=name)
