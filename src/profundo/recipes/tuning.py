"""Fine-tuning a published network on somebody's photos: what a recipe becomes when its network has already learnt ImageNet.

Few photos are enough because most of what a network sees by (edges, textures, parts) is the same in all photos (Yosinski et al.
2014). So rates are small, and those of the first layers smallest (Howard and Ruder 2018); pictures are as large, and standardized
as, those that it learnt from.
"""

from profundo.core import Recipe
from profundo.evaluation.classification import Classification
from profundo.training.fine_tuning import FineTuning
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy
from profundo.training.optimizers import Adam
from profundo.training.published import Published
from profundo.training.schedules import OneCycle

RULE = GradientDescent(
    cross_entropy, epochs=12, batch_size=16, optimizer=Adam(lr=1e-3), schedule=OneCycle(), tuning=FineTuning(divide=2.6)
)
QUICK = {"data.limit": 60, "rule.epochs": 2}


def of(published: Published) -> Recipe:
    """The recipe that begins with these weights; its data are to be a person's own."""
    return Recipe(
        data=published.data,
        network=published.network,
        rule=RULE,
        evaluate=Classification(),
        quick=QUICK,
        name=published.name,
        begins=published.name,
    )
