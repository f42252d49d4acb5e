"""How much does an agent collect once it stops exploring?"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import nn

from profundo.core import Evaluator
from profundo.evaluation.modes import evaluating


@dataclass(frozen=True)
class GreedyReturn(Evaluator):
    """Return: the sum of rewards of an episode in which every action is the best known. Frames: how long it took."""

    episodes: int = 10
    """Scored episodes. In a world without chance they are all the same."""
    horizon: int = 200
    """Frames after which an episode is cut off: a policy may walk in circles for ever."""

    metric: ClassVar[str] = "return"
    lower_is_better: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.episodes < 1 or self.horizon < 1:
            raise ValueError("episodes and horizon are at least 1")

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        device = next(network.parameters()).device
        with evaluating(network):
            return self._live(data, lambda s: int(network(torch.as_tensor(s, device=device)[None]).argmax()))

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Actions at random, with the same horizon."""
        chance, actions = random.Random(data.seed), data.make().action_space.n
        return self._live(data, lambda s: chance.randrange(int(actions)))

    def _live(self, data: Any, policy: Callable[[Any], int]) -> dict[str, float]:
        world, total, frames = data.make(), 0.0, 0
        for episode in range(self.episodes):
            s, _info = world.reset(seed=data.seed + episode)
            for _frame in range(self.horizon):
                s, r, terminal, cut, _info = world.step(policy(s))
                total, frames = total + float(r), frames + 1
                if terminal or cut:
                    break
        world.close()
        return {"return": total / self.episodes, "frames": frames / self.episodes}
