"""A loop written by hand over tensors that stay in memory. Variants: fp32, bf16 (autocast), compiled (and in bf16)."""

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("by hand")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from lenet import adam, lenet, schedule  # noqa: E402

half, compiled = bench.args.variant != "fp32", bench.args.variant == "compiled"
epochs, lr, batch = bench.recipe(epochs=3, lr=6e-3)
torch.manual_seed(bench.seed)
digits = bench.digits()
train_x, dev_x = (((torch.from_numpy(x).float() - MEAN) / STD)[:, None] for x in digits[::2])
train_x, dev_x = (x.contiguous(memory_format=torch.channels_last) for x in (train_x, dev_x))
train_y, dev_y = (torch.from_numpy(y) for y in digits[1::2])

network = lenet().to(memory_format=torch.channels_last)
optimizer = adam(network, lr)
scheduler = schedule(optimizer, lr, epochs * -(-len(train_x) // batch), bench.own)
forward = torch.compile(network) if compiled else network


def train() -> None:
    for index in torch.randperm(len(train_x)).split(batch):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = F.cross_entropy(forward(train_x[index]), train_y[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if bench.own:
            scheduler.step()


@torch.inference_mode()
def accuracy() -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        right = [(network(x).argmax(1) == y).sum() for x, y in zip(dev_x.split(1000), dev_y.split(1000), strict=True)]
    return int(sum(right)) / len(dev_y)


watch = Stopwatch()
for _epoch in range(epochs):
    watch.lap()
    train()
    trained = watch.lap()
    score = accuracy()
    if bench.epoch(trained, watch.lap(), score):
        break
bench.report(
    f"{'one cycle to' if bench.own else 'constant'} {lr}, batch {batch}, {epochs} epochs, fused Adam, channels last",
    "torch",
    "numpy",
)
