"""Maxout: hidden units that answer with the largest of several linear pieces, made for dropout.

Paper     Goodfellow, Warde-Farley, Mirza, Courville, Bengio (2013), Maxout networks.
Axes      B batch, D features, I inputs of a layer, U its units, K classes.
Departs   Initial weights are torch's own, wider than the paper's +-0.005. Its bound on the norm of a unit's weights is the
          rule's `max_norm`.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2013


@dataclass(frozen=True)
class MaxoutNetConfig:
    features: int = 784
    """Numbers in one input; pictures are flattened."""
    units: tuple[int, ...] = (240, 240)
    """Maxout units of each hidden layer."""
    pieces: int = 5
    """Linear pieces of a unit."""
    classes: int = 10
    dropout: float = 0.5
    """The share of hidden units that are silent while it learns."""
    input_dropout: float = 0.2
    """The share of inputs that it does not see while it learns."""

    def __post_init__(self) -> None:
        if not (0 <= self.dropout < 1 and 0 <= self.input_dropout < 1):
            raise ValueError(_("dropout is at least 0 and below 1"))
        if min(self.units, default=1) < 1 or self.pieces < 1:
            raise ValueError(_("a layer has at least one unit, and a unit one piece"))

    def build(self) -> "MaxoutNet":
        return MaxoutNet(self)


class Maxout(nn.Module):
    """h_i = max_j (W_ij x + b_ij): every unit answers with the largest of its linear pieces."""

    def __init__(self, inputs: int, units: int, pieces: int):
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, pieces * units)

    def forward(self, x: Float[Tensor, "B I"]) -> Float[Tensor, "B U"]:
        return self.linear(x).unflatten(-1, (self.pieces, -1)).amax(-2)  # units last: the maximum runs over whole rows


class MaxoutNet(nn.Module):
    def __init__(self, config: MaxoutNetConfig):
        super().__init__()
        layers: list[nn.Module] = [nn.Dropout(config.input_dropout)]
        width = config.features
        for units in config.units:
            layers += [Maxout(width, units, config.pieces), nn.Dropout(config.dropout)]
            width = units
        self.layers = nn.Sequential(*layers, nn.Linear(width, config.classes))

    def forward(self, x: Float[Tensor, "B ..."]) -> Float[Tensor, "B K"]:
        return self.layers(x.flatten(1))
