"""A loop written by hand over tensors that stay in memory.

Variants: fp32; bf16 (autocast); tuned (bf16, channels last, fused Adam); compiled (torch.compile, bf16, fused Adam).
"""

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("by hand")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from lenet import lenet, optimizer, schedule  # noqa: E402

variant = bench.args.variant
half, fused = variant != "fp32", variant in ("tuned", "compiled")
layout = torch.channels_last if variant == "tuned" else torch.contiguous_format
torch.manual_seed(bench.seed)
digits = bench.digits()
train_x, dev_x = (((torch.from_numpy(x).float() - MEAN) / STD)[:, None] for x in digits[::2])
train_x, dev_x = (x.contiguous(memory_format=layout) for x in (train_x, dev_x))
train_y, dev_y = (torch.from_numpy(y) for y in digits[1::2])

network = lenet().to(memory_format=layout)
adam = optimizer(network, bench, fused)
rate = schedule(adam, bench, bench.planned * -(-len(train_x) // bench.batch))
forward = torch.compile(network) if variant == "compiled" else network


def train() -> None:
    for index in torch.randperm(len(train_x)).split(bench.batch):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = F.cross_entropy(forward(train_x[index]), train_y[index])
        adam.zero_grad()
        loss.backward()
        adam.step()
        if bench.own:
            rate.step()


@torch.inference_mode()
def accuracy() -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        right = [(network(x).argmax(1) == y).sum() for x, y in zip(dev_x.split(1000), dev_y.split(1000), strict=True)]
    return int(sum(right)) / len(dev_y)


watch = Stopwatch()
for _epoch in range(bench.planned):
    watch.lap()
    train()
    trained = watch.lap()
    score = accuracy()
    if bench.epoch(trained, watch.lap(), score):
        break
bench.report("torch", "numpy")
