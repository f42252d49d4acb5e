"""Q-learning walks along the edge of a cliff (P01).

profundo train cliff_walking     a few seconds on two CPU cores

Sutton and Barto (2018), Reinforcement Learning, 2nd edition, example 6.6. Every frame costs 1, a fall costs 100 and leads back
to the start. The greedy policy takes the shortest way, one field from the edge: 13 frames, a return of exactly -13. While it
explores, the agent still falls now and then, so the returns of its learning episodes stay lower.
"""

from profundo.core import Claim, Log, Recipe
from profundo.data.environments import Environment
from profundo.evaluation.greedy_return import GreedyReturn
from profundo.networks.agents.q_table import QTableConfig
from profundo.training.q_learning import QLearning

RECIPE = Recipe(
    data=Environment("CliffWalking-v1"),
    network=QTableConfig(states=48, actions=4),
    rule=QLearning(alpha=0.5, gamma=1.0, epsilon=0.1, episodes=500),
    evaluate=GreedyReturn(),
    claim=Claim("return", -13.0, "Sutton and Barto 2018, example 6.6: the optimal path", lower_is_better=False),
    quick={"rule.episodes": 200},
    space={"rule.alpha": Log(0.01, 1.0), "rule.epsilon": Log(0.01, 0.5)},
)
