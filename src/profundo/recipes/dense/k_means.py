"""Ten clusters of digits, found by somebody who was never told what a digit is (A17).

profundo train k_means     a second on two CPU cores

The loss, which needs no class, chooses among ten starts. How well clusters and digits agree (ari: 1 is the same division, 0
chance) is only looked at: zeros, fours and sixes have clusters nearly to themselves, the ones are split in two, half of them with
the eights, and nines share theirs with eights, threes and fives. On all 1,797 digits ten starts find an ari of 0.67.
"""

from profundo.core import Recipe
from profundo.data.digits8 import Digits8
from profundo.evaluation.clusters import Clusters
from profundo.networks.dense.k_means import KMeansConfig
from profundo.training.lloyd import Lloyd

RECIPE = Recipe(
    data=Digits8(),
    network=KMeansConfig(features=64, clusters=10),
    rule=Lloyd(starts=10),
    evaluate=Clusters(),
    quick={"rule.starts": 3},
)
