"""One file per trained thing. The file's name is the recipe's name; there is nothing else to register."""

import dataclasses
import difflib
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from profundo.catalogue import names
from profundo.core import Recipe, UserError
from profundo.data import NAMED, TEXTS, of_options, open_path, opened
from profundo.evaluation.classification import Classification
from profundo.evaluation.regression import Regression
from profundo.messages import _
from profundo.options import flatten, override, resolve
from profundo.recipes import tuning, watched
from profundo.run import Run
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import squared_error
from profundo.training.published import PUBLISHED

SCRATCH = "scratch"
"""For `--from`: weights drawn by lot, though published ones are there."""
FITTED = ("channels", "size", "features", "classes", "vocabulary", "target_vocabulary", "tags")
"""Fields of a network that follow the data."""
SAME_DATA = ("data.limit", "data.dev", "data.split_seed", "data.seed", "data.path", "data.source.path", "data.copy", "data.fold")
"""Options that take other examples, or another copy, of the same data; what was published is still about them."""


def load(name: str) -> Recipe:
    """The recipe as its file writes it. Raises UserError for a name that no file has."""
    files = names()
    if name not in files:
        near = difflib.get_close_matches(name, files, n=1)
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("`profundo list` shows them.")
        raise UserError(_("There is no recipe {name!r}; {hint}").format(name=name, hint=hint))
    module = importlib.import_module(f"{__name__}.{files[name].parent.name}.{name}")
    return dataclasses.replace(module.RECIPE, name=name)


def assemble(
    name: str, options: Mapping[str, Any], data: str | None = None, quick: bool = False, start: str | None = None
) -> Recipe:
    """The recipe with a person's options, cut down to seconds if `quick`.

    data: a path of theirs, or other data of ours by name, such as cifar10. On other data the network takes its channels, size,
    features and classes from them, unless the options say otherwise; it begins with the published weights `start`, or those of
    its own name, if there are any and `start` is not "scratch".
    Raises UserError for a wrong name, option or path, and for a network that cannot read such data.
    """
    recipe = _beginning(load(name), data, start)
    smoke = recipe.quick if quick else {}
    source = recipe.data if data is None else open_path(data, like=recipe.data)
    other = source != recipe.data
    if other:
        recipe = dataclasses.replace(recipe, data=source, claim=None)
        if all("size" in {f.name for f in dataclasses.fields(part)} for part in (source, recipe.network)):  # type: ignore[arg-type]
            recipe = override(recipe, {"data.size": recipe.network.size})  # type: ignore[attr-defined]
        smoke = {k: v for k, v in smoke.items() if k == "data.limit" or not k.startswith("data.")}
        if quick and data in NAMED:
            smoke = {"data.limit": 2000} | smoke
            if "drawn" in {f.name for f in dataclasses.fields(source)}:  # type: ignore[arg-type]  # a smoke run fetches nothing
                smoke["data.drawn"] = True
    recipe = override(override(recipe, smoke), options)
    if not other:
        return _claiming(recipe)
    return _fit(recipe, {resolve(recipe, option) for option in options})


def _beginning(recipe: Recipe, data: str | None, start: str | None) -> Recipe:
    """The recipe as it is fine-tuned, where there are published weights to begin with.

    Raises UserError for weights of another family, and where there are no own pictures for them to be tuned on.
    """
    if start == SCRATCH or (data is None and start is None) or (start or recipe.name) not in PUBLISHED:
        return recipe
    published = PUBLISHED[start or recipe.name]
    if type(published.network) is not type(recipe.network):
        raise UserError(
            _("The weights of {start} are not for {recipe}; begin with those of the same family, or with --from scratch.").format(
                start=published.name, recipe=recipe.name
            )
        )
    if data is not None and Path(data).is_dir():
        return dataclasses.replace(tuning.of(published), name=recipe.name)
    if start:
        raise UserError(_("Published weights are tuned on pictures of your own; say which with --data FOLDER."))
    return recipe


def _claiming(recipe: Recipe) -> Recipe:
    """The recipe, without its claim where its data are others than the file's, about which something was published."""
    here, there = (flatten(one) for one in (recipe, load(recipe.name)))
    other = [name for name in here.keys() | there.keys() if name.startswith("data") and here.get(name) != there.get(name)]
    own = type(recipe.data).__name__ in TEXTS and here.get("data.path") is not None  # a text at a path is a person's
    return dataclasses.replace(recipe, claim=None) if own or set(other) - set(SAME_DATA) else recipe


def _fit(recipe: Recipe, chosen: set[str]) -> Recipe:
    """The network, objective and figures that suit the data; what the person chose stays."""
    facts = opened(recipe.data).facts
    paths = {
        path.rpartition(".")[2]: path for path in flatten(recipe) if path.startswith("network.")
    }  # of an ensemble's members too
    fields = paths.keys() & set(FITTED)
    if not fields:
        raise UserError(
            _("{recipe} works on its own data only; for pictures take `lenet`, for a table `mlp`.").format(recipe=recipe.name)
        )
    missing = [field for field in fields if field not in facts]
    if missing:
        raise UserError(
            _("{recipe} reads data with {missing}, which {data} does not have; for a table take `mlp`.").format(
                recipe=recipe.name, missing=" × ".join(sorted(missing)), data=type(recipe.data).__name__
            )
        )
    recipe = override(recipe, {paths[f]: facts[f] for f in fields if paths[f] not in chosen})
    if facts.get("task") == "regress" and isinstance(recipe.evaluate, Classification):
        if not isinstance(recipe.rule, GradientDescent):
            raise UserError(_("{recipe} sorts into classes, and the target is a number; take `mlp`.").format(recipe=recipe.name))
        rule = dataclasses.replace(recipe.rule, objective=squared_error)
        recipe = dataclasses.replace(recipe, rule=rule, evaluate=Regression())
    return recipe


def of(run: Run) -> Recipe:
    """The recipe of a run directory, with the options it ran with. The data are not opened."""
    made = run.read("recipe.json")
    if made.get("watched"):
        return watched.recipe(run)
    options = dict(made["options"])
    recipe = load(made["recipe"])
    recipe = dataclasses.replace(recipe, data=of_options(options, recipe.data))
    if options["evaluate"] == Regression.__name__:
        recipe = dataclasses.replace(recipe, evaluate=Regression())
    return _claiming(override(recipe, options))
