"""Softmax regression: one linear layer, the multi-class form of logistic regression.

Paper     Cox (1958), The regression analysis of binary sequences, for two classes; Bridle (1990) named the softmax.
Axes      B batch, D features, K classes.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

YEAR = 1958


@dataclass(frozen=True)
class SoftmaxRegressionConfig:
    features: int = 784
    """Numbers in one input; pictures are flattened."""
    classes: int = 10

    def build(self) -> "SoftmaxRegression":
        return SoftmaxRegression(self)


class SoftmaxRegression(nn.Module):
    def __init__(self, config: SoftmaxRegressionConfig):
        super().__init__()
        self.linear = nn.Linear(config.features, config.classes)
        nn.init.zeros_(self.linear.weight)  # the loss is convex: any start will do, and this one favours no class
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        return self.linear(x.flatten(1))
