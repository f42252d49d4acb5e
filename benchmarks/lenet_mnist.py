"""The same LeNet-5 on the same digits, trained by profundo and in the usual ways, one after the other, n times over.

    python benchmarks/lenet_mnist.py --experiment a --rounds 3        Adam 1e-3, batch 128, three epochs: seconds an epoch
    python benchmarks/lenet_mnist.py --experiment b --rounds 3        each one's best recipe: seconds from start to 98.5 % of dev

Every run is a process of its own. What is done is kept, so the same command goes on where it was stopped. The result is a
table here and a line in results.jsonl. benchmarks/README.md says how to install the peers and what the columns mean.
"""

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
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
    "by-hand-tuned": Peer("by_hand.py", "tuned"),
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

    rig = Rig(dict(entry.split("=", 1) for entry in args.python), args.threads, args.limit)
    done = WORK / f"{args.experiment}-{_commit()}-{args.limit or 'all'}-{args.threads or 'default'}.jsonl"
    if args.again:
        done.unlink(missing_ok=True)
    skipped = warm(rig, names)
    names = [name for name in names if name not in skipped]
    for seed in range(args.rounds):
        turn = seed % max(len(names), 1)  # nobody is always first, nor always after the same one
        for name in names[turn:] + names[:turn]:
            if not any(line["name"] == name and line["seed"] == seed for line in _lines(done)):
                _note(done, rig.run(name, args.experiment, seed), args.rounds)
    lines = [line for line in _lines(done) if line["name"] in names and line["seed"] < args.rounds]
    result = summary(lines, args.experiment) | {"skipped": skipped}
    print(table(result))
    if args.limit is None:
        import records

        records.append("lenet_mnist", **result)
        done.unlink(missing_ok=True)


# running


class Rig:
    """How peers are started: the same way for all, each in a process of its own."""

    def __init__(self, pythons: dict[str, str], threads: int | None, limit: int | None):
        self.pythons, self.limit = pythons, limit
        # nobody profits from, or suffers from, what this shell happens to have set
        ours = ("OMP_", "GOMP_", "MKL_", "TORCH", "KERAS_", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        if threads:
            self.environment["OMP_NUM_THREADS"] = str(threads)

    def run(self, name: str, experiment: str, seed: int, *more: str, limit: int | None = None) -> dict:
        """What a peer reports, and how busy the machine was with other things meanwhile. {"error": ...} if it fails."""
        peer, limit = PEERS[name], limit or self.limit
        python = self.pythons.get(name) or self.pythons.get(peer.environment) or sys.executable
        command = [python, str(HERE / "peers" / peer.script), "--variant", peer.variant, "--data", str(_digits(limit)), *more]
        command += ["--experiment", experiment, "--seed", str(seed), *(["--limit", str(limit)] if limit else [])]
        with tempfile.TemporaryDirectory() as empty:  # compiled kernels of an earlier run would hide what compiling costs
            environment = self.environment | {"TORCHINDUCTOR_CACHE_DIR": empty, "BENCH_STARTED": str(time.time())}
            busy, own, started = _busy_seconds(), _children_seconds(), time.monotonic()
            try:
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


def warm(rig: Rig, names: list[str]) -> dict[str, str]:
    """Run everybody once on few digits: bytecode gets compiled, files get into memory. Returns who fails, and why."""
    skipped = {}
    for name in names:
        print(f"warming up {name}", end=" ", flush=True)
        line = rig.run(name, "a", 0, "--epochs", "1", limit=2000)
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


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


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


@lru_cache
def _digits(limit: int | None) -> Path:
    """profundo's train and dev split as an .npz, which takes every peer a moment to read."""
    from profundo.data.mnist import MNIST

    splits = MNIST(limit=limit).open()
    parts = {"train": splits.train, "dev": splits.dev}
    arrays = {f"{part}_x": rows.x[:, 0].numpy() for part, rows in parts.items()}
    arrays |= {f"{part}_y": rows.y.numpy() for part, rows in parts.items()}
    WORK.mkdir(parents=True, exist_ok=True)
    np.savez(WORK / f"digits-{limit or 'all'}.npz", **arrays)
    return WORK / f"digits-{limit or 'all'}.npz"


def _commit() -> str:
    return subprocess.run(["git", "-C", str(HERE), "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()[:7]


# reporting


def summary(lines: list[dict], experiment: str) -> dict:
    """Per peer the median over rounds, and profundo's time over each peer's, round by round (the median of those)."""
    unit, peers = UNIT[experiment], {}
    for name in dict.fromkeys(line["name"] for line in lines):
        own = [line for line in lines if line["name"] == name]
        middle = statistics.median(math.inf if line[unit] is None else line[unit] for line in own)  # None: goal not reached
        peers[name] = {
            unit: None if middle == math.inf else middle,
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
        "experiment": experiment,
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


def table(result: dict) -> str:
    unit = UNIT[result["experiment"]]
    title = {"a": "seconds an epoch", "b": "seconds to 98.5 %"}[result["experiment"]]
    rows = [f"{'':18} {title:>18} {'(from - to)':>17} {'profundo takes':>15} {'dev':>7} {'start s':>8} {'MiB':>6} {'others':>7}"]
    ranked = sorted(result["peers"].items(), key=lambda item: item[1][unit] or float("inf"))
    for name, peer in ranked:
        times = [value for value in peer["all"] if value is not None]
        middle = "not reached" if peer[unit] is None else f"{peer[unit]:.2f}"
        spread = f"{min(times):.2f} - {max(times):.2f}" if times else ""
        ratio = result["profundo_time_over"].get(name)
        share = f"{ratio:.2f} of it" if ratio else ""
        figures = f"{peer['dev_accuracy']:7.4f} {peer['start_seconds']:8.1f} {peer['peak_mib']:6.0f} {peer['other_cores']:7.2f}"
        rows.append(f"{name:18} {middle:>18} {spread:>17} {share:>15} {figures}")
    rows += [f"{name}: skipped, {why}" for name, why in result["skipped"].items()]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
