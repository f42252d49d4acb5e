"""Energy and carbon in one sentence for a paper, in Markdown or LaTeX."""

import re
from typing import Any

from profundo.messages import _
from profundo.study.amounts import electricity, mass
from profundo.study.words import local


def of_runs(found: dict[str, Any], markup: str) -> str:
    """Of what `bill` found."""
    how = {
        "measured": _("measured with the energy counters of the processor and the GPU"),
        "estimated": _("estimated from processor time and memory"),
        "mixed": _("partly measured with energy counters, partly estimated from processor time and memory"),
        None: _("not known"),
    }[found["method"]]
    text = _(
        "Training the {n} networks reported here took {kwh} of electricity ({how}), that is, {mass} CO2e at {grams} g a kWh "
        "({source}) and a PUE of {pue}."
    ).format(
        n=sum(row["joules"] is not None for row in found["runs"]),
        grams=local(f"{found['co2e_g'] / found['kwh'] if found['kwh'] else 0.0:.4g}"),
        kwh=electricity(found["kwh"]),
        how=how,
        mass=mass(found["co2e_g"]),
        source="; ".join(found["sources"]),
        pue=local(f"{found['pue']:g}"),
    )
    return marked_up(text, markup)


def of_board(found: dict[str, Any], markup: str) -> str:
    """Of what `impact` found, as the calculator's own template words it."""
    text = _(
        "{hours} hours of computation on a {gpu} ({watts} W) in {where}, at {grams} g CO2e a kWh and a PUE of {pue}, emitted "
        "{mass} CO2e, of which the provider says that it offsets {offset} % (formula and tables: Lacoste et al. 2019)."
    ).format(
        hours=local(f"{found['hours']:,.6g}"),
        gpu=found["gpu"],
        watts=local(f"{found['watts']:g}"),
        where=found["region"] or _("an unknown place"),
        grams=local(f"{found['g_per_kwh']:.4g}"),
        pue=local(f"{found['pue']:g}"),
        mass=mass(1000 * found["kg"]),
        offset=local(f"{found['offset_percent']:g}"),
    )
    return marked_up(text, markup)


def marked_up(text: str, markup: str) -> str:
    """The 2 of CO2e as a subscript, and for LaTeX its special characters and thin spaces before units."""
    if markup == "markdown":
        return text.replace("CO2e", "CO₂e")
    text = re.sub(r"[%&_#$]", lambda mark: "\\" + mark[0], text)
    text = re.sub(r"(?<=\d) (?=(m?Wh|kWh|MWh|mg|g|kg|t|W)\b)", r"\\,", text)
    return text.replace("CO2e", r"CO\textsubscript{2}e")
