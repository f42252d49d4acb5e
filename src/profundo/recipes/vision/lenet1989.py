"""The zip-code network of 1989 reads small digits (N18).

profundo train lenet1989     23 passes, one digit at a time, as in the paper; about two minutes on a CPU core
"""

from profundo.core import Claim, Log, Recipe
from profundo.data.digits16 import Digits16
from profundo.evaluation.classification import Classification
from profundo.networks.convolutional.lenet1989 import LeNet1989Config
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import squared_error_to_codes
from profundo.training.optimizers import SGD

RECIPE = Recipe(
    data=Digits16(),
    network=LeNet1989Config(),
    rule=GradientDescent(squared_error_to_codes, epochs=23, batch_size=1, optimizer=SGD(lr=0.03)),
    evaluate=Classification(),
    claim=Claim("error", 0.05, "LeCun et al. 1989, on post-office digits (Karpathy 2022, on such digits as these: 0.0409)"),
    quick={"data.train": 2000, "rule.epochs": 2},
    space={"rule.optimizer.lr": Log(1e-3, 1e-1)},
)
