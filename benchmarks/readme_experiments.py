"""The tables of experiments that are no recipe's claim: remedies (craft.py), searches, labels by lot, learning curves.

`readme.py` puts them where a page has the markers <!-- craft -->, <!-- searches -->, <!-- labels -->, <!-- transfer --> or
<!-- learning -->, each with its end.
"""

from typing import Any

import records
from profundo.summaries import figure

Cells = list[tuple[str, ...]]

PUBLISHED = {
    "T18": ((0.0160, 0.0135, 0.0125, 0.0106), "Srivastava et al. 2014"),
}
"""Of the ways of a row, in their order: errors on test."""

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "craft": ("way", "error", "on", "seeds", "time", "energy", "besides", ""),
        "published": "published {value} ({source}): {verdict}",
        "met": ("missed", "met"),
        "against": {True: "better", False: "worse", None: "cannot be told from the first"},
        "experiments": ("experiment", "asked", "measured", "repeats", "time", "energy", ""),
        "branin": "Branin-Hoo by `{sampler}`, evaluations: {n}",
        "lowest": "at most {bar} (the minimum is 0.3979)",
        "median": "median {median:.4f}, worst {worst:.4f}",
        "reached": "{met} of {n} seeds",
        "grid": "random against a grid, {options} options, {budget} trials",
        "not_worse": "not worse in {bar:.0%} of repeats",
        "share": "{share:.0%}; dev error {random:.2%} against {grid:.2%}",
        "architecture": "architecture found against the hand's",
        "as_good": "at least as good on test",
        "found": "{found} against {hand}",
        "labels": "{name}, error on {split}",
        "tuned": "LeNet-5 fine-tuned against fresh, {data}, {n} examples of each class",
        "gain": "{bar:g} points better on dev",
        "examples": "examples",
        "ahead": "Mean dev error on {data} over {n} seeds, with its spread.",
        "questions": {},
    },
    "es": {
        "craft": ("variante", "error", "en", "semillas", "tiempo", "energía", "además", ""),
        "published": "publicado {value} ({source}): {verdict}",
        "met": ("no cumplido", "cumplido"),
        "against": {True: "mejor", False: "peor", None: "no se distingue de la primera"},
        "experiments": ("experimento", "se pide", "medido", "repeticiones", "tiempo", "energía", ""),
        "branin": "Branin-Hoo con `{sampler}`, evaluaciones: {n}",
        "lowest": "a lo sumo {bar} (el mínimo es 0.3979)",
        "median": "mediana {median:.4f}, peor {worst:.4f}",
        "reached": "{met} de {n} semillas",
        "grid": "azar frente a rejilla, {options} opciones, {budget} ensayos",
        "not_worse": "no peor en el {bar:.0%} de las repeticiones",
        "share": "{share:.0%}; error en dev {random:.2%} frente a {grid:.2%}",
        "architecture": "arquitectura encontrada frente a la hecha a mano",
        "as_good": "al menos igual de buena en test",
        "found": "{found} frente a {hand}",
        "labels": "{name}, error en {split}",
        "tuned": "LeNet-5 con pesos aprendidos frente a nuevos, {data}, {n} ejemplos de cada clase",
        "gain": "{bar:g} puntos mejor en dev",
        "examples": "ejemplos",
        "ahead": "Error medio en dev con {data} sobre {n} semillas, con su dispersión.",
        "questions": {
            "T09": "¿A qué distancia están lo aprendido y lo nuevo?",
            "T10": "¿Qué ahorra parar a tiempo?",
            "T11": "¿Ayuda un precio sobre los cuadrados?",
            "T12": "¿De cuántos pesos se puede prescindir?",
            "T13": "¿Qué ruido ayuda?",
            "T14": "¿Cuánto valen los dígitos que nadie escribió?",
            "T15": "¿Qué ancho conviene?",
            "T16": "¿Se equivocan menos los pesos compartidos?",
            "T17": "¿Es mejor la media de diez que el promedio de cada una?",
            "T18": "¿Siguen las filas de la tabla del artículo su orden?",
            "T19": "¿Decide el primer sorteo si treinta capas aprenden?",
            "T20": "¿Cuántos pasos ahorra batch norm?",
            "N28": "¿Cuánto del gradiente llega a la primera de ocho capas?",
        },
    },
}
OWN = ("name", "metric", "on", "n", "values", "mean", "sd", "p", "seconds", "joules", "best_dev")
"""Columns of a row of craft.py; whatever else it has was measured besides."""


def craft(language: str) -> Cells:
    """Each remedy with and without: [] where nothing was measured yet."""
    words, found = WORDS[language], records.latest("craft", "row")
    cells: Cells = [words["craft"]]
    for name in sorted(found, key=lambda row: (row[0] != "T", row)):
        record = found[name]
        question = words["questions"].get(name, record["question"])
        cells.append((f"**{question}** ({name})", *[""] * (len(words["craft"]) - 1)))
        cells += [_way(words, record, number, row) for number, row in enumerate(record["rows"])]
    return cells if found else []


def _way(words: dict[str, Any], record: dict[str, Any], number: int, row: dict[str, Any]) -> tuple[str, ...]:
    besides = ", ".join(f"`{key}` {value:.3g}" for key, value in row.items() if key not in OWN and value is not None)
    return (
        f"`{row['name']}`",
        f"**{figure(row['metric'], row['mean'])}**{_spread(row['metric'], row['sd'])}",
        row.get("on", "test"),
        str(row["n"]),
        records.took(record, row["seconds"]),
        _joules(row["joules"]),
        besides,
        _judged(words, record["row"], number, row, record["rows"][0]),
    )


