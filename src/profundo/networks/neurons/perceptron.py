"""The perceptron: one neuron with a threshold, the first that learnt from examples.

Paper     Rosenblatt (1958), The perceptron: a probabilistic model for information storage and organization in the brain;
          here the single neuron of Haykin (2009), section 1.3.
Axes      B batch, D features, K = 2 classes.
Departs   The neuron fires or does not, which is the sign of w . x + b. `forward` gives two logits instead, so that it can be
          judged like any classifier: 0 for class 0 (the neuron is silent, -1 in the papers) and w . x + b for class 1 (it
          fires, +1). The larger of them is the neuron's answer; their softmax is no probability that it ever learnt.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1958


@dataclass(frozen=True)
class PerceptronConfig:
    features: int = 2
    classes: int = 2
    """Always 2: a neuron says yes or no."""

    def __post_init__(self) -> None:
        if self.features < 1:
            raise ValueError(_("a perceptron has at least 1 feature"))
        if self.classes != 2:
            raise ValueError(_("a perceptron tells 2 classes apart, not {n}").format(n=self.classes))

    def build(self) -> "Perceptron":
        return Perceptron(self)


class Perceptron(nn.Module):
    """w and b have no gradient: a threshold has none to give, and the perceptron rule needs none."""

    def __init__(self, config: PerceptronConfig):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(config.features), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(()), requires_grad=False)

    def activation(self, x: Float[Tensor, "B D"]) -> Float[Tensor, "B"]:
        """The induced local field, v = w . x + b."""
        return x @ self.w + self.b

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B 2"]:
        v = self.activation(x.flatten(1))
        return torch.stack([torch.zeros_like(v), v], -1)
