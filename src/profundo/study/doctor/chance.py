"""Is it better than nothing at all?"""

import math

from profundo.messages import _
from profundo.study.doctor.case import Case, Finding
from profundo.study.words import local, many, scored, told

FAR = 1.6
"""An untrained classifier that is this many times as surprised as one that knows nothing is sure of its errors."""
NEAR = 0.4
"""One that is so much less surprised has seen the answers."""


def no_better_than_learning_nothing(case: Case) -> Finding | None:
    """The figure is that of the majority class, the mean, a random walk."""
    split = "test" if case.metric in case.result.get("test", {}) else "dev"
    value = case.result["test"][case.metric] if split == "test" else case.dev
    baseline = case.result.get("baseline", {}).get(case.metric, case.examination.get("rivals", {}).get("majority"))
    if value is None or baseline is None:
        return None
    gain = (baseline - value) if case.lower_is_better else (value - baseline)
    if gain > _noise(baseline, case.facts.get("examples", {}).get(split), case.classifies):
        return None
    if value == baseline == (0.0 if case.lower_is_better else 1.0):
        return None  # nothing was left to learn
    if (case.result.get("claim") or {}).get("met"):
        return None  # as was published: a single unit does not learn XOR
    advice = _("See whether the network can learn a few examples by heart{flag}; if not, look at the rate and the labels.")
    if case.smoke:
        advice = _("Some recipes need more than a smoke run: train without --quick.")
    return Finding(
        _("{figure} {value}, and who learns nothing has {baseline}: nothing was learnt.").format(
            figure=scored(split, case.metric), value=told(case.metric, value), baseline=told(case.metric, baseline)
        ),
        advice.format(flag=case.flag("data.limit", "100")),
        {"value": value, "baseline": baseline, "split": split},
        grave=not case.smoke,
    )


def _noise(share: float, n: int | None, is_share: bool) -> float:
    """Three standard deviations of a share of n examples; nothing for other figures."""
    return 3 * math.sqrt(share * (1 - share) / n) if is_share and n else 0.0


def predicts_few_classes(case: Case) -> Finding | None:
    """Some classes are never said, though they occur."""
    answers = case.result.get("answers", {})
    said, true = answers.get("said", []), answers.get("true", [])
    never = [k for k, (s, t) in enumerate(zip(said, true, strict=True)) if s == 0 and t > 0]
    there = sum(t > 0 for t in true)
    expected = sum(true[k] for k in never)
    most = len(never) > there / 2
    if not never or expected < 5 or (case.unfinished and not most):
        return None
    names = [str(name) for name in case.facts.get("names", range(len(said)))]
    missing = ", ".join(names[k] for k in never[:5]) + (", ..." if len(never) > 5 else "")
    return Finding(
        _("It only ever says {k} of {there} classes: never {missing} ({n} test examples).").format(
            k=there - len(never), there=there, missing=missing, n=many(expected)
        ),
        _("Count the labels: rare classes need more examples, or more weight; where all are frequent, lower the rate."),
        {"never": never, "examples": expected},
        grave=most and not case.smoke,
    )


def initial_loss_far_from_ln_k(case: Case) -> Finding | None:
    """Before learning anything a classifier of K classes should be as surprised as one that knows nothing: ln K."""
    k = case.facts.get("classes", 0)
    first = next((r.get("loss") for r in case.records if r.get("step") == 1), None)
    objective = case.option("rule.objective", None if "rule" in case.options else "cross_entropy")  # a loop's is not known
    if first is None or case.facts.get("task") != "classify" or k < 2 or objective != "cross_entropy":
        return None
    expected = math.log(k)
    trained = bool(case.run.read("recipe.json").get("start") or case.run.read("loop.json").get("fresh"))
    if NEAR * expected <= first <= FAR * expected + 0.5 or (trained and first < expected):
        return None
    numbers = {"first": local(f"{first:.3g}"), "expected": local(f"{expected:.3g}"), "k": k}
    if first < expected:
        sentence = _("The loss begins at {first}, below the ln {k} = {expected} of one who has not seen the labels.")
        advice = _("Either the weights are not fresh, or the inputs contain the answer.")
    else:
        sentence = _("The loss begins at {first}; one who knows nothing has ln {k} = {expected}.")
        advice = _("The first outputs are too large: scale the inputs to deviation 1, or draw the last layer's weights smaller.")
    return Finding(sentence.format(**numbers), advice, {"first": first, "expected": expected})