def _judged(words: dict[str, Any], name: str, number: int, row: dict[str, Any], first: dict[str, Any]) -> str:
    """Against what was published, or against the first way."""
    values, source = PUBLISHED.get(name, ((), ""))
    if number < len(values):
        verdict = words["met"][row["mean"] <= values[number]]
        return words["published"].format(value=figure(row["metric"], values[number]), source=source, verdict=verdict)
    if row is first or row.get("p") is None:
        return ""
    told = words["against"][row["mean"] < first["mean"] if row["p"] < 0.05 else None]
    return f"{told} (p = {row['p']:.2g})"


def searches(language: str) -> Cells:
    """What was asked of a search, what was measured, met or missed."""
    words = WORDS[language]
    rows = [*_branin(words), *_grids(words), *_architecture(words)]
    return [words["experiments"], *rows] if rows else []


def labels(language: str) -> Cells:
    """True and random labels, beside what was published."""
    words = WORDS[language]
    rows = _labels(words)
    return [words["experiments"], *rows] if rows else []


def transfer(language: str) -> Cells:
    """What weights that have learnt something alike are worth."""
    words, cells = WORDS[language], []
    for data, record in records.latest("fine_tuning", "data").items():
        mean = {name: figure("error", value) for name, value in record["mean"].items()}
        cells.append(
            (
                words["tuned"].format(data=data, n=record["examples_of_each_class"]) + " (T30)",
                words["gain"].format(bar=100 * record["bar"]),
                words["found"].format(found=mean["fine-tuned"], hand=mean["fresh"]),
                str(len(record["errors"]["fresh"])),
                "",
                "",
                words["met"][record["met"]],
            )
        )
    return [words["experiments"], *cells] if cells else []


def _branin(words: dict[str, Any]) -> Cells:
    cells: Cells = []
    for sampler, record in records.latest("branin", "sampler").items():
        for row in record["results"]:
            seeds = len(record["seeds"])
            cells.append(
                (
                    words["branin"].format(sampler=sampler, n=row["evaluations"]) + " (T28)",
                    words["lowest"].format(bar=row["bar"]),
                    words["median"].format(**row),
                    words["reached"].format(met=row["met"], n=seeds),
                    "",
                    "",
                    words["met"][row["met"] == seeds] if sampler == "gp" else "",  # the others stand beside it
                )
            )
    return cells


def _grids(words: dict[str, Any]) -> Cells:
    cells: Cells = []
    for budget, record in records.latest("random_against_grid", "budget").items():
        mean, share = record["mean_dev"], record["random_not_worse_dev"]["grid"]
        cells.append(
            (
                words["grid"].format(options=len(record["options"]), budget=budget) + " (T27)",
                words["not_worse"].format(bar=record["bar"]),
                words["share"].format(share=share, random=mean["random"], grid=mean["grid"]),
                str(record["repeats"]),
                "",
                "",
                words["met"][record["met"]],
            )
        )
    return cells


def _architecture(words: dict[str, Any]) -> Cells:
    cells: Cells = []
    for record in records.latest("architecture_search").values():
        hand = sum(record["hand"]) / len(record["hand"])
        for row in record["searches"]:
            told = words["found"].format(
                found=f"{figure('error', row['mean'])}{_spread('error', row['sd'])}", hand=figure("error", hand)
            )
            good = words["met"][row["mean"] <= hand]
            cells.append(
                (
                    words["architecture"] + " (T29)",
                    words["as_good"],
                    told,
                    str(len(row["test"])),
                    records.took(record, row["seconds"]),
                    _joules(row["joules"]),
                    good,
                )
            )
    return cells


def _labels(words: dict[str, Any]) -> Cells:
    cells: Cells = []
    for record in records.latest("random_labels").values():
        for row in record["rows"]:
            for split in ("train", "test"):
                value, mean = row["published"][split], row["mean"][split]
                cells.append(
                    (
                        words["labels"].format(name=row["name"], split=split) + " (T25)",
                        f"{figure('error', value)} (Zhang et al. 2017)",
                        f"{figure('error', mean)}{_spread('error', row['sd'][split])}",
                        str(len(record["seeds"])),
                        records.took(record, row["seconds"]),
                        _joules(row["joules"]),
                        words["met"][round(mean, 4) <= value],
                    )
                )
    return cells


def learning(language: str) -> list[tuple[str, Cells]]:
    """For each data set a sentence and a table: examples down, learners across."""
    found = []
    for data, record in records.latest("learning_curves", "data").items():
        curves = record["curves"]
        cells: Cells = [(WORDS[language]["examples"], *(curve["name"] for curve in curves))]
        for rows in zip(*(curve["sizes"] for curve in curves), strict=True):
            best = min(row["dev"] for row in rows)
            told = [f"{figure('error', row['dev'])}{_spread('error', row['dev_sd'])}" for row in rows]
            marked = [f"**{text}**" if row["dev"] == best else text for text, row in zip(told, rows, strict=True)]
            cells.append((str(rows[0]["examples"]), *marked))
        found.append((WORDS[language]["ahead"].format(data=data, n=record["seeds"]), cells))
    return found


def _spread(metric: str, sd: float | None) -> str:
    return "" if sd is None else f" ± {figure(metric, sd)}"


def _joules(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.3g} J"
