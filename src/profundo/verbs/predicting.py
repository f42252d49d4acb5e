"""`predict`: what a network says of pictures or rows. The network is a run's, a published one, or one in a file."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from profundo import catalogue, recipes
from profundo.core import Facts, NetworkConfig, Recipe, Source, UserError
from profundo.data import opened
from profundo.data.imagenet import ImageNet
from profundo.messages import _
from profundo.options import flatten, override
from profundo.recipes import tuning
from profundo.run import Run
from profundo.training import checkpoints
from profundo.training.published import PUBLISHED
from profundo.verbs.single import load

HARDLY = 0.2
"""A network that shares no more names and shapes with a file than this is no guess worth telling."""


@dataclass(frozen=True)
class Speaker:
    """A network ready to answer, with what reads its inputs and its answers."""

    network: nn.Module
    data: Source
    facts: Facts
    most: int | None = None
    """Tokens that it reads of a text to go on with, the last ones of a longer one."""

    def says(self, raw: Any) -> Any:
        if self.facts.get("task") == "translate":
            raise UserError(_("This network translates; ask it with `profundo translate`."))
        x = self.data.encode(raw, self.facts)
        x = x if self.most is None else x[-self.most :]
        with torch.inference_mode():
            return self.data.decode(self.network(x[None])[0], self.facts)


def predict(
    run: Run | str | Path, raws: Iterable[Any], recipe: str | None = None, options: Mapping[str, Any] | None = None
) -> list[Any]:
    """What a network says of each input.

    run: a run; the name of a published network, such as "mobilenet"; or a file of weights, .safetensors or .pth. recipe, options:
    of a file, whose network it is, such as "resnet20" with {"network.depth": 56}, where its keys do not tell by themselves.
    Raises UserError for anything a person can mend.
    """
    chosen = speaker(run, recipe, options)
    return [chosen.says(raw) for raw in raws]


def inputs(paths: Iterable[str]) -> dict[str, Any]:
    """What to predict, by name: a .csv is its rows, anything else (a picture, a question) what the data make of it.

    Raises UserError for a table that does not exist.
    """
    found: dict[str, Any] = {}
    for path in paths:
        if Path(path).suffix.lower() in (".csv", ".tsv"):
            from profundo.data.table import rows_of

            if not Path(path).exists():
                raise UserError(_("There is no file {path}.").format(path=path))

            found |= {f"{path}:{number}": row for number, row in enumerate(rows_of(path), start=1)}
        else:
            found[path] = path
    return found


def speaker(what: Run | str | Path, recipe: str | None = None, options: Mapping[str, Any] | None = None) -> Speaker:
    """The network that `predict` asks. Raises UserError where there is none."""
    path = what.path if isinstance(what, Run) else Path(what)
    if path.is_file():
        return _of_file(path, recipe, options or {})
    if recipe or options:
        raise UserError(_("--recipe and --network say whose weights a file holds, and {run} is no file.").format(run=path))
    name = str(what)
    if not isinstance(what, Run) and not path.exists() and name in {*PUBLISHED, *catalogue.names()}:
        if name not in PUBLISHED:
            raise UserError(
                _("There are no published weights of {recipe}; train it and give its run, or ask one of {names}.").format(
                    recipe=name, names=", ".join(PUBLISHED)
                )
            )
        published = PUBLISHED[name]
        return Speaker(published.build(), published.data, published.data.facts)
    trained = load(path)
    facts = trained.read("data.json")
    most = flatten(trained.recipe).get("network.context") if facts.get("task") == "continue" else None
    return Speaker(trained.network, trained.recipe.data, facts, most)


def _of_file(path: Path, name: str | None, options: Mapping[str, Any]) -> Speaker:
    """The network that a file of weights belongs to: the one that was named, or else the one that its keys tell."""
    weights = checkpoints.read(path)
    if name is None:
        name, share = checkpoints.likely(weights, {one.name: one.network for one in PUBLISHED.values()})
        if share < 1:
            raise UserError(
                _("{path} is none of {names} by its keys; say whose weights it holds with --recipe NAME.{guess}").format(
                    path=path, names=", ".join(PUBLISHED), guess=_guess(weights)
                )
            )
    recipe = _named(name, weights, options)
    ours = checkpoints.renamed(weights, recipe.network)
    outline = checkpoints.outline(recipe.network)
    if differs := checkpoints.difference(ours, outline):
        raise UserError(
            _("{path} does not hold the weights of {recipe}: {differs}.{guess}").format(
                path=path, recipe=name, differs=differs, guess=_guess(weights)
            )
        )
    network = recipe.network.build()
    checkpoints.fill(network, ours)
    facts = recipe.data.facts if isinstance(recipe.data, ImageNet) else opened(recipe.data).facts
    return Speaker(network.eval(), recipe.data, _naming(facts, checkpoints.classes(ours, outline)))


def _named(name: str, weights: Mapping[str, Tensor], options: Mapping[str, Any]) -> Recipe:
    """The published network of this name or the recipe's, whichever the file resembles more, with as many classes as the file.

    Raises UserError for a name that nobody knows, and for more classes, or fewer, than the file has.
    """
    known = [tuning.of(PUBLISHED[name])] if name in PUBLISHED else []
    known += [recipes.load(name)] if name in catalogue.names() else []
    if not known:
        near = difflib.get_close_matches(name, [*PUBLISHED, *catalogue.names()], n=1)
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("`profundo list` shows them.")
        raise UserError(_("There is no recipe {name!r}; {hint}").format(name=name, hint=hint))
    found: list[tuple[float, bool, int]] = []
    for number, recipe in enumerate(known):
        recipe = known[number] = override(recipe, options)
        outline = checkpoints.outline(recipe.network)
        there = checkpoints.classes(checkpoints.renamed(weights, recipe.network), outline)
        here = flatten(recipe).get("network.classes", there)
        if there is not None and there != here:
            if "network.classes" in options:
                raise UserError(
                    _("The weights tell {there} classes apart, not {here}; leave --network.classes out.").format(
                        there=there, here=here
                    )
                )
            known[number] = override(recipe, {"network.classes": there})
        found.append((checkpoints.alike(weights, recipe.network), there == here, -number))
    return known[-max(found)[2]]


def _naming(facts: Facts, classes: int | None) -> Facts:
    """The facts with a name for every class: numbers where the names are those of other classes."""
    if classes is None or classes == len(facts["names"]):
        return facts
    return facts | {"classes": classes, "names": [_("class {number}").format(number=k) for k in range(classes)]}


def _guess(weights: Mapping[str, Tensor]) -> str:
    """Whose weights they look like, as a sentence; empty where they look like nobody's."""
    known: dict[str, NetworkConfig] = {
        name: recipes.load(name).network for name, file in catalogue.names().items() if file.parent.name in ("vision", "dense")
    }
    name, share = checkpoints.likely(weights, known | {one.name: one.network for one in PUBLISHED.values()})
    return " " + _("They look like {name}'s.").format(name=name) if share > HARDLY else ""
