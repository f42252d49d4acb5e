"""profundo: the deep-learning course that runs.

    import profundo as pf
    run = pf.train("lenet", rule={"epochs": 3})
    run.curves(); run.predict("seven.png"); run.network

What the command line calls a verb is a function of the same name here.
"""

import os
from typing import TYPE_CHECKING, Any

# Threads that have finished wait for the next loop by spinning, for a while. libgomp's default is too long when other programs
# want the same cores, and never spinning costs 60 % when they do not (docs/architecture.md has the figures). It has to stand
# before torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

if TYPE_CHECKING:
    from profundo.verbs import (
        TrainedRun,
        augment,
        bias,
        check,
        compare,
        curve,
        doctor,
        embed,
        evaluate,
        explain,
        fill_mask,
        fool,
        footprint,
        generate,
        grade,
        hear,
        load,
        playground,
        predict,
        race,
        rates,
        report,
        robustness,
        runs,
        sketch,
        tag,
        timeline,
        train,
        translate,
        tune,
        verify,
        watch,
    )

__all__ = [
    "TrainedRun",
    "augment",
    "bias",
    "check",
    "compare",
    "curve",
    "doctor",
    "embed",
    "evaluate",
    "explain",
    "fill_mask",
    "fool",
    "footprint",
    "generate",
    "grade",
    "hear",
    "load",
    "playground",
    "predict",
    "race",
    "rates",
    "report",
    "robustness",
    "runs",
    "sketch",
    "tag",
    "timeline",
    "train",
    "translate",
    "tune",
    "verify",
    "watch",
]


def __getattr__(name: str) -> Any:
    """Verbs are imported when first used: they bring torch."""
    if name not in __all__:
        raise AttributeError(f"profundo has no {name!r}")
    from profundo import verbs

    return getattr(verbs, name)
