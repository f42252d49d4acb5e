"""profundo, by the function that `profundo train` calls: run directory, log, dev scores and checkpoints included."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench import Bench, Stopwatch

bench = Bench("profundo")

from profundo import recipes  # noqa: E402
from profundo.evaluation.classification import Classification  # noqa: E402
from profundo.options import override  # noqa: E402
from profundo.run import Run  # noqa: E402
from profundo.training.train import train  # noqa: E402

scoring = 0.0


@dataclass(frozen=True)
class Timed(Classification):
    """Dev is scored within the step that ends an epoch; this tells the two apart."""

    def score(self, network, data):
        global scoring
        started = time.perf_counter()
        scores = super().score(network, data)
        scoring = time.perf_counter() - started
        return scores


recipe = override(replace(recipes.load("lenet"), evaluate=Timed()), {"data.limit": bench.args.limit})
if not bench.own:
    same = {"rule.optimizer": "adam", "rule.optimizer.lr": 1e-3, "rule.schedule": "constant", "rule.batch_size": 128}
    recipe = override(recipe, same | {"rule.epochs": bench.args.epochs or 3})
with tempfile.TemporaryDirectory() as folder:
    watch = Stopwatch()
    for step in train(recipe, Run(Path(folder) / "run"), seed=bench.seed):
        if "dev_error" in step.values:
            passed = watch.lap()
            if bench.epoch(passed - scoring, scoring, 1 - step.values["dev_error"]):
                break
rule = recipe.rule
bench.report(f"{rule.schedule}, {rule.optimizer}, batch {rule.batch_size}, {rule.epochs} epochs", "profundo", "torch", "numpy")
