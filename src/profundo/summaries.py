"""Results as people read them in a terminal. The same facts as --json, in a few lines."""

from typing import Any

from profundo.messages import _
from profundo.progress import duration

PERCENT = {
    "error",
    "train_error",
    "bit_error",
    "accuracy",
    "perfect",
    "solved",
    "holding",
    "completion",
    "stress_error",
    "word_error",
    "adversarial_error",
    "adversarial_confidence",
    "scrambled",
    "f1",
    "analogies",
    "far",
}
"""Figures that people read as percentages."""

MOST = 4
"""Findings that the end of a training shows."""


def figure(metric: str, value: float | None) -> str:
    """A figure in the units people use: 1.03 %, -13, 0.2187."""
    if value is None:
        return "-"
    return f"{100 * value:.2f} %" if metric in PERCENT else f"{value:.4g}"


def trained(found: dict[str, Any]) -> str:
    """The truth about a finished run."""
    metric = found["metric"]
    lines = [evaluated(found, "test")]
    if found["best"] and found["last"]:
        lines.append(
            _("on dev: best {best} in epoch {epoch}, last {last} in epoch {final}").format(
                best=figure(metric, found["best"]["dev"]),
                epoch=found["best"]["epoch"],
                last=figure(metric, found["last"]["dev"]),
                final=found["last"]["epoch"],
            )
        )
    if found["stopped"]:
        lines.append(stopped(**found["stopped"]))
    lines.append(
        _("time {time} · {cost} · seed {seed}").format(time=duration(found["seconds"]), cost=cost(found), seed=found["seed"])
    )
    lines.append(_("run  {run}").format(run=found["run"]))
    if found["doctor"]:
        lines.append(verdict(found["doctor"], found["run"]))
    return "\n".join(lines)


def stopped(why: str, step: int, of: int) -> str:
    """Why a training ended before its last step."""
    reasons = {
        "patience": _("dev had not been better for --rule.patience epochs"),
        "seconds": _("the time of --seconds was up"),
        "joules": _("the energy of --joules was spent"),
        "gain": _("dev gained less than --gain-per-kilojoule"),
    }
    return _("stopped at step {step} of {of}: {why}").format(step=step, of=of, why=reasons[why])


def verdict(found: dict[str, Any], run: str) -> str:
    """The doctor's word at the end of a training: what was found, in a line each."""
    findings = found["findings"]
    if not findings:
        return _("doctor: {n} checks, nothing found").format(n=found["checks"])
    lines = [_("doctor: {n} checks, findings: {found}").format(found=len(findings), n=found["checks"])]
    lines += [_marked(finding) for finding in findings[:MOST]]
    return "\n".join([*lines, _("   `profundo doctor {run}` says what to try").format(run=run)])


def diagnosed(found: dict[str, Any]) -> str:
    """Everything that the doctor found: what is seen, and what to try."""
    if not found["findings"]:
        return _("{run}: {n} checks, nothing found").format(run=found["run"], n=found["checks"])
    lines = [_("{run}: {n} checks, findings: {found}").format(run=found["run"], found=len(found["findings"]), n=found["checks"])]
    for finding in found["findings"]:
        lines += ["", f"{_marked(finding)}  ({finding['check']})", "  " + finding["advice"]]
        if rate := finding["evidence"].get("suggested_rate"):
            lines.append("  " + _("A range test suggests --rule.lr {rate}.").format(rate=f"{rate:.2g}"))
        if finding["explains"]:
            lines.append("  " + _("It explains {others}.").format(others=", ".join(finding["explains"])))
    return "\n".join(lines)


def _marked(finding: dict[str, Any]) -> str:
    return ("! " if finding["grave"] else "- ") + finding["sentence"]


def evaluated(found: dict[str, Any], split: str) -> str:
    """The figure beside the published one and beside somebody who learnt nothing."""
    metric = found["metric"]
    value = found[split][metric]
    lines = [f"{split} {metric}  {figure(metric, value)}"]
    known = found.get("interval")
    if known:
        text = _("(95 % interval: {low} to {high}, {n} examples)")
        lines[0] += "  " + text.format(low=figure(metric, known["low"]), high=figure(metric, known["high"]), n=known["n"])
    if "train_error" in found[split]:  # where the question is what was learnt by heart
        lines.append(f"train error  {figure('train_error', found[split]['train_error'])}")
    if claim := found.get("claim"):
        if claim["metric"] not in (metric, "train_error"):
            lines.append(f"{split} {claim['metric']}  {figure(claim['metric'], found[split].get(claim['metric']))}")
        lines.append(published(claim["metric"], claim["value"], claim))
        if known and claim["metric"] == metric and known["low"] <= claim["value"] <= known["high"]:
            lines[-1] += _("; it lies within the interval, so these examples cannot tell the two apart")
    if baseline := found.get("baseline"):
        lines.append(_("baseline   {value} (learning nothing)").format(value=figure(metric, baseline.get(metric))))
    if found.get("test_opened", 0) > 1:
        lines.append(_("note: the test split was opened {n} times; choose on dev").format(n=found["test_opened"]))
    return "\n".join(lines)


