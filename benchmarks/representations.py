"""Pixels, features made by hand and features learnt, each read by the same straight cuts (A14).

uv run python benchmarks/representations.py             five seeds
uv run python benchmarks/representations.py --seeds 3

A representation is as good as what a linear probe makes of it: logistic regression on train, its penalty chosen on dev, its error
counted on test. Data: the small digits of scikit-learn, tested on other people's handwriting, and 2,000 digits of MNIST.
"""

import argparse
import statistics
import tempfile
import warnings
from collections.abc import Callable

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import Tensor

import records
from profundo import recipes
from profundo.core import Source, Splits
from profundo.data import opened
from profundo.data.digits8 import Digits8
from profundo.data.fewer import Fewer
from profundo.data.mnist import MNIST
from profundo.evaluation.reconstruction import principal_components
from profundo.options import override
from profundo.run import Run
from profundo.training.train import train

SOURCES: dict[str, Source] = {"digits": Digits8(), "mnist": Fewer(MNIST(scale="unit"), train=2000)}
PENALTIES = (0.01, 0.1, 1.0, 10.0)
ANGLES = 9
Features = Callable[[Tensor], Tensor]


def hog(x: Tensor) -> Tensor:
    """Histograms of oriented gradients (Dalal and Triggs 2005): pictures (N, 1, S, S) -> (N, 9 C C), with C = 4 cells a side.

    Each pixel votes for the two of nine angles (0 to 180 degrees) that are nearest to its gradient's, with its length; votes are
    gathered in cells, and each block of 2 x 2 cells is brought to length 1.
    """
    up, across = torch.gradient(x[:, 0].double(), dim=(1, 2))
    angle = (torch.atan2(up, across) % np.pi) / np.pi * ANGLES
    low = angle.floor()
    votes = torch.zeros(*angle.shape, ANGLES, dtype=torch.double)
    length = (up**2 + across**2).sqrt()
    for step, share in ((0, 1 - (angle - low)), (1, angle - low)):
        votes.scatter_add_(-1, ((low.long() + step) % ANGLES)[..., None], (length * share)[..., None])
    cells = torch.nn.functional.adaptive_avg_pool2d(votes.permute(0, 3, 1, 2), 4)  # (N, 9, 4, 4)
    blocks = torch.nn.functional.unfold(cells, 2).transpose(1, 2)  # (N, 9 blocks, 36)
    return (blocks / (blocks.norm(dim=-1, keepdim=True) + 1e-3)).flatten(1)


def pca(splits: Splits, n: int) -> Features:
    """The n directions in which train spreads most."""
    mean, directions = principal_components(splits.train, n)
    return lambda x: (x.flatten(1) - mean) @ directions


def learnt(name: str, splits: Splits, seed: int) -> Features:
    """The 128 hidden units of a multilayer perceptron that has learnt the classes; chosen on dev, as ever."""
    options = {"data": SOURCES[name], "network.features": splits.facts["features"], "network.hidden": (128,)}
    options |= {"rule.epochs": 60, "rule.batch_size": 32}
    with tempfile.TemporaryDirectory() as folder:
        recipe, run = override(recipes.load("mlp"), options), Run(folder)
        for _step in train(recipe, run, seed):
            pass
        network = recipe.network.build()
        network.load_state_dict(run.load_weights())
    hidden = network.eval().layers[:2]  # type: ignore[index]
    return lambda x: hidden(x.flatten(1)).detach()


def probe(features: Features, splits: Splits) -> float:
    """Test error of logistic regression on what the features say, standardized."""
    parts = {"train": splits.train, "dev": splits.dev, "test": splits.open_test()}
    x = {part: features(rows.prepare(rows.x)).double().numpy() for part, rows in parts.items()}
    mean, spread = x["train"].mean(0), x["train"].std(0) + 1e-6
    x = {part: (said - mean) / spread for part, said in x.items()}
    y = {part: rows.y.numpy() for part, rows in parts.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = [LogisticRegression(C=C, max_iter=300).fit(x["train"], y["train"]) for C in PENALTIES]
    best = max(fitted, key=lambda model: model.score(x["dev"], y["dev"]))
    return 1 - best.score(x["test"], y["test"])


def rows(name: str, seeds: list[int]) -> dict[str, list[float]]:
    """Test errors of each representation, one for each seed where chance has a say."""
    splits = opened(SOURCES[name])
    fixed = {"pixels": lambda x: x.flatten(1), "2 principal components": pca(splits, 2), "HOG": hog}
    found = {called: [probe(features, splits)] for called, features in fixed.items()}
    nets = [learnt(name, splits, seed) for seed in seeds]
    found["learnt"] = [probe(net, splits) for net in nets]
    found["HOG and learnt"] = [probe(lambda x, net=net: torch.cat([hog(x), net(x)], 1), splits) for net in nets]
    return found


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seeds", type=int, default=5)
    seeds = list(range(words.parse_args().seeds))
    for name in SOURCES:
        found = rows(name, seeds)
        for called, errors in found.items():
            spread = f" ± {statistics.stdev(errors):.2%}" if len(errors) > 1 else ""
            print(f"{name:8} {called:24} {statistics.fmean(errors):6.2%}{spread}")
        records.append("representations", data=name, seeds=seeds, errors=found)


if __name__ == "__main__":
    main()
