"""The multilayer perceptron: linear layers with a nonlinearity between them, trained by back-propagation.

Paper     Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
Axes      B batch, D features, K classes.
Departs   Rectifiers instead of sigmoids (`activation` brings them back); weights drawn as He et al. (2015) derive for
          rectifiers; softmax outputs, through the objective.
"""

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

YEAR = 1986


@dataclass(frozen=True)
class MLPConfig:
    features: int = 784
    """Numbers in one input; pictures are flattened."""
    hidden: tuple[int, ...] = (500,)
    """Units of each hidden layer."""
    classes: int = 10
    activation: Literal["relu", "tanh", "sigmoid"] = "relu"
    dropout: float = 0.0
    """Probability that a hidden unit is left out of an update (Srivastava et al. 2014)."""

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise ValueError("dropout is at least 0 and below 1")
        if min(self.hidden, default=1) < 1:
            raise ValueError("a hidden layer has at least one unit")

    def build(self) -> "MLP":
        return MLP(self)


class MLP(nn.Module):
    def __init__(self, config: MLPConfig):
        super().__init__()
        nonlinearity = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[config.activation]
        layers: list[nn.Module] = []
        width = config.features
        for units in config.hidden:
            layers += [_linear(width, units, config.activation), nonlinearity(), nn.Dropout(config.dropout)]
            width = units
        self.layers = nn.Sequential(*layers, nn.Linear(width, config.classes))

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        return self.layers(x.flatten(1))


def _linear(inputs: int, outputs: int, activation: str) -> nn.Linear:
    """A layer whose outputs keep the variance of its inputs: gain sqrt(2) undoes what a rectifier cuts away."""
    layer = nn.Linear(inputs, outputs)
    if activation == "relu":
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    else:
        nn.init.xavier_normal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
