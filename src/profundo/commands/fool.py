"""`profundo fool`."""

import argparse
from typing import Any

from profundo.messages import _


def describe() -> str:
    return _("small changes that make a network err: how many fool it, and do they fool another one")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run")
    parser.add_argument("picture", nargs="?", metavar=_("PICTURE"), help=_("a picture of your own, instead of those of dev"))
    parser.add_argument("--epsilon", type=float, default=0.25, metavar="E", help=_("the largest change of a pixel, from 0 to 1"))
    parser.add_argument("--method", default="fgsm", metavar="M", help="fgsm, pgd, minimal")
    parser.add_argument("--examples", type=int, metavar="N", help=_("how many of dev are attacked"))
    parser.add_argument("--transfer", metavar=_("RUN"), help=_("another run, which is shown what fools this one"))


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.verbs.fooling import fool

    found = fool(arguments.run, arguments.picture, arguments.epsilon, arguments.method, arguments.examples, arguments.transfer)
    lines = _table(found) if found["outcomes"] else [_before_and_after(one) for one in found["pictures"]]
    if moved := found["transfer"]:
        lines.append(
            _("of {n} that both get right, {fooled} fool this one; {both} of these fool {other} too (noise: {noise})").format(
                n=moved["examples"],
                fooled=_share(moved["fooled"]),
                both=_share(moved["both"]),
                other=moved["run"],
                noise=_share(moved["noise"]),
            )
        )
    return "\n".join([*lines, found["figure"]]), found


def _table(found: dict[str, Any]) -> list[str]:
    """A line an attack, and what was published."""
    from profundo.summaries import aligned

    names = {
        "clean": _("as they are"),
        "noise": _("noise as large"),
        "fgsm": "FGSM",
        "free": _("FGSM, pixels free to leave [0, 1]"),
        "pgd": "PGD",
        "minimal": _("the nearest in another class"),
    }
    head = (_("{n} of dev").format(n=found["examples"]), _("error"), _("confidence when wrong"), _("distortion"))
    body = [
        (names[row["what"]], _share(row["error"]), _share(row["confidence"]), _distance(row["distortion"]))
        for row in found["outcomes"]
    ]
    lines = [aligned([head, *body])]
    if known := found["published"]:
        figures = (
            _("distortion {distortion}").format(distortion=known["distortion"])
            if "distortion" in known
            else _("error {error}, confidence {confidence}").format(
                error=_share(known["error"]), confidence=_share(known["confidence"])
            )
        )
        lines.append(_("published  {figures} ({source})").format(figures=figures, source=known["source"]))
    return lines


def _before_and_after(one: dict[str, Any]) -> str:
    (was, sure), (now, surer) = one["before"], one["after"]
    return _("it said {was} ({sure}), and says {now} ({surer}); distortion {distortion}").format(
        was=was, sure=_share(sure), now=now, surer=_share(surer), distortion=_distance(one["distortion"])
    )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _distance(distortion: float | None) -> str:
    return "-" if distortion is None else f"{distortion:.3f}"
