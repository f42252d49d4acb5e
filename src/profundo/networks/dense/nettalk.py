"""NETtalk: a net that reads aloud. It sees seven letters and says how the mouth stands for the one in the middle.

Paper     Sejnowski and Rosenberg (1987), Parallel networks that learn to pronounce English text, Complex Systems 1; first as
          NETtalk: a parallel network that learns to read aloud, technical report JHU/EECS-86/01 (1986).
Axes      B words, L letters of the longest one, D numbers in a window, K outputs.
Departs   The paper slides its window over running text; here a word stands alone, with spaces around it, as in the paper's
          experiments with a dictionary.

    7 windows x 29 signs -> 80 -> 26:  21 features of articulation, and 5 units for stress and syllables
"""

from dataclasses import dataclass

import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.dense.sigmoid_net import SigmoidNetConfig

YEAR = 1987


@dataclass(frozen=True)
class NETtalkConfig:
    signs: int = 29
    """26 letters, the space, the comma and the full stop."""
    window: int = 7
    """Letters seen at once; the one in the middle is the one to be said."""
    hidden: tuple[int, ...] = (80,)
    outputs: int = 26
    spread: float = 0.3
    """Weights begin between -spread and spread."""

    def __post_init__(self) -> None:
        if self.window < 1 or self.window % 2 == 0:
            raise ValueError(_("window is an odd number of letters: one stands in the middle"))

    def build(self) -> "NETtalk":
        return NETtalk(self)


class NETtalk(nn.Module):
    def __init__(self, config: NETtalkConfig):
        super().__init__()
        self.signs, self.window = config.signs, config.window
        self.net = SigmoidNetConfig(config.signs * config.window, config.hidden, config.outputs, spread=config.spread).build()

    def windows(self, x: UInt8[Tensor, "B L"]) -> Float[Tensor, "B L D"]:
        """What the input units see as each letter stands in the middle: one unit of 29 is on in each place, D = 7 x 29."""
        side = self.window // 2
        seen = F.pad(x, (side, side)).unfold(1, self.window, 1)  # (B, L, 7); sign 0 is the space
        return F.one_hot(seen.long(), self.signs).flatten(2).float()

    def forward(self, x: UInt8[Tensor, "B L"]) -> Float[Tensor, "B L K"]:
        return self.net(self.windows(x).flatten(0, 1)).unflatten(0, x.shape)
