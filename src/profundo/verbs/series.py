"""Several runs at once: over seeds, side by side. Runs that are finished are used as they are."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from profundo import recipes
from profundo.core import UserError
from profundo.messages import _
from profundo.options import combinations, flatten
from profundo.progress import Display
from profundo.run import RUNS, writing
from profundo.verbs.single import TrainedRun, home, load, train


def verify(
    recipe: str,
    seeds: int = 3,
    *,
    options: Mapping[str, Any] | None = None,
    quick: bool = False,
    device: str = "auto",
    folder: str | Path = RUNS,
    show: Display | None = None,
) -> dict[str, Any]:
    """Train with seeds 0 to n-1 and hold the mean against the claim. Finished runs in the folder are used as they are.

    Returns measured, mean, sd, claim, met... Raises UserError for a recipe without a claim.
    """
    claim = recipes.assemble(recipe, options or {}, quick=quick).claim
    if claim is None:
        raise UserError(_("{recipe} makes no claim to verify.").format(recipe=recipe))
    finished = over_seeds(recipe, seeds, options or {}, None, quick, device, Path(folder), show)
    measured = [run.result["test"][claim.metric] for run in finished]
    mean = statistics.fmean(measured)
    return {
        "recipe": recipe,
        "metric": claim.metric,
        "measured": measured,
        "mean": mean,
        "sd": statistics.stdev(measured) if seeds > 1 else None,
        "claim": claim.value,
        "source": claim.source,
        "met": claim.met(mean),
        "note": claim.note,
        "runs": [str(run.path) for run in finished],
    }


def compare(
    items: Sequence[str],
    seeds: int = 1,
    *,
    options: Mapping[str, Any] | None = None,
    data: str | None = None,
    quick: bool = False,
    device: str = "auto",
    folder: str | Path = RUNS,
    show: Display | None = None,
) -> dict[str, Any]:
    """Recipes (trained now, unless they are in the folder) or run directories, side by side.

    An option may have several values, "rule.optimizer": "sgd,adam"; then every combination is trained.
    Returns {"rows": a row a configuration with mean and spread over seeds, "verdict": one sentence, "figure": its file in the
    folder, "runs": directories}.
    """
    from profundo.study.compare import compare_figure, compare_rows, verdict

    there = {item: load(item) for item in items if (Path(item) / "recipe.json").is_file()}
    where = {name: v for name, v in (options or {}).items() if name.startswith("data.") and "," not in str(v)}  # to open them
    fitted = {item: recipes.assemble(item, where, data, quick) for item in items if item not in there}
    variants = {item: combinations(recipe, options or {}) for item, recipe in fitted.items()}
    for item, ways in variants.items():
        for way in ways:
            recipes.assemble(item, way, data, quick)  # a slip in the last name is told before the first one trains
    finished: list[TrainedRun] = []
    for item in items:
        if item in there:
            finished.append(there[item])
        else:
            for way in variants[item]:
                finished += over_seeds(item, seeds, way, data, quick, device, Path(folder), show)
    rows = compare_rows(finished)
    picture = Path(folder) / "compare.svg"
    with writing(picture.parent):
        picture.write_text(compare_figure(finished).svg(), encoding="utf-8")
    return {"rows": rows, "verdict": verdict(rows), "figure": str(picture), "runs": [str(run.path) for run in finished]}


def over_seeds(
    name: str,
    seeds: int,
    options: Mapping[str, Any],
    data: str | None,
    quick: bool,
    device: str,
    folder: Path,
    show: Display | None,
) -> list[TrainedRun]:
    """One finished run a seed, trained now where there is none."""
    if seeds < 1:
        raise UserError(_("--seeds is at least 1, not {seeds}.").format(seeds=seeds))
    recipe = recipes.assemble(name, options, data, quick)
    finished = []
    drawn = "data.seed" in flatten(recipe) and "data.seed" not in options
    for seed in range(seeds):
        if drawn:  # data that are generated are drawn anew by every seed
            options = {**options, "data.seed": seed}
            recipe = recipes.assemble(name, options, data, quick)
        path = home(recipe, seed, folder)
        if (path / "result.json").exists():
            finished.append(load(path))
        else:
            finished.append(train(name, data=data, options=options, quick=quick, run=path, seed=seed, device=device, show=show))
    return finished
