"""What there is to train, read from the recipes' files. Listing imports none of them, so it answers at once."""

import ast
import dataclasses
import inspect
from pathlib import Path
from typing import Any

RECIPES = Path(__file__).parent / "recipes"


def names() -> dict[str, Path]:
    """Every recipe's name and file, by unit and name."""
    files = sorted(f for f in RECIPES.glob("*/*.py") if not f.name.startswith("_"))
    return {f.stem: f for f in files}


def catalogue() -> list[dict[str, str]]:
    """One row a recipe: its name, its unit, and the first line of its file."""
    return [
        {"recipe": name, "unit": file.parent.name, "title": _docstring(file).splitlines()[0]} for name, file in names().items()
    ]


def _docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or file.stem


def describe(name: str) -> dict[str, Any]:
    """A recipe for reading: its docstring, claim, and every option with its value and meaning."""
    from profundo import recipes
    from profundo.options import ROOMS, flatten

    recipe = recipes.load(name)
    values = flatten(recipe)
    help: dict[str, str] = {}
    for room in ROOMS:
        _collect(getattr(recipe, room), room, help)
    return {
        "recipe": name,
        "text": _docstring(names()[name]),
        "claim": dataclasses.asdict(recipe.claim) if recipe.claim else None,
        "quick": recipe.quick,
        "options": [{"name": path, "value": value, "help": help.get(path, "")} for path, value in values.items()],
    }


def _collect(thing: Any, path: str, help: dict[str, str]) -> None:
    """The docstring under each field of a dataclass, and of the dataclasses inside it."""
    if not dataclasses.is_dataclass(thing):
        return
    text = inspect.getdoc(type(thing)) or ""
    if not text.startswith(type(thing).__name__ + "("):  # what dataclasses write by themselves
        help[path] = text.splitlines()[0]
    for field, text in _field_docs(type(thing)).items():
        help[f"{path}.{field}"] = text
    for field in dataclasses.fields(thing):
        _collect(getattr(thing, field.name), f"{path}.{field.name}", help)


def _field_docs(kind: type) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for line, following in zip(body.body, body.body[1:], strict=False):
        match line, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = inspect.cleandoc(text).splitlines()[0]
    return docs
