"""What a run's network still does when its weights are damaged, or its pictures disturbed."""

from pathlib import Path
from typing import Any

from profundo.core import UserError
from profundo.messages import _
from profundo.run import Run, writing
from profundo.verbs.single import load


def robustness(run: Run | str | Path, relearn: int = 0, damage: float = 1.0) -> dict[str, Any]:
    """Score dev under more and more damage to the weights; and pictures under noise, shift, rotation, scale, squeeze, stroke.

    relearn: passes to learn again after damage of this size, by the recipe's own rule. Returns {"run", "metric", "curves": {what:
    [(size, figure), ...]}, "relearnt": [figure after 0, 1... passes], "first": the run's own figures, from pass 1 on, "figure"};
    writes robustness.svg in the run's folder. Raises UserError where the run has no weights, or its data are no rows.
    """
    from profundo.study.robustness import relearning
    from profundo.study.robustness import robustness as scores
    from profundo.study.robustness_figure import figure

    if relearn < 0 or damage <= 0:
        raise UserError(_("--relearn is at least 0 passes, --damage above 0."))
    trained = load(run)
    recipe = trained.recipe
    curves: dict[str, list[tuple[float, float]]] = {}
    for name, size, value in scores(recipe, trained):
        curves.setdefault(name, []).append((size, value))
    again = relearning(recipe, trained, damage, relearn) if relearn else []
    metric = recipe.evaluate.metric
    first = [(r["epoch"], r[f"dev_{metric}"]) for r in trained.records() if f"dev_{metric}" in r][: max(relearn, 1)]
    path = trained.path / "robustness.svg"
    with writing(trained.path):
        path.write_text(figure(metric, curves, list(enumerate(again)), first).svg(), encoding="utf-8")
    return {
        "run": str(trained.path),
        "metric": metric,
        "curves": curves,
        "relearnt": again,
        "first": [value for _epoch, value in first] if relearn else [],
        "figure": str(path),
    }
