"""Numbers and names as readers expect them."""

import re

from profundo.messages import _
from profundo.summaries import figure


def local(text: str) -> str:
    """Numbers in the reader's way: 61,706 and 0.95 are 61 706 and 0,95 in Spanish; a minus is no hyphen."""
    sample = _("1,234.5")  # a translation writes the same number with its own marks
    swap = {",": sample[1], ".": sample[-2]}
    text = re.sub(r"(?<=\d)[.,](?=\d)", lambda mark: swap[mark[0]], text)
    return re.sub(r"(?<!\w)-(?=\d)", "−", text)


def told(metric: str, value: float | None) -> str:
    """A figure in its units and in the reader's way: "1.03 %"."""
    return local(figure(metric, value))


def many(count: float) -> str:
    """A count: 61,706."""
    return local(f"{count:,.0f}")


def word(name: str) -> str:
    """What a recorded figure is called."""
    if name.startswith("dev_"):
        return scored("dev", name[4:])
    known = {
        "loss": _("loss"),
        "own_loss": _("own loss"),
        "error": _("error"),
        "train_error": _("train error"),
        "bit_error": _("bit error"),
        "accuracy": _("accuracy"),
        "mistakes": _("mistakes"),
        "stress_error": _("stress error"),
        "word_error": _("words read wrong"),
        "adversarial_error": _("adversarial error"),
        "adversarial_confidence": _("adversarial confidence"),
        "scrambled": _("scrambled"),
        "support_vectors": _("support vectors"),
        "energy": _("energy"),
        "return": _("return"),
        "log_likelihood": _("log-likelihood"),
        "bleu": "BLEU",
        "diversity": _("diversity"),
        "solved": _("solved"),
        "holding": _("holding"),
        "codes": _("different codes"),
        "completion": _("completion"),
        "median_cycles": _("median cycles to solve"),
        "longest_cycles": _("most cycles to solve"),
        "squared_error": _("squared error"),
        "dreams": _("dreams"),
        "filters": _("filters"),
        "reconstructions": _("reconstructions"),
    }
    return known.get(name, name.replace("_", " "))


def shortened(name: str, most: int = 14) -> str:
    """A name of a class, for narrow places."""
    return name if len(name) <= most else name[: most - 1] + "…"


def plain(text: str) -> str:
    """Text for a figure, where a pair of dollars would begin a formula."""
    return text.replace("$", r"\$")


def scored(split: str, name: str) -> str:
    """ "test error", in the order of the reader's language."""
    return _("{split} {figure}").format(split={"dev": _("dev"), "test": _("test")}[split], figure=word(name))


def percent(share: float) -> str:
    """A share: "61.7 %"."""
    return local(f"{100 * share:.3g} %")
