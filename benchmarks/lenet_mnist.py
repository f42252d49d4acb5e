"""The same LeNet-5 on the same digits, trained by profundo and in the usual ways, one after the other, n times over.

    python benchmarks/lenet_mnist.py --experiment a --rounds 3        Adam 1e-3, batch 128, three epochs: seconds an epoch
    python benchmarks/lenet_mnist.py --experiment b --rounds 3        each one's best recipe: seconds from start to 98.5 % of dev

Every run is a process of its own. What is done is kept, so the same command goes on where it was stopped. The result is a
table here and a line in results.jsonl. benchmarks/README.md says how to install the peers and what the columns mean.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

HERE = Path(__file__).parent
WORK = Path(tempfile.gettempdir()) / "profundo-benchmark"
LIMIT = 900
"""Seconds that one run may take."""
UNIT = {"a": "seconds_per_epoch", "b": "wall_to_target"}


class Peer(NamedTuple):
    script: str
    variant: str = ""
    environment: str = "main"
    """Which --python runs it."""


PEERS = {
    "profundo": Peer("with_profundo.py"),
    "by-hand-fp32": Peer("by_hand.py", "fp32"),
    "by-hand-bf16": Peer("by_hand.py", "bf16"),
    "by-hand-compiled": Peer("by_hand.py", "compiled"),
    "lightning": Peer("with_lightning.py"),
    "keras-tensorflow": Peer("with_keras.py", "tensorflow", "keras"),
    "keras-jax": Peer("with_keras.py", "jax", "keras"),
    "fastai": Peer("with_fastai.py", environment="vision"),
    "tutorial": Peer("tutorial.py", environment="vision"),
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--experiment", choices="ab", default="a")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--peers", default=",".join(PEERS), help="some of %(default)s")
    words.add_argument(
        "--python", action="append", default=[], metavar="vision=PATH", help="the Python of an environment or peer"
    )
    words.add_argument("--threads", type=int, help="OMP_NUM_THREADS for all; by default everybody chooses")
    words.add_argument("--limit", type=int, help="so many training digits only: a rehearsal, which is not recorded")
    words.add_argument("--again", action="store_true", help="forget what an interrupted command has done")
    args = words.parse_args()
    names = args.peers.split(",")
    if unknown := set(names) - set(PEERS):
        words.error(f"no such peer: {', '.join(sorted(unknown))}")

    pythons = dict(entry.split("=", 1) for entry in args.python)
    commit = _commit()
    done = WORK / f"{args.experiment}-{commit}-{args.limit or 'all'}-{args.threads or 'default'}.jsonl"
    if args.again:
        done.unlink(missing_ok=True)
    digits, few = _digits(args.limit), _digits(2000)
    skipped = _warm(names, pythons, few, args.threads)
    names = [name for name in names if name not in skipped]
    for seed in range(args.rounds):
        turn = seed % len(names)  # nobody is always first, nor always after the same one
        for name in names[turn:] + names[:turn]:
            if not any(line["name"] == name and line["seed"] == seed for line in _lines(done)):
                _note(done, _run(name, pythons, digits, args.experiment, seed, args.threads), args.rounds)
    lines = [line for line in _lines(done) if line["name"] in names and line["seed"] < args.rounds]
    record = summary(lines, args.experiment) | {"commit": commit, "machine": _machine(), "skipped": skipped}
    print(table(record))
    if args.limit is None:
        with (HERE / "results.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        done.unlink(missing_ok=True)


# running


def _run(
    name: str, pythons: dict[str, str], digits: Path, experiment: str, seed: int, threads: int | None, epochs: int = 0
) -> dict:
    """What a peer reports, and how busy the machine was with other things meanwhile. {"error": ...} if it fails."""
    peer = PEERS[name]
    python = pythons.get(name) or pythons.get(peer.environment) or sys.executable
    words = ["--data", str(digits), "--experiment", experiment, "--variant", peer.variant, "--seed", str(seed)]
    words += ["--epochs", str(epochs)] if epochs else []
    # nobody profits from, or suffers from, what this shell happens to have set
    ours = ("OMP_", "GOMP_", "MKL_", "TORCH", "KERAS_", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    if threads:
        environment["OMP_NUM_THREADS"] = str(threads)
    with tempfile.TemporaryDirectory() as empty:  # compiled kernels of an earlier run would hide what compiling costs
        environment |= {"TORCHINDUCTOR_CACHE_DIR": empty, "BENCH_STARTED": str(time.time())}
        busy, own, started = _busy_seconds(), _children_seconds(), time.monotonic()
        try:
            command = [python, str(HERE / "peers" / peer.script), *words]
            ended = subprocess.run(
                command, env=environment, cwd=empty, capture_output=True, text=True, timeout=LIMIT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as why:
            return {"name": name, "seed": seed, "error": str(why)}
        wall = time.monotonic() - started
        others = (_busy_seconds() - busy - (_children_seconds() - own)) / wall
    if ended.returncode:
        return {"name": name, "seed": seed, "error": (ended.stderr.strip().splitlines() or ["no message"])[-1]}
    return {"name": name, **json.loads(ended.stdout.splitlines()[-1]), "other_cores": round(max(others, 0.0), 2)}


def _warm(names: list[str], pythons: dict[str, str], few: Path, threads: int | None) -> dict[str, str]:
    """Run everybody once on few digits: bytecode gets compiled, files get into memory. Returns who fails, and why."""
    skipped = {}
    for name in names:
        print(f"warming up {name}", end=" ", flush=True)
        line = _run(name, pythons, few, "a", 0, threads, epochs=1)
        print(line.get("error", "ok"), flush=True)
        if "error" in line:
            skipped[name] = line["error"]
    return skipped


def _note(done: Path, line: dict, rounds: int) -> None:
    where = f"round {line['seed'] + 1}/{rounds}  {line['name']:18}"
    if "error" in line:  # not kept: the next command tries again
        print(where, line["error"], flush=True)
        return
    with done.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    figures = f"{line['seconds_per_epoch']:6.2f} s/epoch  {line['wall']:6.1f} s in all  dev {line['dev_accuracy']:.4f}"
    print(f"{where} {figures}  {line['peak_mib']} MiB  others {line['other_cores']} cores", flush=True)


def _lines(path: Path) -> Iterator[dict]:
    if path.exists():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy_seconds() -> float:
    """Processor seconds that this machine, or its host at our cost, has been busy; 0 where Linux does not count them."""
    try:
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0.0
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and waiting for disks


def _digits(limit: int | None) -> Path:
    """profundo's train and dev split as an .npz, which takes every peer a moment to read."""
    path = WORK / f"digits-{limit or 'all'}.npz"
    if not path.exists():
        from profundo.data.mnist import MNIST

        splits = MNIST(limit=limit).open()
        arrays = {f"{part}_x": rows.x[:, 0].numpy() for part, rows in (("train", splits.train), ("dev", splits.dev))}
        arrays |= {f"{part}_y": rows.y.numpy() for part, rows in (("train", splits.train), ("dev", splits.dev))}
        WORK.mkdir(parents=True, exist_ok=True)
        np.savez(path, **arrays)
    return path


