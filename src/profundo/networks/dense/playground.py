"""The net of TensorFlow Playground: a few units a layer, small enough to see every one of them think.

Paper     Smilkov, Carter, Sculley, Viegas, Wattenberg (2016), Direct-manipulation visualization of deep
          networks, ICML Workshop on Visualization for Deep Learning.
Axes      B batch of points, D inputs, H units of a layer.
Departs   Nothing known: as in its nn.ts, weights start evenly between -1/2 and 1/2, biases at 0.1, and the one output is a tanh.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2016

Input = Literal["x", "y", "x2", "y2", "xy", "sinx", "siny"]
INPUTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x * x,
    "y2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sinx": lambda x, y: x.sin(),
    "siny": lambda x, y: y.sin(),
}
"""What the first layer may read of a point."""
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "linear": nn.Identity}


@dataclass(frozen=True)
class PlaygroundConfig:
    inputs: tuple[Input, ...] = ("x", "y")
    """What it reads of a point, any of x, y, x2, y2, xy, sinx, siny: x2,y2 makes the circle easy, xy makes xor easy."""
    hidden: tuple[int, ...] = (8, 8, 8)
    """Units of each hidden layer."""
    activation: Literal["tanh", "relu", "sigmoid", "linear"] = "tanh"

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) < len(self.inputs):
            raise ValueError(_("there is at least one input, and none comes twice"))
        if min(self.hidden, default=1) < 1:
            raise ValueError(_("a hidden layer has at least one unit"))

    def build(self) -> "Playground":
        return Playground(self)


class Playground(nn.Module):
    def __init__(self, config: PlaygroundConfig):
        super().__init__()
        self.inputs = config.inputs
        widths = [len(config.inputs), *config.hidden]
        self.layers = nn.ModuleList(nn.Sequential(nn.Linear(n, m), ACTIVATIONS[config.activation]()) for n, m in pairwise(widths))
        self.output = nn.Sequential(nn.Linear(widths[-1], 1), nn.Tanh())
        for p in self.parameters():
            nn.init.uniform_(p, -0.5, 0.5) if p.ndim == 2 else nn.init.constant_(p, 0.1)

    def spaces(self, points: Float[Tensor, "B 2"]) -> list[Float[Tensor, "B _"]]:
        """Where the points lie for each layer: in the space of the inputs (B, D), then in those of the hidden units (B, H)."""
        found = [torch.stack([INPUTS[name](*points.unbind(-1)) for name in self.inputs], -1)]
        for layer in self.layers:
            found.append(layer(found[-1]))
        return found

    def forward(self, points: Float[Tensor, "B 2"]) -> Float[Tensor, "B"]:
        """From -1, orange, to 1, blue."""
        return self.output(self.spaces(points)[-1]).squeeze(-1)
