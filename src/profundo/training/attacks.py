"""Attacks: small changes of a picture that change what a network says of it; and learning from such pictures.

Pixels are numbers from 0 (black) to 1 (white), whatever a network reads: `InPixels` stands before it. FGSM is from Goodfellow,
Shlens and Szegedy (2015), Explaining and harnessing adversarial examples; PGD from Madry et al. (2018), Towards deep learning
models resistant to adversarial attacks; the smallest change from Szegedy et al. (2014), Intriguing properties of neural networks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch
from profundo.data.rows import Rows, as_it_is
from profundo.data.streamed import Streamed
from profundo.messages import _


class InPixels(nn.Module):
    """A network that reads pixels: x in [0, 1] goes through what prepares its inputs, and gradients come back through it."""

    def __init__(self, network: nn.Module, data: Rows | Streamed):
        super().__init__()
        self.network, self.prepare = network, data.prepare
        self.low, self.high = 0.0, 255.0
        if isinstance(data, Rows) and data.x.dtype != torch.uint8:  # no bytes: from their least to their largest
            self.low, self.high = data.x.min().item(), data.x.max().item()

    def forward(self, x: Tensor) -> Tensor:
        return self.network(self.prepare(self.low + (self.high - self.low) * x)).float()

    def pixels(self, raw: Tensor) -> Tensor:
        """Inputs as the data hold them -> [0, 1]."""
        return (raw.float() - self.low) / (self.high - self.low)

    def unprepared(self, x: Tensor) -> Tensor:
        """What the network reads -> [0, 1], where each pixel was prepared by itself, along a straight line."""
        black, white = (self.prepare(torch.full_like(x, level)) for level in (self.low, self.high))
        return (x - black) / (white - black)

    def batches(self, data: Rows | Streamed, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """(x, y) of `data`, x in pixels."""
        for raw, y in replace(data, prepare=as_it_is).batches(size):
            yield self.pixels(raw), y


def gradient(network: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of each example's cross-entropy with respect to its own input, (B, ...)."""
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(F.cross_entropy(network(x), y, reduction="sum"), x)[0]


def fgsm(network: nn.Module, x: Tensor, y: Tensor, epsilon: float, clip: bool = True) -> Tensor:
    """x + epsilon sign(dJ/dx): the change of at most epsilon a pixel that a linear network likes least.

    clip: keep pixels between 0 and 1; the paper, as we read it, lets them leave.
    """
    moved = x + epsilon * gradient(network, x, y).sign()
    return moved.clamp(0, 1) if clip else moved


def pgd(network: nn.Module, x: Tensor, y: Tensor, epsilon: float, steps: int = 40, seed: int = 0) -> Tensor:
    """FGSM in many small steps, from a random start, never further than epsilon from x in any pixel."""
    draw = torch.Generator().manual_seed(seed)
    moved = x + epsilon * (2 * torch.rand(x.shape, generator=draw).to(x.device) - 1)
    for _step in range(steps):
        moved = fgsm(network, moved, y, 2.5 * epsilon / steps)  # so that the whole ball can be crossed (section 5)
        moved = torch.clamp(moved, x - epsilon, x + epsilon).clamp(0, 1)
    return moved


def noise(x: Tensor, epsilon: float, clip: bool = True, seed: int = 0) -> Tensor:
    """+epsilon or -epsilon by lot in every pixel: as large a change as FGSM's, in no particular direction."""
    draw = torch.Generator().manual_seed(seed)
    moved = x + epsilon * (2.0 * torch.randint(2, x.shape, generator=draw).to(x) - 1.0)
    return moved.clamp(0, 1) if clip else moved


def minimal(network: nn.Module, x: Tensor, y: Tensor, halvings: int = 8) -> Tensor:
    """The nearest pictures that the network puts in another class: box-constrained L-BFGS, an example at a time.

    x: (B, ...). The other class is the one that the network finds most likely after y; an example that is wrong already stays.
    Departs from the paper in squaring |r|, whose gradient then does not jump at r = 0.
    """
    with torch.no_grad():
        others = network(x).scatter(1, y[:, None], -torch.inf).argmax(1)
        right = network(x).argmax(1) == y
    pairs = zip(x, others, right.tolist(), strict=True)
    return torch.stack([_nearest(network, one, other, halvings) if is_right else one for one, other, is_right in pairs])


def _nearest(network: nn.Module, x: Tensor, other: Tensor, halvings: int) -> Tensor:
    """The largest price c of distance at which the minimum of c |r|^2 + J(x + r, other) is still in the other class."""
    low, high = -4.0, 2.0  # of log10 c
    best = _at_price(network, x, other, 10**low)
    for _halving in range(halvings):
        middle = (low + high) / 2
        found = _at_price(network, x, other, 10**middle)
        with torch.no_grad():
            there = network(found[None]).argmax(1) == other
        if there:
            best, low = found, middle
        else:
            high = middle
    return best


def _at_price(network: nn.Module, x: Tensor, other: Tensor, c: float) -> Tensor:
    """argmin over x + r in [0, 1] of c |r|^2 + J(x + r, other)."""
    from scipy.optimize import minimize

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        moved = torch.from_numpy(flat).to(x).view_as(x).requires_grad_()
        value = c * (moved - x).square().sum() + F.cross_entropy(network(moved[None]), other[None])
        slope = torch.autograd.grad(value, moved)[0]
        return value.item(), slope.flatten().cpu().double().numpy()

    start = x.flatten().cpu().double().numpy()
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(start), options={"maxiter": 60})
    return torch.from_numpy(found.x).to(x).view_as(x)


@dataclass(frozen=True)
class AdversarialCrossEntropy:
    """alpha J(x, y) + (1 - alpha) J(x + epsilon sign(dJ/dx), y): adversarial training (Goodfellow et al. 2015, section 6).

    The adversary moves with the network, which never sees the same attack twice.
    """

    epsilon: float = 0.25
    """In units of what the network reads: pixels where the data's scale is "unit"."""
    alpha: float = 0.5

    def __post_init__(self) -> None:
        if self.epsilon < 0 or not 0 <= self.alpha <= 1:
            raise ValueError(_("epsilon is at least 0, alpha between 0 and 1"))

    def __call__(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        x, y = batch
        x = x.detach().requires_grad_()
        logits = network(x).float()
        clean = F.cross_entropy(logits, y)
        slope = torch.autograd.grad(clean, x, retain_graph=True)[0]  # no gradient is taken through the attack itself
        attacked = network(x.detach() + self.epsilon * slope.sign()).float()
        return {
            "loss": self.alpha * clean + (1 - self.alpha) * F.cross_entropy(attacked, y),
            "error": (logits.argmax(-1) != y).float().mean(),
            "adversarial_error": (attacked.argmax(-1) != y).float().mean(),
        }
