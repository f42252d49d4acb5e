"""MLP-Mixer: dense layers alone, across the patches of a picture and across what each patch says.

Paper     Tolstikhin et al. (2021), MLP-Mixer: an all-MLP architecture for vision, section 2 and table 1 (S/16: 8 layers, 512
          wide, token MLP of 256, channel MLP of 2048).
Axes      B batch, C channels, H height, W width, K classes; T tokens (patches), D width.
Departs   None that changes the function. The head begins near 0, not at 0, so that the first gradient reaches every layer.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2021
KEYS = (
    (r"^stem\.proj\.", "patches."),
    (r"\.mlp_(tokens|channels)\.fc1\.", r".\1.0."),
    (r"\.mlp_(tokens|channels)\.fc2\.", r".\1.2."),
)
"""timm's names of the weights, and ours."""


@dataclass(frozen=True)
class MixerConfig:
    channels: int = 3
    classes: int = 1000
    size: int = 224
    """Height and width of the input in pixels, a multiple of `patch`."""
    patch: int = 16
    """Height and width of a patch in pixels."""
    depth: int = 8
    """Blocks."""
    width: int = 512
    """D: numbers a token has."""
    tokens_hidden: int = 256
    """Units of the MLP that mixes patches."""
    channels_hidden: int = 2048
    """Units of the MLP that mixes what a patch says."""
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.size % self.patch:
            raise ValueError(_("pictures of {n} pixels cannot be cut into patches of {p}").format(n=self.size, p=self.patch))

    def build(self) -> "Mixer":
        return Mixer(self)


def mlp(features: int, hidden: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(features, hidden), nn.GELU(), nn.Linear(hidden, features), nn.Dropout(dropout))


class Block(nn.Module):
    """Equation 1: U = X + mix(norm(X)) down the columns, Y = U + mix(norm(U)) along the rows."""

    def __init__(self, T: int, config: MixerConfig):
        super().__init__()
        self.norm1, self.tokens = nn.LayerNorm(config.width, eps=1e-6), mlp(T, config.tokens_hidden, config.dropout)
        self.norm2, self.channels = (
            nn.LayerNorm(config.width, eps=1e-6),
            mlp(config.width, config.channels_hidden, config.dropout),
        )

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class Mixer(nn.Module):
    def __init__(self, config: MixerConfig):
        super().__init__()
        self.patches = nn.Conv2d(config.channels, config.width, config.patch, stride=config.patch)
        T = (config.size // config.patch) ** 2
        self.blocks = nn.Sequential(*(Block(T, config) for _block in range(config.depth)))
        self.norm = nn.LayerNorm(config.width, eps=1e-6)
        self.head = nn.Linear(config.width, config.classes)
        nn.init.normal_(self.head.weight, std=0.01)  # nearly even chances at first
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        x = self.patches(x).flatten(2).transpose(1, 2)  # (B, T, D)
        return self.head(self.norm(self.blocks(x)).mean(1))
