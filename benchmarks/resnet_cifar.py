"""Images a second of ResNet-20 on pictures of CIFAR's size: profundo beside a plain script, Lightning and fastai.

python benchmarks/resnet_cifar.py             ten minutes on two cores; nothing else should run meanwhile
python benchmarks/resnet_cifar.py --keep      and append the result to results.jsonl

The same network, batches of 128, SGD with momentum, cross-entropy; no augmentation, no dev: only learning is timed. All ways take
turns in one process, a pass over 2,560 pictures each, after one to warm up; a ratio is that of profundo to the way beside it in
the same round, the median over rounds. "By hand" is a script as tutorials write it, over tensors in memory; the tuned one has
bfloat16, channels last and a fused optimizer. Lightning and fastai run as they come, and with their own switch for bfloat16.
The floor is the machine's own rate of multiplying bfloat16 matrices, measured here.
"""

import argparse
import contextlib
import io
import statistics
import time
import warnings
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

import records
from profundo.core import Splits, TrainState
from profundo.data.rows import Rows
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import SGD

BATCH, LR, MOMENTUM, DECAY = 128, 0.1, 0.9, 1e-4
BAR = 1.5
CPU = torch.device("cpu")
Passes = Iterator[float]
"""Seconds of one pass over the pictures after the other."""


def pictures(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(n, 3, 32, 32), torch.randint(10, (n,))


def network() -> nn.Module:
    torch.manual_seed(0)
    return ResNetConfig(20).build()


def loader(n: int) -> DataLoader:
    """Whole batches are taken from the tensors at once: the default fetches them example by example."""
    examples = TensorDataset(*pictures(n))
    return DataLoader(examples, sampler=BatchSampler(RandomSampler(examples), BATCH, drop_last=False), batch_size=None)


def profundo(n: int, passes: int) -> Passes:
    rule = GradientDescent(
        cross_entropy, epochs=passes, batch_size=BATCH, optimizer=SGD(lr=LR, momentum=MOMENTUM, weight_decay=DECAY)
    )
    rows = Rows(*pictures(n))
    state = TrainState(network().to(memory_format=torch.channels_last), Splits(rows, rows, lambda: rows, {}), CPU, 0)
    began = time.perf_counter()
    for step in rule.steps(state):
        if step.seen % n == 0:
            yield time.perf_counter() - began
            began = time.perf_counter()


def by_hand(n: int, passes: int, tuned: bool = False) -> Passes:
    layout = torch.channels_last if tuned else torch.contiguous_format
    net, (x, y) = network().to(memory_format=layout), pictures(n)
    optimizer = torch.optim.SGD(net.parameters(), lr=LR, momentum=MOMENTUM, weight_decay=DECAY, fused=tuned)
    for _pass in range(passes):
        began = time.perf_counter()
        for index in torch.randperm(n).split(BATCH):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=tuned):
                loss = F.cross_entropy(net(x[index].contiguous(memory_format=layout)), y[index])
            loss.backward()
            optimizer.step()
        yield time.perf_counter() - began


def lightning(n: int, passes: int, precision: str = "32-true") -> Passes:
    import lightning.pytorch as pl

    class Classifier(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = network()

        def training_step(self, examples, _index):
            x, y = examples
            return F.cross_entropy(self.network(x), y)

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=LR, momentum=MOMENTUM, weight_decay=DECAY)

    module, data = Classifier(), loader(n)
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
    }
    for _pass in range(passes):
        trainer = pl.Trainer(max_epochs=1, accelerator="cpu", precision=precision, **quiet)  # type: ignore[arg-type]
        began = time.perf_counter()
        trainer.fit(module, data)
        yield time.perf_counter() - began


def fastai(n: int, passes: int) -> Passes:
    from functools import partial

    from fastai.callback.schedule import Learner
    from fastai.data.core import DataLoaders
    from fastai.optimizer import OptimWrapper

    sgd = partial(OptimWrapper, opt=torch.optim.SGD, momentum=MOMENTUM, weight_decay=DECAY)
    data = DataLoaders(loader(n), [])
    learner = Learner(data, network(), loss_func=F.cross_entropy, opt_func=sgd, train_bn=True)
    for _pass in range(passes):
        with learner.no_bar(), learner.no_logging():
            began = time.perf_counter()
            learner.fit(1, LR)
            yield time.perf_counter() - began


WAYS: dict[str, Callable[[int, int], Passes]] = {
    "profundo": profundo,
    "by hand": by_hand,
    "by hand, tuned": lambda n, passes: by_hand(n, passes, tuned=True),
    "lightning": lightning,
    "lightning, bf16": lambda n, passes: lightning(n, passes, "bf16-mixed"),
    "fastai": fastai,
}


def matmul_rate(dtype: torch.dtype, n: int = 2048) -> float:
    """Floating-point operations a second, the best of ten products of square matrices."""
    a, b = torch.randn(n, n, dtype=dtype), torch.randn(n, n, dtype=dtype)
    best = min(_timed(lambda: a @ b) for _try in range(10))
    return 2 * n**3 / best


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def operations() -> int:
    """Floating-point operations of one picture, forward and backward."""
    net, x = network(), torch.randn(1, 3, 32, 32)
    with FlopCounterMode(display=False) as counter:
        net(x).sum().backward()
    return counter.get_total_flops()


def race(n: int, rounds: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Seconds of each pass of each way, the first left out; and who could not run, with the reason."""
    running, seconds, skipped = {name: way(n, rounds + 1) for name, way in WAYS.items()}, {}, {}
    for turn in range(rounds + 1):
        names = list(running)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            try:
                with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings(action="ignore"):
                    took = next(running[name])
            except (ImportError, RuntimeError) as why:
                skipped[name] = f"{type(why).__name__}: {why}"
                del running[name]
                continue
            if turn:
                seconds.setdefault(name, []).append(took)
    return seconds, skipped


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--pictures", type=int, default=2560)
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--keep", action="store_true")
    given = words.parse_args()
    rates = {"float32": matmul_rate(torch.float32), "bfloat16": matmul_rate(torch.bfloat16)}
    seconds, skipped = race(given.pictures, given.rounds)
    ours, cost = seconds["profundo"], operations()
    ways = {}
    for name, took in seconds.items():
        speed = given.pictures / statistics.median(took)
        ratio = statistics.median(theirs / own for theirs, own in zip(took, ours, strict=True))
        share = speed * cost / rates["bfloat16"]
        ways[name] = {"images_per_second": speed, "profundo_is": ratio, "of_matmul_rate": share, "seconds": took}
        print(
            f"{name:18} {speed:7.0f} images/s   profundo is {ratio:.2f} times as fast   {100 * share:4.1f} % of the bfloat16 rate"
        )
    for name, why in skipped.items():
        print(f"{name:18} did not run: {why}")
    plain = [way["profundo_is"] for name, way in ways.items() if name in ("by hand", "lightning", "fastai")]
    print(f"against the best of a plain script, Lightning and fastai: {min(plain):.2f} (bar {BAR})")
    if given.keep:
        setting = {"pictures": given.pictures, "rounds": given.rounds, "batch": BATCH, "flops_per_picture": cost}
        records.append("resnet_cifar", **setting, matmul_rate=rates, ways=ways, skipped=skipped, bar=BAR, best=min(plain))


if __name__ == "__main__":
    main()
