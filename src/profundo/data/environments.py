"""Worlds to act in: the environments of gymnasium.

Nothing is fixed beforehand: what an agent sees depends on what it does. So train, dev and test are not examples but the same
world, made afresh by whoever needs it; dev and test start their episodes from different seeds, and learning from others again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.messages import _

if TYPE_CHECKING:
    import gymnasium

ACTIONS = {
    "CliffWalking-v1": ["up", "right", "down", "left"],
    "FrozenLake-v1": ["left", "down", "right", "up"],
}
"""What the numbers of actions mean, where gymnasium only says it in its documentation."""


@dataclass(frozen=True)
class World:
    """An environment that is not running yet."""

    id: str
    seed: int
    """Of the first scored episode; the next ones count up from it."""

    def make(self) -> "gymnasium.Env[Any, Any]":
        import gymnasium

        return gymnasium.make(self.id, disable_env_checker=True)


@dataclass(frozen=True)
class Environment:
    """A gymnasium environment with numbered states and actions, such as CliffWalking, FrozenLake or Taxi."""

    id: str = "CliffWalking-v1"
    """Its name in gymnasium's registry."""

    licence: ClassVar[str] = "MIT (gymnasium)"
    citation: ClassVar[str] = "Towers et al. (2024), Gymnasium: a standard interface for reinforcement learning environments"

    def open(self) -> Splits:
        import gymnasium
        from gymnasium.spaces import Discrete

        train, dev, test = (World(self.id, seed) for seed in (0, 1_000_000, 2_000_000))
        try:
            world = train.make()
        except gymnasium.error.Error as why:
            raise UserError(_("gymnasium has no environment {id!r} ({why}).").format(id=self.id, why=why)) from None
        states, actions = world.observation_space, world.action_space
        world.close()
        if not isinstance(states, Discrete) or not isinstance(actions, Discrete):
            raise UserError(_("{id} has no numbered states and actions, which a table of values needs.").format(id=self.id))
        facts: Facts = {
            "states": int(states.n),
            "actions": int(actions.n),
            "names": ACTIONS.get(self.id, [str(action) for action in range(actions.n)]),
            "task": "act",
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """The number of a state -> ()."""
        if not str(raw).isdecimal() or int(raw) >= facts["states"]:
            raise UserError(_("A state is a number from 0 to {last}, not {raw!r}.").format(last=facts["states"] - 1, raw=raw))
        return torch.tensor(int(raw))

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Action values (A,) -> {"right": -13.0, ...}, the best first."""
        return {facts["names"][a]: round(output[a].item(), 4) for a in output.argsort(descending=True, stable=True).tolist()}
