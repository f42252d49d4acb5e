"""Nearest neighbours read digits: 55,000 of them are remembered, and a new one is what those most like it are (A15).

profundo train nearest_neighbours                                            a minute or two on two CPU cores
profundo train nearest_neighbours --data table.csv --data.target column --network.levels none      your own table

An epoch of the run is a number of neighbours, chosen on dev; nothing else could be learnt. What was published is for 60,000
examples and one distance; 5,000 of them are our dev. Before a network is praised for an error, this is the error to beat.
"""

from profundo.core import Claim, Recipe
from profundo.data.mnist import MNIST
from profundo.evaluation.classification import Classification
from profundo.networks.dense.nearest_neighbours import NearestNeighboursConfig
from profundo.training.remember import Remember

RECIPE = Recipe(
    data=MNIST(scale="unit"),
    network=NearestNeighboursConfig(features=784, examples=60_000, levels=255),
    rule=Remember(k=(1, 3, 5)),
    evaluate=Classification(),
    claim=Claim(
        "error",
        0.0309,
        "LeCun, Cortes, Burges, The MNIST database, table: K-nearest-neighbors, Euclidean (L2), K. Wilder",
        note="nothing is drawn by chance but which 5,000 digits are dev; one neighbour among all 60,000 errs on 309 of 10,000",
    ),
    quick={"data.limit": 2000, "network.examples": 2000},
)
