"""Q-table: what each action is worth in each state, written down.

Paper     Watkins (1989), Learning from delayed rewards (thesis); Watkins and Dayan (1992), Q-learning.
Axes      B batch, S states, A actions.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1989


@dataclass(frozen=True)
class QTableConfig:
    states: int = 48
    actions: int = 4

    def __post_init__(self) -> None:
        if self.states < 1 or self.actions < 1:
            raise ValueError(_("there is at least 1 state and 1 action"))

    def build(self) -> "QTable":
        return QTable(self)


class QTable(nn.Module):
    """Not a network at all, but it answers the same question as one: what is each action worth here?"""

    def __init__(self, config: QTableConfig):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(config.states, config.actions), requires_grad=False)

    def forward(self, s: Int[Tensor, "B"]) -> Float[Tensor, "B A"]:
        return self.table[s]