def _commit() -> str:
    git = ["git", "-C", str(HERE)]
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", "../src"], capture_output=True, text=True, check=True).stdout
    return commit + ("+changes" if changed else "")


def _machine() -> dict:
    import torch

    from profundo import machine

    described = machine.describe(torch.device("cpu"))
    return {name: described[name] for name in ("processor", "system", "python")} | {"cores": os.cpu_count()}


# reporting


def summary(lines: list[dict], experiment: str) -> dict:
    """One record: per peer the median over rounds, and profundo's time over each peer's, round by round (the median of those)."""
    unit, peers = UNIT[experiment], {}
    for name in dict.fromkeys(line["name"] for line in lines):
        own = [line for line in lines if line["name"] == name]
        times = [line[unit] for line in own if line[unit] is not None]
        peers[name] = {
            unit: statistics.median(times) if times else None,
            "all": [line[unit] for line in own],
            "dev_accuracy": statistics.fmean(line["dev_accuracy"] for line in own),
            "epochs": [len(line["epochs"]) for line in own],
            "peak_mib": statistics.median(line["peak_mib"] for line in own),
            "start_seconds": statistics.median(_start(line) for line in own),
            "other_cores": max(line["other_cores"] for line in own),
            "recipe": own[0]["recipe"],
            "versions": own[0]["versions"],
        }
    ours = {line["seed"]: line for line in lines if line["name"] == "profundo"}
    ratios, memory = {}, {}
    for name in peers:
        pairs = [(ours[line["seed"]], line) for line in lines if line["name"] == name and line["seed"] in ours]
        timed = [(a[unit], b[unit]) for a, b in pairs if a[unit] and b[unit]]
        if name != "profundo" and timed:
            ratios[name] = round(statistics.median(a / b for a, b in timed), 4)
            memory[name] = round(statistics.median(a["peak_mib"] / b["peak_mib"] for a, b in pairs), 4)
    return {
        "benchmark": "lenet_mnist",
        "experiment": experiment,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seeds": sorted({line["seed"] for line in lines}),
        "peers": peers,
        "profundo_time_over": ratios,
        "profundo_memory_over": memory,
        "fastest_peer": max(ratios, key=lambda name: ratios[name]) if ratios else None,
    }


def _start(line: dict) -> float:
    """Seconds before the first epoch: imports, reading the digits, building; compiling falls into the epoch."""
    first = line["epochs"][0]
    return round(first["wall"] - first["train_seconds"] - first["dev_seconds"], 3)


def table(record: dict) -> str:
    unit = UNIT[record["experiment"]]
    title = {"a": "seconds an epoch", "b": "seconds to 98.5 %"}[record["experiment"]]
    rows = [f"{'':18} {title:>18} {'(from - to)':>17} {'profundo takes':>15} {'dev':>7} {'start s':>8} {'MiB':>6} {'others':>7}"]
    ranked = sorted(record["peers"].items(), key=lambda item: item[1][unit] or float("inf"))
    for name, peer in ranked:
        times = [value for value in peer["all"] if value is not None]
        middle, spread = (f"{peer[unit]:.2f}", f"{min(times):.2f} - {max(times):.2f}") if times else ("not reached", "")
        ratio = record["profundo_time_over"].get(name)
        share = f"{ratio:.2f} of it" if ratio else ""
        figures = f"{peer['dev_accuracy']:7.4f} {peer['start_seconds']:8.1f} {peer['peak_mib']:6.0f} {peer['other_cores']:7.2f}"
        rows.append(f"{name:18} {middle:>18} {spread:>17} {share:>15} {figures}")
    rows += [f"{name}: skipped, {why}" for name, why in record["skipped"].items()]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
