"""How easily networks are fooled, beside the papers (X01, X02, X03).

python benchmarks/fooling.py                                             softmax_regression, mlp, lenet: ten minutes, three seeds
python benchmarks/fooling.py maxout adversarial_maxout --seeds 1         adversarial training (half an hour)
python benchmarks/fooling.py --quick                                     a rehearsal: recorded nowhere

FGSM is counted on test, as the papers do; the nearest pictures and what passes from one network to another, on dev. A line of
results.jsonl a recipe ("fooling") and a pair of recipes ("fooling_transfer"), with the mean over seeds and its spread.
"""

import argparse
import dataclasses
import statistics
import tempfile
from pathlib import Path
from typing import Any

import records
from profundo import recipes
from profundo.evaluation.evaluate import evaluate
from profundo.evaluation.fooled import Fooled
from profundo.progress import Silent
from profundo.study import fooling
from profundo.verbs import TrainedRun, fool, learn

EPSILON = 0.25


def fooled(run: TrainedRun, examples: int) -> dict[str, float]:
    """Test error under FGSM with pixels free, as published, and kept in [0, 1]; the mean distance to another class on dev."""
    free, kept = (
        evaluate(dataclasses.replace(run.recipe, evaluate=Fooled(EPSILON, clip)), run)["test"] for clip in (False, True)
    )
    nearest = fool(run, method="minimal", examples=examples)["outcomes"][-1]
    return {
        "error": free["error"],
        "adversarial_error": free["adversarial_error"],
        "adversarial_confidence": free["adversarial_confidence"],
        "clipped_error": kept["adversarial_error"],
        "clipped_confidence": kept["adversarial_confidence"],
        "nearest_fooled": nearest["error"],
        "nearest_distortion": nearest["distortion"],
    }


def passed(first: TrainedRun, second: TrainedRun, examples: int) -> dict[str, float]:
    """What of the first one's FGSM examples fools the second."""
    one, other = (fooling.victim(run.recipe, run, examples) for run in (first, second))
    changed = fooling.attack("fgsm", one.network, one.x, one.y, EPSILON)
    return fooling.transfer(one, other, changed, EPSILON)


def over_seeds(figures: list[dict[str, float]]) -> dict[str, Any]:
    """The mean of every figure, and its standard deviation where there are several."""
    spread = lambda values: statistics.stdev(values) if len(values) > 1 else 0.0  # noqa: E731
    columns = {name: [one[name] for one in figures] for name in figures[0]}
    return {"mean": {n: statistics.fmean(v) for n, v in columns.items()}, "std": {n: spread(v) for n, v in columns.items()}}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("recipes", nargs="*", default=["softmax_regression", "mlp", "lenet"])
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--quick", action="store_true")
    arguments = words.parse_args()
    seeds, examples = (range(1), 50) if arguments.quick else (range(arguments.seeds), 1000)
    nearest = 3 if arguments.quick else 40
    keep = (lambda *_names, **_figures: None) if arguments.quick else records.append
    with tempfile.TemporaryDirectory() as folder:
        runs: dict[str, list[TrainedRun]] = {}
        for name in arguments.recipes:
            recipe = recipes.assemble(name, {}, quick=arguments.quick)
            runs[name] = [learn(recipe, Path(folder) / f"{name}-{seed}", seed, show=Silent()) for seed in seeds]
            found = over_seeds([fooled(run, nearest) for run in runs[name]])
            known = {"published": fooling.PUBLISHED.get(name), "published_distortion": fooling.DISTORTIONS.get(name)}
            keep("fooling", recipe=name, epsilon=EPSILON, seeds=list(seeds), nearest=nearest, **known, **found)
            print(name, {figure: round(value, 4) for figure, value in found["mean"].items()}, flush=True)
        for first, second in ((a, b) for a in runs for b in runs):
            pairs = zip(runs[first], runs[second], strict=True)
            if first == second:  # the same recipe from another seed
                pairs = zip(runs[first], runs[first][1:] + runs[first][:1], strict=True)
                if len(seeds) == 1:
                    continue
            found = over_seeds([passed(one, other, examples) for one, other in pairs])
            pair = {"first": first, "second": second, "pair": f"{first} to {second}"}
            keep("fooling_transfer", **pair, epsilon=EPSILON, seeds=list(seeds), **found)
            print(pair["pair"], {figure: round(value, 3) for figure, value in found["mean"].items()}, flush=True)


if __name__ == "__main__":
    main()