def cost(found: dict[str, Any]) -> str:
    """Energy and carbon, never rounded to nothing, and how they are known."""
    if found["joules"] is None or found["co2e_g"] is None:
        return _("energy unknown")
    joules, grams = found["joules"], found["co2e_g"]
    energy = f"{joules:.3g} J" if joules < 1000 else f"{joules / 1000:.3g} kJ"
    carbon = f"{grams:.2g} g" if grams >= 0.01 else f"{1000 * grams:.2g} mg"
    known = {"measured": _("measured"), "estimated": _("estimated")}.get(found["energy"], "")
    return _("{energy}, {carbon} CO2e ({known})").format(energy=energy, carbon=carbon, known=known)


def published(metric: str, value: float, claim: dict[str, Any]) -> str:
    """The number that was published, and whether it was met."""
    line = _("published  {value} ({source}): {verdict}").format(
        value=figure(metric, value), source=claim["source"], verdict=_("met") if claim["met"] else _("missed")
    )
    return f"{line} ({claim['note']})" if claim["note"] and not claim["met"] else line


def verified(found: dict[str, Any]) -> str:
    metric = found["metric"]
    each = ", ".join(figure(metric, value) for value in found["measured"])
    spread = f" ± {figure(metric, found['sd'])}" if found["sd"] is not None else ""
    first = f"{found['recipe']}: {metric} {figure(metric, found['mean'])}{spread}  ({each})"
    return first + "\n" + published(metric, found["claim"], found)


def predicted(said: list[dict[str, Any]]) -> str:
    lines = []
    for one in said:
        answer = one["said"]
        if isinstance(answer, dict):
            answer = "  ".join(f"{name} {value:.4g}" for name, value in list(answer.items())[:5])
        lines.append(f"{one['input']}  {answer}")
    return "\n".join(lines)


def table(rows: list[dict[str, Any]]) -> str:
    """Runs, a line each."""
    head = (_("run"), _("seed"), _("figure"), _("test"), _("published"), _("time"), _("energy"))
    body = [
        (
            row["run"],
            str(row["seed"]),
            row["metric"] or _("unfinished"),
            _tested(row),
            figure(row["metric"], (row["claim"] or {}).get("value")),
            duration(row["seconds"]),
            cost(row),
        )
        for row in rows
    ]
    return aligned([head, *body])


def _tested(row: dict[str, Any]) -> str:
    """The figure on test; that on dev, and said to be so, where test was never opened."""
    if not row["test"] and row["best"]:
        return _("dev {value}").format(value=figure(row["metric"], row["best"]["dev"]))
    value = figure(row["metric"], (row["test"] or {}).get(row["metric"]))
    known = row.get("interval")
    if not known:
        return value
    low, high = (figure(row["metric"], known[end]).removesuffix(" %") for end in ("low", "high"))
    return f"{value} ({low}–{high})"


def compared(found: dict[str, Any]) -> str:
    rows = found["rows"]
    head = (_("recipe"), _("n"), _("figure"), _("test"), _("time"), _("joules"))
    body = [
        (
            row["name"],
            str(row["n"]),
            row["metric"],
            _compared(row),
            duration(row["seconds"]),
            "-" if row["joules"] is None else f"{row['joules']:.3g}",
        )
        for row in rows
    ]
    return "\n".join([aligned([head, *body]), found["verdict"], found["figure"]])


def _compared(row: dict[str, Any]) -> str:
    """Mean and spread on test; on dev, and said to be so, for loops that were watched."""
    spread = f" ± {figure(row['metric'], row['sd'])}" if row["sd"] is not None else ""
    value = figure(row["metric"], row["mean"]) + spread
    return _("dev {value}").format(value=value) if row["on"] == "dev" else value


def aligned(rows: list[tuple[str, ...]]) -> str:
    """Rows of cells as text, each column as wide as its widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
