"""Milliseconds an iteration of a small GPT: profundo beside nanoGPT, on nanoGPT's configuration for a laptop.

git clone https://github.com/karpathy/nanoGPT
python benchmarks/gpt_speed.py --nanogpt nanoGPT             five minutes on two cores; nothing else should run meanwhile
python benchmarks/gpt_speed.py --nanogpt nanoGPT --compile   nanoGPT compiled too, which wants a C++ compiler
python benchmarks/gpt_speed.py --nanogpt nanoGPT --keep      and append the result to results.jsonl

4 blocks, 4 heads, 128 wide, 64 letters of Shakespeare, batches of 12, no dropout, no biases, AdamW, gradients clipped: what an
iteration of nanoGPT's train.py does, its model and optimizer unchanged. profundo is the rule of gpt_shakespeare as it stands,
with all that it does between two steps. All ways take turns in one process, a few iterations each, after some to warm up; a ratio
is that of one round, the median over rounds. The loss is the mean of the last fifty iterations: both have learnt as much by then.
The floor is the arithmetic of the matrix products over the machine's own rate, measured here.
"""

import argparse
import importlib.util
import io
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

import records
from profundo import machine, recipes
from profundo.core import TrainState
from profundo.data import opened
from profundo.options import override
from resnet_cifar import matmul_rate

B, T, D, HEADS, BLOCKS, V = 12, 64, 128, 4, 4, 65
BAR = 26.0
"""Milliseconds; nanoGPT's own were 48 eager and 33 compiled where this was written."""
WARM, TURN = 10, 20
"""Iterations before the first round, and of a turn."""
CPU = torch.device("cpu")
Turns = Iterator[tuple[float, list[float]]]
"""Seconds and losses of one turn after the other."""


def turns(iteration: Callable[[], float]) -> Turns:
    """An endless row of turns, after a few iterations that do not count."""
    for _warming in range(WARM):
        iteration()
    while True:
        began = time.perf_counter()
        losses = [iteration() for _step in range(TURN)]
        yield time.perf_counter() - began, losses


def profundo(precision: str, epochs: int) -> Turns:
    recipe = override(recipes.load("gpt_shakespeare"), {"rule.precision": precision, "rule.epochs": epochs})
    torch.manual_seed(0)
    state = TrainState(recipe.network.build().train(), opened(recipe.data), CPU, 0)
    steps = recipe.rule.steps(state)
    return turns(lambda: float(next(steps).values["loss"]))


def nanogpt(folder: Path, compiled: bool, iterations: int) -> Turns:
    """The loop of nanoGPT's train.py: its get_batch, its model, its optimizer, its schedule."""
    spec = importlib.util.spec_from_file_location("nanogpt_model", folder / "model.py")
    assert spec is not None
    assert spec.loader is not None
    theirs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(theirs)
    ids = opened(recipes.load("gpt_shakespeare").data).train.ids
    torch.manual_seed(0)
    with redirect_stdout(io.StringIO()):  # it says how many parameters it has
        shape = {"block_size": T, "vocab_size": V, "n_layer": BLOCKS, "n_head": HEADS, "n_embd": D}
        model = theirs.GPT(theirs.GPTConfig(**shape, dropout=0.0, bias=False))
        optimizer = model.configure_optimizers(0.1, 1e-3, (0.9, 0.99), "cpu")
    network = torch.compile(model) if compiled else model
    schedule, done = recipes.load("gpt_shakespeare").rule.schedule, 0  # type: ignore[attr-defined]

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        places = torch.randint(len(ids) - T, (B,)).tolist()
        return torch.stack([ids[i : i + T] for i in places]), torch.stack([ids[i + 1 : i + 1 + T] for i in places])

    def iteration() -> float:
        nonlocal done
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * schedule.factor(min(done / iterations, 1.0))
        done += 1
        _logits, loss = network(*batch())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    return turns(iteration)


def operations() -> int:
    """Floating-point operations of an iteration's matrix products, forward and backward."""
    network = recipes.load("gpt_shakespeare").network.build()
    with FlopCounterMode(display=False) as counter:
        network(torch.randint(V, (B, T))).sum().backward()
    return counter.get_total_flops()


def race(ways: dict[str, Turns], rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds an iteration of each turn of each way, and its losses; who goes first changes every round."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    losses: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            seconds, lost = next(ways[name])
            took[name].append(1000 * seconds / TURN)
            losses[name] += lost
    return took, losses


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--nanogpt", type=Path, required=True, help="a copy of github.com/karpathy/nanoGPT")
    words.add_argument("--compile", action="store_true")
    words.add_argument("--rounds", type=int, default=40)
    words.add_argument("--keep", action="store_true")
    given = words.parse_args()
    machine.prepare_processor()
    rates = {"float32": matmul_rate(torch.float32), "bfloat16": matmul_rate(torch.bfloat16)}
    iterations = WARM + TURN * given.rounds
    epochs = -(-iterations // 250)
    ways = {
        "profundo": profundo("auto", epochs),
        "profundo, float32": profundo("float32", epochs),
        "nanoGPT": nanogpt(given.nanogpt, False, 250 * epochs),
    }
    if given.compile:
        ways["nanoGPT, compiled"] = nanogpt(given.nanogpt, True, 250 * epochs)
    took, losses = race(ways, given.rounds)
    cost, kept = operations(), {}
    floor = {name: 1000 * cost / rate for name, rate in rates.items()}
    for name, times in took.items():
        ms, loss = statistics.median(times), statistics.mean(losses[name][-50:])
        ratio = statistics.median(theirs / own for theirs, own in zip(times, took["profundo"], strict=True))
        kept[name] = {"milliseconds": ms, "fastest": min(times), "profundo_is": ratio, "loss": loss, "turns": times}
        print(f"{name:18} {ms:6.1f} ms (fastest {min(times):5.1f})   profundo is {ratio:.2f} times as fast   loss {loss:.3f}")
    print(f"the arithmetic alone: {floor['float32']:.1f} ms in float32, {floor['bfloat16']:.1f} ms in bfloat16; bar {BAR:.0f} ms")
    if given.keep:
        records.append("gpt_speed", flops=cost, matmul_rate=rates, floor=floor, ways=kept, rounds=given.rounds, bar=BAR)


if __name__ == "__main__":
    main()
