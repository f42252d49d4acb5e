"""What every peer shares: the digits, a stopwatch, and one JSON line at the end. It imports nothing heavier than NumPy.

Experiment a: Adam 1e-3, constant, batch 128, three epochs. Experiment b: the best recipe found (three epochs, one cycle of the
rate), until 98.5 % of the dev digits are right at the end of an epoch.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from importlib.metadata import version

import numpy as np

TARGET = 0.985
MEAN, STD = 33.32, 78.57
"""Of the bytes of the 60,000 training digits: what profundo uses."""


class Bench:
    """One run of one peer."""

    def __init__(self, peer: str):
        words = argparse.ArgumentParser()
        words.add_argument("--data", required=True, help="the .npz that the driver wrote")
        words.add_argument("--experiment", choices="ab", default="a")
        words.add_argument("--variant", default="")
        words.add_argument("--seed", type=int, default=0)
        words.add_argument("--limit", type=int, help="the digits are so many only; profundo has its own and has to be told")
        words.add_argument("--epochs", type=int, default=3)
        self.args = words.parse_args()
        self.peer, self.own, self.seed = peer, self.args.experiment == "b", self.args.seed
        self.planned, self.batch, self.lr = self.args.epochs, 128, 5e-3 if self.own else 1e-3
        self.started = float(os.environ.get("BENCH_STARTED", time.time()))
        self.epochs: list[dict] = []
        self.reached: float | None = None

    def digits(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Train x (N, 28, 28) bytes and y (N,) int64; dev x and y."""
        with np.load(self.args.data) as file:
            return file["train_x"], file["train_y"], file["dev_x"], file["dev_y"]

    def epoch(self, train_seconds: float, dev_seconds: float, dev_accuracy: float) -> bool:
        """Note an epoch. True if the goal of experiment b has been reached: stop."""
        wall = time.time() - self.started
        self.epochs.append(
            {
                "train_seconds": round(train_seconds, 4),
                "dev_seconds": round(dev_seconds, 4),
                "dev_accuracy": round(dev_accuracy, 5),
                "wall": round(wall, 3),
            }
        )
        print(f"{self.peer} {self.args.variant} epoch {len(self.epochs)}: {self.epochs[-1]}", file=sys.stderr, flush=True)
        if self.own and self.reached is None and dev_accuracy >= TARGET:
            self.reached = wall
        return self.reached is not None

    def report(self, *packages: str, recipe: str = "") -> None:
        """The one line on stdout."""
        own = f"AdamW (beta2 0.99, decay 0.2), one cycle to {self.lr}" if self.own else f"Adam {self.lr}"
        later = [e["train_seconds"] for e in self.epochs[1:]] or [self.epochs[0]["train_seconds"]]
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
        line = {
            "peer": self.peer,
            "experiment": self.args.experiment,
            "seed": self.seed,
            "recipe": recipe or f"{own}, batch {self.batch}, {self.planned} epochs",
            "seconds_per_epoch": statistics.median(later),
            "dev_accuracy": self.epochs[-1]["dev_accuracy"],
            "wall_to_target": self.reached and round(self.reached, 3),
            "wall": round(time.time() - self.started, 3),
            "peak_mib": round(kib / 1024),
            "epochs": self.epochs,
            "versions": {name: version(name) for name in packages},
        }
        print(json.dumps(line), flush=True)


class Stopwatch:
    """Seconds since the last look."""

    def __init__(self):
        self.at = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        self.at, passed = now, now - self.at
        return passed
