"""Activation maximisation: the picture that a class likes best, painted by gradient ascent on the pixels.

    p <- p + rate * d(S_k / its length - decay ||p - 1/2||^2) / dp

Left alone, the ascent finds noise that no person can read. Four things keep it to pictures: it begins coarse and refines
(octaves); a step on a picture that was moved a little (jitter) spares what holds at one place only; a blur now and then removes
what is finer than strokes; decay draws pixels back to grey.

Papers    Erhan, Bengio, Courville, Vincent (2009), Visualizing higher-layer features of a deep network; decay: Simonyan,
          Vedaldi, Zisserman (2014), section 2; blur: Yosinski, Clune, Nguyen, Fuchs, Lipson (2015), section 3.1; jitter:
          Mordvintsev, Olah, Tyka (2015), Inceptionism.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.study.explaining.saliency import gradient


def maximise(
    network: nn.Module,
    k: int,
    low: Tensor,
    high: Tensor,
    size: int,
    steps: int = 150,
    rate: float = 0.05,
    decay: float = 0.1,
    blur: int = 8,
) -> tuple[Tensor, float]:
    """The picture from 0 to 1, (C, size, size), and the probability that it gives class k.

    low, high: black and white as the network reads them, (C, 1, 1). steps: in all octaves together. blur: steps between two; the
    last quarter of an octave has none.
    """
    dice = torch.Generator().manual_seed(0)
    jitter = max(1, size // 20)
    sides = octaves(size)
    p = 0.5 + 0.05 * torch.randn(1, len(low), sides[0], sides[0], generator=dice)
    for side in sides:
        p = enlarged(p, side)
        for step in range(steps // len(sides)):
            dy, dx = torch.randint(-jitter, jitter + 1, (2,), generator=dice).tolist()
            x = low + enlarged(p, size).roll((dy, dx), (2, 3)) * (high - low)
            uphill = gradient(network, x, k).roll((-dy, -dx), (2, 3)) * (high - low)
            uphill = F.adaptive_avg_pool2d(uphill, side)
            uphill = uphill / uphill.square().mean().sqrt().clamp(min=1e-12)
            p = (p + rate * (uphill - 2 * decay * (p - 0.5))).clamp(0, 1)
            if step % blur == 0 and step < 0.75 * steps / len(sides):
                p = blurred(p)
    p = enlarged(p, size)
    with torch.no_grad():
        return p[0], network(low + p * (high - low))[0].float().softmax(-1)[k].item()


def octaves(size: int) -> list[int]:
    """Sides of the pictures that are painted on, each twice the last; above 112 pixels there would be noise."""
    while size > 112:
        size //= 2
    return [side for side in (size // 4, size // 2) if side >= 7] + [size]


def enlarged(p: Tensor, side: int) -> Tensor:
    return p if p.shape[-1] == side else F.interpolate(p, (side, side), mode="bilinear")


def blurred(p: Tensor) -> Tensor:
    """Each pixel the mean of its neighbourhood, weighted 1 2 1 across and down. p: (1, C, H, W)."""
    C = p.shape[1]
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]).div(16).expand(C, 1, 3, 3)
    return F.conv2d(F.pad(p, (1, 1, 1, 1), mode="replicate"), kernel, groups=C)
