"""The only code that opens the test split."""

from typing import Any

import torch

from profundo import machine
from profundo.core import Recipe, UserError
from profundo.data import opened
from profundo.messages import _
from profundo.run import Run


def evaluate(recipe: Recipe, run: Run, split: str = "test", device: str = "auto") -> dict[str, Any]:
    """Score the chosen weights of a run (best on dev) on dev or test, beside the trivial baseline and the claim.

    Returns {"split", split: scores, "baseline", "claim"} and, for test, writes it to result.json with the number of times that
    test was opened. Raises UserError for another split, or a run without weights.
    """
    if split not in ("dev", "test"):
        raise UserError(_("The split is dev or test, not {split!r}.").format(split=split))
    where = machine.choose_device(device)
    network = recipe.network.build()
    network.load_state_dict(run.load_weights())
    network.to(where)
    splits = opened(recipe.data).to(where)
    torch.manual_seed(0)  # evaluators that sample do so from one seed
    data = splits.open_test() if split == "test" else splits.dev
    result: dict[str, Any] = {
        "metric": recipe.evaluate.metric,
        split: recipe.evaluate.score(network, data),
        "baseline": recipe.evaluate.baseline(splits.train, data),
    }
    if recipe.claim:
        measured = result[split].get(recipe.claim.metric)
        result["claim"] = {
            "metric": recipe.claim.metric,
            "value": recipe.claim.value,
            "source": recipe.claim.source,
            "met": None if measured is None else recipe.claim.met(measured),
        }
    if split == "test":
        before = run.read("result.json")
        run.write("result.json", result | {"test_opened": before.get("test_opened", 0) + 1})
    return result
