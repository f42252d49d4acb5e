"""What a person does, as functions: the command line, notebooks and (later) the studio call these and nothing else.

A function's module is imported when it is first used, so that verbs which only read plain files do not wait for torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profundo.verbs.augmenting import augment
    from profundo.verbs.checking import check, grade
    from profundo.verbs.curves import curve
    from profundo.verbs.diagnosing import doctor, rates
    from profundo.verbs.disturbing import robustness
    from profundo.verbs.encoding import embed, fill_mask
    from profundo.verbs.energy import ai_and_compute, footprint
    from profundo.verbs.errors import bias, decomposition
    from profundo.verbs.explaining import explain
    from profundo.verbs.fooling import fool
    from profundo.verbs.generating import generate
    from profundo.verbs.hearing import hear
    from profundo.verbs.history import sketch, timeline
    from profundo.verbs.playing import playground
    from profundo.verbs.predicting import inputs, predict, speaker
    from profundo.verbs.racing import race
    from profundo.verbs.searching import tune
    from profundo.verbs.series import compare, over_seeds, verify
    from profundo.verbs.single import (
        TrainedRun,
        evaluate,
        home,
        learn,
        load,
        report,
        runs,
        summary,
        train,
    )
    from profundo.verbs.tagging import tag
    from profundo.verbs.translating import translate
    from profundo.verbs.watching import watch

_MODULES = {
    "augmenting": ("augment",),
    "checking": ("check", "grade"),
    "curves": ("curve",),
    "disturbing": ("robustness",),
    "encoding": ("embed", "fill_mask"),
    "energy": ("ai_and_compute", "footprint"),
    "errors": ("bias", "decomposition"),
    "explaining": ("explain",),
    "fooling": ("fool",),
    "generating": ("generate",),
    "hearing": ("hear",),
    "history": ("sketch", "timeline"),
    "playing": ("playground",),
    "predicting": ("inputs", "predict", "speaker"),
    "racing": ("race",),
    "searching": ("tune",),
    "tagging": ("tag",),
    "translating": ("translate",),
    "watching": ("watch",),
    "diagnosing": ("doctor", "rates"),
    "series": ("compare", "over_seeds", "verify"),
    "single": (
        "TrainedRun",
        "evaluate",
        "home",
        "learn",
        "load",
        "report",
        "runs",
        "summary",
        "train",
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"profundo.verbs has no {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
