"""Support vector machines: perceptrons on fixed features that nobody computes.

Paper     Cortes and Vapnik (1995), Support-vector networks, Machine Learning 20; the kernel in a perceptron: Aizerman, Braverman
          and Rozonoer (1964), Theoretical foundations of the potential function method in pattern recognition learning.
Axes      B batch, D pixels, N examples held, M others, K classes.
Departs   One machine a class against the rest. No threshold of its own: 1 is added to the kernel, a feature that is always on.

    f_k(x) = w_k . phi(x),   w_k = sum_i a_ik phi(x_i),   so   f_k(x) = sum_i a_ik k(x_i, x),   k(u, v) = phi(u) . phi(v)

Between input and output stand random wires in Rosenblatt's machine of 1960 and phi here; both are fixed, and only what follows
learns. A Gaussian kernel has infinitely many features, a polynomial one of degree d all products of up to d pixels.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1995
LEVELS = 255


@dataclass(frozen=True)
class SupportVectorsConfig:
    features: int = 784
    classes: int = 10
    examples: int = 60_000
    """The most examples that it can hold."""
    kernel: Literal["gaussian", "polynomial"] = "gaussian"
    gamma: float = 0.03
    """Of the Gaussian kernel exp(-gamma |u - v|^2)."""
    degree: int = 4
    """Of the polynomial kernel (1 + 10 u . v / D)^degree; the factor is ours, for middling numbers from pixels of 0 to 1."""

    def __post_init__(self) -> None:
        if min(self.features, self.examples, self.degree) < 1 or self.classes < 2 or self.gamma <= 0:
            raise ValueError(_("features, examples and degree are at least 1, classes at least 2, gamma above 0"))

    def build(self) -> "SupportVectors":
        return SupportVectors(self)


class SupportVectors(nn.Module):
    """x is between 0 and 1. The examples are held as bytes, which is exact for pictures."""

    held: Tensor

    def __init__(self, config: SupportVectorsConfig):
        super().__init__()
        self.config = config
        self.register_buffer("held", torch.zeros(config.examples, config.features, dtype=torch.uint8))
        self.a = nn.Parameter(torch.zeros(config.examples, config.classes), requires_grad=False)

    def hold(self, x: Float[Tensor, "N D"]) -> None:
        """These are the examples that every a_ik refers to."""
        self.held[: len(x)] = (LEVELS * x).round().byte()

    def kernel(self, u: Float[Tensor, "N D"], v: Float[Tensor, "M D"]) -> Float[Tensor, "N M"]:
        """1 + k(u, v) for the Gaussian kernel; the polynomial one has its 1 inside."""
        products = u @ v.T
        if self.config.kernel == "polynomial":
            return (1 + 10 * products / u.shape[1]) ** self.config.degree
        square = u.square().sum(1)[:, None] + v.square().sum(1) - 2 * products
        return 1 + torch.exp(-self.config.gamma * square.clamp(min=0))

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        support = self.a.any(1)  # the others do not count
        return self.kernel(x.flatten(1), self.held[support].float() / LEVELS) @ self.a[support]
