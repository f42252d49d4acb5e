"""Hopfield network: a memory that is asked with part of what it knows and answers with all of it.

Paper     Hopfield (1982), Neural networks and physical systems with emergent collective computational abilities;
          capacity: Amit, Gutfreund, Sompolinsky (1985), Storing infinite numbers of patterns in a spin-glass model of
          neural networks.
Axes      B batch of states, N neurons, each -1 or +1.
Departs   Neurons are -1/+1 as in Amit et al., not 0/1, and have no thresholds. Hopfield's neurons wake at random times; here
          they take turns, 1 to N and again, which is as asynchronous (never two at once) and repeatable.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1982


@dataclass(frozen=True)
class HopfieldConfig:
    neurons: int = 1000
    sweeps: int = 200
    """The most turns a neuron gets in one recall. A state comes to rest long before; this stops one that rounding keeps
    moving between neighbours of equal energy."""

    def __post_init__(self) -> None:
        if self.neurons < 2 or self.sweeps < 1:
            raise ValueError(_("there are at least 2 neurons and 1 sweep"))

    def build(self) -> "Hopfield":
        return Hopfield(self)


class Hopfield(nn.Module):
    """J is symmetric with a zero diagonal: that is what makes the energy fall, and no rule may break it."""

    def __init__(self, config: HopfieldConfig):
        super().__init__()
        self.sweeps = config.sweeps
        self.J = nn.Parameter(torch.zeros(config.neurons, config.neurons), requires_grad=False)

    def energy(self, s: Float[Tensor, "B N"]) -> Float[Tensor, "B"]:
        """E = -1/2 sum_ij J_ij s_i s_j. No update of a single neuron raises it."""
        return -0.5 * (s @ self.J * s).sum(-1)

    def update(self, s: Float[Tensor, "B N"], neurons: range) -> None:
        """These neurons take turns, in place, in all B states: s_i <- sign(sum_j J_ij s_j); without a field it stays as it is.

        The states do not know of each other, so this is B asynchronous networks side by side and not a parallel update of
        one (which can raise the energy, and cycle).
        """
        for i in neurons:
            h = s @ self.J[i]
            s[:, i] = torch.where(h == 0, s[:, i], h.sign())

    def forward(self, s: Float[Tensor, "B N"]) -> Float[Tensor, "B N"]:
        """Recall: every neuron gets its turn, again and again, until none has changed."""
        s = s.clone()
        for _sweep in range(self.sweeps):
            before = s.clone()
            self.update(s, range(s.shape[1]))
            if torch.equal(s, before):
                break
        return s
