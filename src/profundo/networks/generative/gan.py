"""GAN: a generator of pictures and the discriminator that tells them from real ones, trained against each other.

Paper     Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio (2014), Generative adversarial nets.
          The paper names the ingredients (rectifiers, sigmoids, maxout, dropout); the sizes, the uniform noise and the initial
          weights are those of mnist.yaml, which the authors published with it. Maxout: Goodfellow et al. (2013), Maxout networks.
Axes      B batch, n samples, Z noise, C channels, H height, W width.
Departs   The generator's output biases start at zero, where the authors began at the log-odds of the mean picture.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.dense.maxout import Maxout

YEAR = 2014


@dataclass(frozen=True)
class GANConfig:
    channels: int = 1
    size: int = 28
    """Height and width of the pictures, in pixels."""
    noise: int = 100
    """Numbers in z, from which a picture is made."""
    rectifiers: int = 1200
    """Units in each of the generator's two hidden layers."""
    maxouts: int = 240
    """Units in each of the discriminator's two hidden layers."""
    pieces: int = 5
    """Linear pieces of a maxout unit."""
    g_range: float = 0.05
    """The generator's weights start between minus and plus this: for small pictures, or few numbers of noise, choose more."""
    d_range: float = 0.005
    """The discriminator's: nearly blind, for one that sees well from the start leaves the generator nothing to follow."""
    dropout_input: float = 0.2
    """The share of pixels that the discriminator does not see while it learns."""
    dropout: float = 0.5
    """The share of its hidden units that are silent while it learns."""

    def __post_init__(self) -> None:
        if min(self.channels, self.size, self.noise, self.rectifiers, self.maxouts, self.pieces) < 1:
            raise ValueError(_("channels, size, noise, rectifiers, maxouts and pieces are at least 1"))
        if not (0 <= self.dropout_input < 1 and 0 <= self.dropout < 1):
            raise ValueError(_("dropout_input and dropout are shares: from 0 to less than 1"))

    def build(self) -> "GAN":
        return GAN(self)


class GAN(nn.Module):
    """Both players. Called like a function it generates; a training rule takes `generator` and `discriminator` apart."""

    def __init__(self, config: GANConfig):
        super().__init__()
        self.dimensions = config.noise
        self.generator = Generator(config)
        self.discriminator = Discriminator(config)

    def forward(self, z: Float[Tensor, "B Z"]) -> Float[Tensor, "B C H W"]:
        return self.generator(z)

    def noise(self, n: int, rng: torch.Generator | None = None) -> Float[Tensor, "n Z"]:
        """n draws of z: uniform, with mean 0 and variance 1."""
        here = next(self.parameters()).device
        z = torch.rand(n, self.dimensions, generator=rng, device=here if rng is None else rng.device)
        return z.mul_(2).sub_(1).mul_(math.sqrt(3)).to(here)

    def sample(self, n: int, rng: torch.Generator) -> Float[Tensor, "n C H W"]:
        """n pictures, from 0 (black) to 1. The same `rng` gives pictures of the same z at every stage of learning."""
        return self.generator(self.noise(n, rng))


class Generator(nn.Module):
    """z -> G(z), a picture with pixels in (0, 1)."""

    def __init__(self, config: GANConfig):
        super().__init__()
        self.shape = (config.channels, config.size, config.size)
        self.layers = nn.Sequential(
            nn.Linear(config.noise, config.rectifiers), nn.ReLU(),
            nn.Linear(config.rectifiers, config.rectifiers), nn.ReLU(),
            nn.Linear(config.rectifiers, math.prod(self.shape)), nn.Sigmoid(),
        )  # fmt: skip
        _begin(self, config.g_range)

    def forward(self, z: Float[Tensor, "B Z"]) -> Float[Tensor, "B C H W"]:
        return self.layers(z).unflatten(-1, self.shape)


class Discriminator(nn.Module):
    """x -> the log-odds that x is a real picture; D(x) is their sigmoid."""

    def __init__(self, config: GANConfig):
        super().__init__()
        pixels = config.channels * config.size**2
        self.layers = nn.Sequential(
            nn.Dropout(config.dropout_input),
            Maxout(pixels, config.maxouts, config.pieces), nn.Dropout(config.dropout),
            Maxout(config.maxouts, config.maxouts, config.pieces), nn.Dropout(config.dropout),
            nn.Linear(config.maxouts, 1),
        )  # fmt: skip
        _begin(self, config.d_range)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, " B"]:
        return self.layers(x.flatten(1)).squeeze(-1)


def _begin(player: nn.Module, bound: float) -> None:
    """Weights uniform on +- bound, biases zero."""
    for layer in player.modules():
        if isinstance(layer, nn.Linear):
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.zeros_(layer.bias)
