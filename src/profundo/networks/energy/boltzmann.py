"""Boltzmann machine: a Hopfield network that doubts, with hidden units of which its world says nothing.

Paper     Ackley, Hinton, Sejnowski (1985), A learning algorithm for Boltzmann machines, Cognitive Science 9, 147-169.
Axes      M machines side by side that know nothing of each other, C states of each, v units of a visible group, h hidden units,
          B cues, N = 2v + h units in all: the first group, the second, the hidden ones. Each is 0 or 1.
Departs   Units take turns in a fixed order instead of at random. Units that are not connected (a pair of one unit of each visible
          group; all hidden ones) take theirs together, which is the same as one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1985
GENTLE = (20.0,) * 4 + (15.0,) * 4 + (12.0,) * 4 + (10.0,) * 8 + (5.0,) * 8
"""How a completion is annealed: "twice as long at each temperature", and down to half the last one (section 4.4)."""


@dataclass(frozen=True)
class BoltzmannConfig:
    neurons: int = 4
    """Units of each visible group, v."""
    hidden: int = 2
    """Units of the channel between them, h; log2 v is the least that can do."""
    machines: int = 250
    """Independent machines, each with weights of its own: as many experiments at once."""

    def __post_init__(self) -> None:
        if self.neurons < 2 or self.hidden < 1 or self.machines < 1:
            raise ValueError(_("there are at least 2 units in a group, 1 hidden unit and 1 machine"))

    def build(self) -> "Boltzmann":
        return Boltzmann(self)


class Boltzmann(nn.Module):
    """W is symmetric with a zero diagonal; all weights start at zero, so the groups have no code in common to begin with."""

    linked: Tensor
    """1 where two units are connected, (N, N): within each visible group, and between visible and hidden units."""
    found: Tensor
    """The learning cycle in which each machine first had a code of its own for every vector, (M,); 0 as long as it has not."""

    def __init__(self, config: BoltzmannConfig):
        super().__init__()
        self.v, self.h = config.neurons, config.hidden
        M, N = config.machines, 2 * self.v + self.h
        group = torch.arange(N).div(self.v, rounding_mode="floor").clamp(max=2)  # 0, 1: visible groups; 2: hidden units
        linked = ((group[:, None] == 2) ^ (group == 2)) | ((group[:, None] == group) & (group != 2))
        self.register_buffer("linked", linked.fill_diagonal_(False).float())
        self.register_buffer("found", torch.zeros(M))
        self.W = nn.Parameter(torch.zeros(M, N, N), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(M, N), requires_grad=False)

    def energy(self, s: Float[Tensor, "M C N"]) -> Float[Tensor, "M C"]:
        """E = -sum_{i<j} w_ij s_i s_j - sum_i b_i s_i; -b_i is the unit's threshold."""
        return -0.5 * (s @ self.W * s).sum(-1) - (s @ self.b[:, :, None]).squeeze(-1)

    def update(self, s: Float[Tensor, "M C N"], units: slice, T: float, rng: torch.Generator) -> None:
        """These units, not connected to each other, get a chance to change, in place: p(s_i = 1) = 1 / (1 + exp(-dE_i / T)).

        dE_i = sum_j w_ij s_j + b_i is how much lower the energy is with the unit on.
        """
        dE = torch.baddbmm(self.b[:, None, units], s, self.W[:, :, units])
        u = torch.rand(dE.shape, generator=rng, device=rng.device).to(dE.device)
        s[..., units] = (dE > T * torch.logit(u, eps=1e-7)).float()  # as likely as u < p, without an exponential of dE

    def hide(self, s: Float[Tensor, "M C N"], T: float, rng: torch.Generator) -> None:
        """All hidden units get a chance. Given the visible ones they are independent: they are in equilibrium at once."""
        self.update(s, slice(2 * self.v, None), T, rng)

    def settle(self, s: Float[Tensor, "M C N"], temperatures: Sequence[float], rng: torch.Generator, clamped: int = 0) -> None:
        """Anneal in place: a unit of time (a chance for every unit) at each temperature. The first `clamped` groups are held."""
        v = self.v
        for T in temperatures:
            for i in range(v):
                self.update(s, slice(clamped * v + i, 2 * v, v), T, rng)  # unit i of each visible group that is free
            self.hide(s, T, rng)

    def codes(self) -> Bool[Tensor, "M v h"]:
        """What the hidden units say, most probably, when vector i is clamped on both groups."""
        v = self.v
        return self.W[:, :v, 2 * v :] + self.W[:, v : 2 * v, 2 * v :] + self.b[:, None, 2 * v :] > 0

    def different(self) -> Float[Tensor, " M"]:
        """How many different codes each machine uses."""
        v, bits = self.v, self.codes().float()
        apart = (bits[:, :, None] != bits[:, None]).any(-1)  # (M, v, v)
        earlier = torch.ones(v, v, device=bits.device).tril(-1).bool()
        return (apart | ~earlier).all(-1).sum(-1).float()  # codes that no earlier vector has

    def complete(self, cue: Float[Tensor, "B v"], rng: torch.Generator) -> Float[Tensor, "M B v"]:
        """What every machine answers in the second group when the first one is clamped to a cue and the rest settles."""
        M, N, v = len(self.W), self.W.shape[1], self.v
        s = torch.randint(2, (M, len(cue), N), generator=rng, device=rng.device).to(cue)
        s[..., :v] = cue
        self.settle(s, GENTLE, rng, clamped=1)
        return s[..., v : 2 * v]

    def forward(self, cue: Float[Tensor, "B v"]) -> Float[Tensor, "B v"]:
        """The answer of the first machine, always by the same chance."""
        return self.complete(cue, torch.Generator().manual_seed(0))[0]
