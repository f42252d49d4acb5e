"""Three neighbours read the small digits that travel with scikit-learn (A15).

profundo train digits_neighbours     a second on two CPU cores

Learning from the first half of the digits and tested on the second, k = 3, 96.3 % were right in our own run of scikit-learn's
classifier; here 180 digits of the first half are dev, on which k is chosen.
"""

from profundo.core import Recipe
from profundo.data.digits8 import Digits8
from profundo.evaluation.classification import Classification
from profundo.networks.dense.nearest_neighbours import NearestNeighboursConfig
from profundo.training.remember import Remember

RECIPE = Recipe(
    data=Digits8(),
    network=NearestNeighboursConfig(features=64, examples=2000),
    rule=Remember(k=(1, 3, 5, 7, 9)),
    evaluate=Classification(),
    quick={"rule.k": (1, 3)},
)
