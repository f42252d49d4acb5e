"""The training craft: what each remedy is worth, the same network without it and with it, over seeds.

python benchmarks/craft.py                     all
python benchmarks/craft.py T16 T20 --seeds 5
python benchmarks/craft.py T14 --quick         a rehearsal of seconds: tiny, one seed, recorded nowhere
python benchmarks/craft.py T18 --folder F      keeps the trainings: the same command goes on where it was stopped

The first way of a row is the one without, and each other one is held against it (Welch's t-test over seeds). The figure is that
of the chosen weights on dev; the test split is opened only where something was published (T16, T18).

Minutes on two quiet cores, estimated: T09 5, T10 1, T11 1, T12 7, T13 1, T14 8, T15 3, T16 2, T17 2, T18 25 (one seed), T19 5,
T20 5, N28 2. T25, labels drawn by lot, is random_labels.py.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import records
from profundo import recipes
from profundo.data import opened
from profundo.evaluation.classification import Classification
from profundo.evaluation.evaluate import evaluate
from profundo.options import combinations
from profundo.progress import Silent
from profundo.run import Run
from profundo.study.compare import labels, welch
from profundo.summaries import aligned
from profundo.verbs import TrainedRun, learn

Figures = dict[str, float]
Way = tuple[str, dict[str, str]]
"""A recipe and its options; several values between commas (slashes, where a value is itself a list) are several ways."""


def nothing_more(_run: TrainedRun) -> Figures:
    return {}


def at_the_end(run: TrainedRun) -> torch.nn.Module:
    """The network as its last step left it, which need not be the one that was chosen."""
    network = run.recipe.network.build()
    network.load_state_dict((run.load_state() or {})["state"]["network"])
    return network


def by_heart(run: TrainedRun) -> Figures:
    """At the end: the error on all that it learnt from, and how much more it misses of dev."""
    splits, network = opened(run.recipe.data), at_the_end(run)
    train, dev = (Classification().score(network, part)["error"] for part in (splits.train, splits.dev))
    return {"last_train": train, "last_dev": dev, "gap": dev - train}


def after_the_best(run: TrainedRun) -> Figures:
    """How long it trained, and the error on dev that it had at the end."""
    errors = run.curve("dev_error")[1]
    return {"epochs": len(errors), "last_dev": errors[-1]}


def sparsity(run: TrainedRun) -> Figures:
    """The share of weights that are exactly 0, and of those below a thousandth."""
    w = torch.nn.utils.parameters_to_vector(run.network.parameters()).detach()
    return {"zeros": (w == 0).double().mean().item(), "below_0.001": (w.abs() < 1e-3).double().mean().item()}


def members(run: TrainedRun) -> Figures:
    """The loss and error of the whole ensemble on dev, and the means over its members."""
    ensemble, dev = at_the_end(run), opened(run.recipe.data).dev
    apart = [Classification().score(member, dev) for member in ensemble.get_submodule("members").children()]
    together = Classification().score(ensemble, dev)
    means = {f"member_{name}": statistics.fmean(scores[name] for scores in apart) for name in together}
    return {f"ensemble_{name}": value for name, value in together.items()} | means


def monte_carlo(run: TrainedRun) -> Figures:
    """Dev error of the mean probability of 1, 10 and 50 thinned networks: figure 11 of the paper, whose line is best_dev."""
    if not getattr(run.recipe.network, "dropout", 0.0):
        return {}
    network, dev = run.network.train(), opened(run.recipe.data).dev
    with torch.inference_mode():
        said = [torch.cat([network(x).softmax(-1) for x, _y in dev.batches(1000)]) for _draw in range(50)]
    wrong = {n: (torch.stack(said[:n]).mean(0).argmax(-1) != dev.y).double().mean().item() for n in (1, 10, 50)}
    return {f"mean_of_{n}": error for n, error in wrong.items()}


def steps_to(target: float) -> Callable[[TrainedRun], Figures]:
    """Steps until dev first has so small an error; more than all of them where it never does."""

    def measure(run: TrainedRun) -> Figures:
        steps, errors = run.curve("dev_error")
        return {"steps": next((s for s, e in zip(steps, errors, strict=True) if e <= target), float("inf"))}

    return measure


def gradient_ratio(run: TrainedRun) -> Figures:
    """At the first step: the gradient norm of the first layer's weights over that of the last hidden layer's."""
    first = next(v for v in run.lines("vitals.jsonl") if v["step"] == 1)
    weights = [g["gradient"] for name, g in first["gradients"].items() if name.endswith("weight")]
    return {"gradient_ratio": weights[0] / weights[-2]}


@dataclass(frozen=True)
class Experiment:
    question: str
    ways: Sequence[Way]
    measure: Callable[[TrainedRun], Figures] = nothing_more
    seeds: int = 3
    size: dict[str, str] = field(default_factory=dict)
    """Options of every way but in a rehearsal."""
    test: bool = False
    """Something was published, so the test split is opened."""


EXPERIMENTS = {
    "T09": Experiment(
        "How far apart are what it learnt and what is new?", [("overfitting", {"data.train": "500,2000,10000"})], by_heart
    ),
    "T10": Experiment("What does stopping early save?", [("early_stopping", {"rule.patience": "none,10"})], after_the_best),
    "T11": Experiment("Does a price on squares help?", [("weight_decay", {"rule.penalty.l2": "0,0.01,0.1,0.3"})], by_heart),
    "T12": Experiment("How many weights does it do without?", [("sparse_l1", {"rule.penalty.l1": "0,2e-5,7e-5"})], sparsity),
    "T13": Experiment(
        "Which noise helps?",
        [
            ("noisy_inputs", {"rule.noise.inputs": "0,1"}),
            ("noisy_inputs", {"rule.noise.inputs": "0", "rule.noise.weights": "0.03"}),
            ("noisy_inputs", {"rule.noise.inputs": "0", "rule.noise.activities": "0.3"}),
        ],
        by_heart,
    ),
    "T14": Experiment(
        "What are digits worth that were never written?",
        [
            ("elastic_mlp", {"rule.augment.alpha": "0"}),
            ("elastic_mlp", {"rule.augment.alpha": "0", "rule.augment.shift": "2", "rule.augment.rotate": "10"}),
            ("elastic_mlp", {}),
        ],
        size={"rule.epochs": "15"},
    ),
    "T15": Experiment(
        "How wide should it be?",
        [("overfitting", {"data.train": "1000", "network.hidden": "1/3/10/30/100/300/1000/3000"})],
        by_heart,
    ),
    "T16": Experiment(
        "Do shared weights make fewer mistakes?", [("weight_sharing", {"network.sharing": "none,first,both"})], seeds=5, test=True
    ),
    "T17": Experiment("Is the mean of ten better than the mean one?", [("bagging", {"network.members": "1,10"})], members),
    "T18": Experiment(
        "Do the rows of the paper's table follow in its order?",
        [
            ("dropout_mlp", {"network.dropout": "0", "network.input_dropout": "0", "rule.max_norm": "none"}),  # 1.60 %
            ("dropout_mlp", {"network.activation": "sigmoid", "rule.max_norm": "none"}),  # 1.35 %
            ("dropout_mlp", {"rule.max_norm": "none"}),  # 1.25 %
            ("dropout_mlp", {}),  # 1.06 %
        ],
        monte_carlo,
        seeds=1,
        size={"rule.epochs": "40"},
        test=True,
    ),
    "T19": Experiment(
        "Does the first draw decide whether thirty layers learn?", [("deep_rectifiers", {"network.init": "glorot,he"})]
    ),
    "T20": Experiment(
        "How many steps does batch norm save?", [("batch_norm", {"network.batch_norm": "false,true"})], steps_to(0.05)
    ),
    "N28": Experiment(
        "How much of the gradient reaches the first of eight layers?",
        [("deep_sigmoids", {"network.activation": "sigmoid,relu", "network.init": "small,glorot,he"})],
        gradient_ratio,
        seeds=1,
    ),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("rows", nargs="*", default=list(EXPERIMENTS))
    words.add_argument("--seeds", type=int)
    words.add_argument("--quick", action="store_true")
    words.add_argument("--folder", type=Path, help="where the trainings stay")
    arguments = words.parse_args()
    for name in arguments.rows:
        experiment = EXPERIMENTS[name]
        seeds = 1 if arguments.quick else arguments.seeds or experiment.seeds
        with tempfile.TemporaryDirectory() as nowhere:
            folder = Path(nowhere) if arguments.folder is None else arguments.folder / name
            rows = compared(experiment, seeds, arguments.quick, folder)
        if not arguments.quick:
            records.append("craft", row=name, question=experiment.question, recipe=experiment.ways[0][0], rows=rows)
        print(f"\n{name}  {experiment.question}", table(rows), sep="\n", flush=True)


def compared(experiment: Experiment, seeds: int, quick: bool, folder: Path) -> list[dict[str, Any]]:
    """A row for each way, the first without p."""
    rows, made = [], []
    for recipe, options in experiment.ways:
        wanted = options if quick else experiment.size | options
        for way in combinations(recipes.load(recipe), wanted):
            place = folder / str(len(rows))
            runs = [_learnt(recipe, way, seed, place, experiment.test, quick) for seed in range(seeds)]
            rows.append(_row(runs, experiment))
            made.append(runs[0].read("recipe.json"))
    for row, label in zip(rows, labels(made), strict=True):
        row["name"] = label
        enough = min(row["n"], rows[0]["n"]) > 1 and row is not rows[0]
        row["p"] = welch(rows[0]["values"], row["values"]) if enough else None
    return rows


def _learnt(name: str, options: dict[str, Any], seed: int, folder: Path, test: bool, quick: bool) -> TrainedRun:
    recipe = recipes.assemble(name, options, quick=quick)
    run = learn(recipe, folder / str(seed), seed, show=Silent())
    if test and not run.read("result.json").get("test"):
        evaluate(recipe, run)
    return run


def _row(runs: list[TrainedRun], experiment: Experiment) -> dict[str, Any]:
    """The figure over seeds with its mean and spread, and the means of whatever else this experiment measures."""
    metric = runs[0].recipe.evaluate.metric
    dev = [chosen(run, metric) for run in runs]
    values = [run.read("result.json")["test"][metric] for run in runs] if experiment.test else dev
    more = [experiment.measure(run) for run in runs]
    extra = {name: statistics.fmean(one[name] for one in more) for name in more[0]}
    return {
        "name": "",
        "metric": metric,
        "on": "test" if experiment.test else "dev",
        "n": len(runs),
        "values": values,
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
        "seconds": statistics.fmean(run.curve("seconds")[1][-1] for run in runs),
        "joules": statistics.fmean(run.read("energy.json")["joules"] for run in runs),
        "best_dev": statistics.fmean(dev),
    } | extra


def chosen(run: Run, metric: str) -> float:
    """The dev figure of the weights that were kept."""
    return [record[f"dev_{metric}"] for record in run.records() if record.get("chosen")][-1]


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as text; errors and losses as they are recorded, as shares."""
    shown = ["name", "on", "mean", "sd", "p", "seconds", "joules"]
    shown += [
        name for name in dict.fromkeys(name for row in rows for name in row) if name not in (*shown, "metric", "n", "values")
    ]
    cells = [tuple(_cell(row.get(name)) for name in shown) for row in rows]
    return aligned([tuple(shown), *cells])


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
