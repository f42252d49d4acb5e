"""Two spirals, three layers of eight units, and a border that has to be seen while it bends (A18).

profundo train playground                                                             seconds on two CPU cores
profundo train playground --data.shape xor --network.inputs xy --network.hidden ""    with this input one unit is enough
profundo playground spiral                                                            the same training as a page to play with

The nets and points of TensorFlow Playground (Smilkov and Carter 2016), with its loss: half the squared distance to -1 or +1,
which is 0.5 for a net that always says 0. Its own descent, batches of 10 at a constant rate of 0.03, is
--rule.optimizer sgd --rule.lr 0.03 --rule.batch_size 10 --rule.schedule constant; here Adam and a rate that rises and falls.
"""

from profundo.core import Choice, Log, Recipe
from profundo.data.toys import Toys
from profundo.evaluation.signs import Signs
from profundo.networks.dense.playground import PlaygroundConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import half_squared_error
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle

RECIPE = Recipe(
    data=Toys(shape="spiral"),
    network=PlaygroundConfig(hidden=(8, 8, 8)),
    rule=GradientDescent(half_squared_error, epochs=1000, batch_size=50, optimizer=Adam(lr=0.02), schedule=OneCycle()),
    evaluate=Signs(),
    quick={"rule.epochs": 60},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1), "rule.batch_size": Choice(5, 10, 25, 50)},
)
