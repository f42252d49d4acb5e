"""The tables of the doctor and of watched loops, where a page has the marker <!-- alarms --> or <!-- watch -->, and its end."""

from typing import Any

import records

Cells = list[tuple[str, ...]]

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "alarms": ("what", "asked", "measured", ""),
        "runs": ("healthy quick runs of every recipe", "healthy full runs of every recipe"),
        "no_alarm": "no grave alarm",
        "told": "{alarms} alarms, {grave} of them grave, in {runs} runs of {recipes} recipes",
        "planted": "faults planted in an MLP and LeNet-5",
        "no_miss": "none missed",
        "found": "{named} of {planted} named, {seen} put down to another cause, {missed} missed",
        "watch": ("network", "batch", "step", "time watched / unwatched", "bar", ""),
        "met": ("missed", "met"),
    },
    "es": {
        "alarms": ("qué", "se pide", "medido", ""),
        "runs": ("ejecuciones rápidas y sanas de cada receta", "ejecuciones completas y sanas de cada receta"),
        "no_alarm": "ninguna alarma grave",
        "told": "{alarms} alarmas, {grave} de ellas graves, en {runs} ejecuciones de {recipes} recetas",
        "planted": "fallas plantadas en un MLP y en LeNet-5",
        "no_miss": "ninguna sin ver",
        "found": "{named} de {planted} nombradas, {seen} atribuidas a otra causa, {missed} sin ver",
        "watch": ("red", "lote", "paso", "tiempo con / sin observador", "límite", ""),
        "met": ("no cumplido", "cumplido"),
    },
}


def alarms(language: str) -> Cells:
    """How often the doctor cried wolf, and what it missed."""
    words, cells = WORDS[language], []
    for full, record in records.latest("doctor_alarms", "full").items():
        if record["runs"]:
            told = words["told"].format(**{**record, "recipes": len(record["recipes"])})
            cells.append((words["runs"][bool(full)], words["no_alarm"], told, words["met"][record["grave"] == 0]))
        if record["planted"]:
            missed = record["planted"] - record["named"] - record["seen"]
            found = words["found"].format(**record, missed=missed)
            cells.append((words["planted"], words["no_miss"], found, words["met"][missed == 0]))
    return [words["alarms"], *cells] if cells else []


def watch(language: str) -> Cells:
    """What it costs a loop to be watched, a row for each network and batch size."""
    words, cells = WORDS[language], []
    for (network, batch_size), record in sorted(records.latest("watch_overhead", "network", "batch_size").items(), reverse=True):
        ratio = record["ratio"]["epochs"]
        told = f"**{ratio['median']:.3f}** ({ratio['low']:.3f} to {ratio['high']:.3f})".replace(
            " to ", " a " if language == "es" else " to "
        )
        met = words["met"][ratio["median"] <= record["bar"]]
        cells.append((network, str(batch_size), f"{record['step_us']:.0f} µs", told, f"≤ {record['bar']:g}", met))
    return [words["watch"], *cells] if cells else []
