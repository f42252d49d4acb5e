"""Q-learning: find out what actions are worth by trying them, in a world without a teacher."""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import torch

from profundo.core import Step, TrainState
from profundo.networks.agents.q_table import QTable


@dataclass(frozen=True)
class QLearning:
    """Q(s, a) <- Q(s, a) + alpha (r + gamma max_a' Q(s', a') - Q(s, a))  (Watkins 1989).

    The agent behaves epsilon-greedily and learns what greedy behaviour would be worth. A step is an episode, and `seen`
    counts frames. Of the run's random numbers an episode takes one, the seed of its own; so what happens in it follows from
    that number and the table it starts with, and a resumed run lives through the same episodes.
    """

    alpha: float = 0.5
    """How far a value moves towards what was just seen."""
    gamma: float = 1.0
    """How much a reward is worth one frame later."""
    epsilon: float = 0.1
    """The chance of an action at random."""
    episodes: int = 500
    per_epoch: int = 50
    """Episodes after which the greedy policy is scored."""
    horizon: int = 1000
    """Frames after which an episode is cut off."""

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 1:
            raise ValueError("alpha is above 0 and at most 1")
        if not (0 <= self.gamma <= 1 and 0 <= self.epsilon <= 1):
            raise ValueError("gamma and epsilon are from 0 to 1")
        if min(self.episodes, self.per_epoch, self.horizon) < 1:
            raise ValueError("episodes, per_epoch and horizon are at least 1")

    def steps(self, state: TrainState) -> Iterator[Step]:
        assert isinstance(state.network, QTable)
        table = state.network.table
        done = state.epoch * self.per_epoch + state.batch
        state.total = state.step + max(self.episodes - done, 0)
        with closing(state.data.train.make()) as world:
            while done < self.episodes:
                chance = random.Random(int(torch.randint(2**62, (), generator=state.rng)))
                Q = table.tolist()
                frames, reward = self.episode(world, Q, chance)
                table.copy_(torch.tensor(Q))
                done += 1
                end = state.end_epoch if done % self.per_epoch == 0 or done == self.episodes else state.advance
                yield end(frames, **{"return": reward, "frames": frames})

    def episode(self, world: Any, Q: list[list[float]], chance: random.Random) -> tuple[int, float]:
        """Live once, correcting Q after every frame. Returns (frames, sum of rewards)."""
        s, _info = world.reset(seed=chance.getrandbits(31))
        frames, total = 0, 0.0
        while frames < self.horizon:
            a = chance.randrange(len(Q[s])) if chance.random() < self.epsilon else greedy(Q[s], chance)
            s_, r, terminal, cut, _info = world.step(a)
            self.learn(Q, s, a, float(r), s_, terminal)
            s, frames, total = s_, frames + 1, total + float(r)
            if terminal or cut:
                break
        return frames, total

    def learn(self, Q: list[list[float]], s: int, a: int, r: float, s_: int, terminal: bool) -> None:
        """The rule itself. After a terminal state there is nothing more to get."""
        target = r if terminal else r + self.gamma * max(Q[s_])
        Q[s][a] += self.alpha * (target - Q[s][a])


def greedy(values: list[float], chance: random.Random) -> int:
    """The best action; between equals, any."""
    best = max(values)
    return chance.choice([a for a, value in enumerate(values) if value == best])
