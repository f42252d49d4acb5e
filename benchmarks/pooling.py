"""What pooling over the whole picture gains and loses (X05, X06): about ten minutes.

python benchmarks/pooling.py
python benchmarks/pooling.py --quick        a rehearsal: recorded nowhere

Faces: error, and the share of scrambled faces that are called a face, on test. Digits: error on dev as they are, shifted and
turned; and how well the shift can be read from what the last layer reads. Nothing was published to hold these against.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import records
from profundo import recipes
from profundo.data import opened
from profundo.evaluation.evaluate import evaluate
from profundo.progress import Silent
from profundo.study.position import position_kept
from profundo.study.robustness import disturbed
from profundo.verbs import TrainedRun, learn

POOLINGS = ("mean", "max", "none")
SHIFTS, TURNS = (1.0, 2.0, 3.0, 4.0, 6.0), (10.0, 20.0, 30.0, 45.0, 60.0)


def faces(run: TrainedRun) -> dict[str, float]:
    return evaluate(run.recipe, run)["test"]


def digits(run: TrainedRun) -> dict[str, float]:
    recipe, network, splits = run.recipe, run.network, opened(run.recipe.data)
    error = lambda rows: recipe.evaluate.score(network, rows)["error"]  # noqa: E731
    found = {"error": error(splits.dev)}
    found |= {f"shift_{size:g}": error(disturbed(splits.dev, "shift", size)) for size in SHIFTS}
    found |= {f"rotation_{size:g}": error(disturbed(splits.dev, "rotation", size)) for size in TURNS}
    few = splits.train.take((splits.train.y >= 0).nonzero().flatten()[:6000])
    return found | {"position": position_kept(network, few, splits.dev)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--quick", action="store_true")
    arguments = words.parse_args()
    seeds = range(1 if arguments.quick else arguments.seeds)
    for name, measure in (("scrambled_faces", faces), ("pooled_digits", digits)):
        for pooling in POOLINGS:
            recipe = recipes.assemble(name, {"network.pooling": pooling}, quick=arguments.quick)
            with tempfile.TemporaryDirectory() as folder:
                figures = [measure(learn(recipe, Path(folder) / str(seed), seed, show=Silent())) for seed in seeds]
            mean = {figure: statistics.fmean(one[figure] for one in figures) for figure in figures[0]}
            if not arguments.quick:
                records.append("pooling", recipe=name, pooling=pooling, seeds=list(seeds), mean=mean, figures=figures)
            print(name, pooling, {figure: round(value, 4) for figure, value in mean.items()}, flush=True)


if __name__ == "__main__":
    main()
