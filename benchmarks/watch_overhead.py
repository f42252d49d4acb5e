"""What does it cost to be watched? The bar is 3 % of a loop's time.

uv run python benchmarks/watch_overhead.py             ten minutes on two cores; nothing else should run meanwhile

A plain PyTorch loop on MNIST, a small MLP and LeNet-5, batches of 64 and of 128: rounds of a few epochs, watched and unwatched in
turn (which comes first alternates), in one process, on one network after the other. Two ratios of watched to unwatched time: of
the epochs, and of the whole `with` block, whose beginning and end read a little data and write files once a run. The median of
the rounds, with their quartiles.
"""

import argparse
import contextlib
import io
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import profundo
import records
from profundo.data.mnist import MNIST
from profundo.networks.convolutional.lenet import LeNetConfig

BAR = 1.03


def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def learn(network: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader, epochs: int) -> float:
    """The loop that is watched, as a tutorial writes it; its seconds."""
    began = time.perf_counter()
    for _epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(network(x), y).backward()
            optimizer.step()
    return time.perf_counter() - began


def watched(network: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader, dev: TensorDataset, epochs: int):
    """(seconds of the epochs, seconds of the whole block)."""
    folder = Path(tempfile.mkdtemp())
    began = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()), profundo.watch(network, optimizer, train=loader, dev=dev, folder=folder):
        seconds = learn(network, optimizer, loader, epochs)
    whole = time.perf_counter() - began
    shutil.rmtree(folder)
    return seconds, whole


def compare(network: nn.Module, loader: DataLoader, dev: TensorDataset, epochs: int, rounds: int) -> tuple[list[float], ...]:
    """Seconds of every round: without, with, and with all that surrounds it."""
    optimizer = torch.optim.Adam(network.parameters())
    learn(network, optimizer, loader, 1)
    without, epochs_watched, whole = [], [], []
    for turn in range(rounds):
        for is_watched in (turn % 2 == 0, turn % 2 == 1):
            if is_watched:
                seconds, all_of_it = watched(network, optimizer, loader, dev, epochs)
                epochs_watched.append(seconds)
                whole.append(all_of_it)
            else:
                without.append(learn(network, optimizer, loader, epochs))
    return without, epochs_watched, whole


def ratio(above: list[float], below: list[float]) -> dict[str, float]:
    """Round by round: median and quartiles."""
    low, median, high = statistics.quantiles([a / b for a, b in zip(above, below, strict=True)], n=4)
    return {"median": median, "low": low, "high": high, "of_minima": min(above) / min(below)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=9)
    words.add_argument("--epochs", type=int, default=3, help="of a round")
    words.add_argument("--examples", type=int, default=55000)
    words.add_argument("--keep", action="store_true", help="append to results.jsonl")
    given = words.parse_args()
    splits = MNIST().open()
    train = TensorDataset(splits.train.x[: given.examples].float() / 255, splits.train.y[: given.examples])
    dev = TensorDataset(splits.dev.x.float() / 255, splits.dev.y)
    for name, build in (("mlp", mlp), ("lenet", LeNetConfig().build)):
        for batch_size in (64, 128):
            torch.manual_seed(0)
            loader = DataLoader(train, batch_size, shuffle=True)
            without, epochs_watched, whole = compare(build(), loader, dev, given.epochs, given.rounds)
            found = {"epochs": ratio(epochs_watched, without), "block": ratio(whole, without)}
            step = 1e6 * statistics.median(without) / given.epochs / len(loader)
            print(
                f"{name:6} batches of {batch_size:3}  {step:6.0f} µs a step   "
                + "   ".join(f"{part} {r['median']:.3f} ({r['low']:.3f} to {r['high']:.3f})" for part, r in found.items())
                + f"   {'met' if found['epochs']['median'] <= BAR else 'missed'}"
            )
            if given.keep:
                setting = {"network": name, "batch_size": batch_size, "epochs": given.epochs, "examples": len(train)}
                records.append("watch_overhead", **setting, rounds=given.rounds, step_us=step, bar=BAR, ratio=found)


if __name__ == "__main__":
    main()
