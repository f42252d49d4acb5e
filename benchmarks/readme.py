"""Write the tables of README.md, README.es.md and the pages in docs/ from results.jsonl. A test holds that they are current.

uv run python benchmarks/readme.py
"""

import re
from pathlib import Path

import readme_doctor
import readme_engine
import readme_experiments
import readme_text
import readme_vision
import records
from profundo.catalogue import catalogue
from profundo.messages import speak
from profundo.summaries import figure

ROOT = Path(__file__).parent.parent
WORDS = {
    "en": {
        "networks": ("recipe", "figure", "published", "measured", "seeds", "time", "energy", ""),
        "met": ("missed", "met"),
        "speed": ("way", "seconds an epoch", "profundo takes", "seconds to 98.5 % of dev", "profundo takes", "peak memory"),
        "load": ("patterns / neurons", "wrong bits", "theory"),
        "capacity": "How full is a Hopfield memory? {neurons} neurons, {draws} draws of the patterns.",
    },
    "es": {
        "networks": ("receta", "medida", "publicado", "medido", "semillas", "tiempo", "energía", ""),
        "met": ("no cumplido", "cumplido"),
        "speed": (
            "vía",
            "segundos por época",
            "profundo tarda",
            "segundos hasta el 98,5 % en dev",
            "profundo tarda",
            "memoria máxima",
        ),
        "load": ("patrones / neuronas", "bits erróneos", "teoría"),
        "capacity": "¿Cuánto cabe en una memoria de Hopfield? {neurons} neuronas, {draws} sorteos de los patrones.",
    },
}


def rows(cells: list[tuple[str, ...]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|---" * len(cells[0]) + "|", *lines[1:]])


def networks(language: str) -> str:
    """One row a recipe: published against measured, and why where the reason is known."""
    words = WORDS[language]
    table, notes = [words["networks"]], []
    latest = records.latest("networks", "recipe")
    for name in (row["recipe"] for row in catalogue()):
        if name not in latest:
            continue
        found, metric = latest[name], latest[name]["metric"]
        spread = f" ± {figure(metric, found['sd'])}" if found["sd"] is not None else ""
        measured = f"**{figure(metric, found['mean'])}**{spread}"
        published = f"{figure(metric, found['claim'])} ({found['source']})"
        cost = f"{found['joules']:.3g} J"
        verdict = words["met"][found["met"]]
        table.append(
            (
                f"`{name}`",
                metric,
                published,
                measured,
                str(len(found["seeds"])),
                records.took(found, found["seconds"]),
                cost,
                verdict,
            )
        )
        if found["note"] and not found["met"]:
            notes.append(f"`{name}`: {found['note']}.")
        if found.get("options"):
            notes.append(records.conditions(found, language))
    return "\n\n".join([rows(table), *notes])


UNITS = {
    "history": ("Neurons and history", "Neuronas e historia"),
    "deep": ("The breakthrough of 2006", "El avance de 2006"),
    "scratch": ("On our own engine, NumPy only", "Con nuestro propio motor, solo NumPy"),
    "dense": ("Dense networks", "Redes densas"),
    "vision": ("Pictures", "Imágenes"),
    "recurrent": ("Sequences", "Secuencias"),
    "text": ("Sentences and tags", "Oraciones y etiquetas"),
    "language": ("Language models and word vectors", "Modelos de lenguaje y vectores de palabras"),
    "translation": ("Translation", "Traducción"),
    "craft": ("Remedies and faults of training", "Remedios y fallas del entrenamiento"),
    "generative": ("What generates", "Las que generan"),
    "agents": ("What acts", "Las que actúan"),
}


def recipes(language: str) -> str:
    """Every recipe there is, a line a unit; a unit without a title here comes last, under its folder's name."""
    units: dict[str, list[str]] = {unit: [] for unit in UNITS}
    for row in catalogue():
        units.setdefault(row["unit"], []).append(f"`{row['recipe']}`")
    titled = {unit: UNITS.get(unit, (unit, unit))[language == "es"] for unit in units}
    return "\n".join(f"- **{titled[unit]}**: {', '.join(names)}." for unit, names in units.items() if names)


def capacity(words: dict) -> str:
    found = records.latest("hopfield_capacity").get("hopfield_capacity")
    if not found:
        return ""
    table = [words["load"]]
    for point in found["curve"]:
        theory = "-" if point["theory"] is None else f"{100 * point['theory']:.2f} %"
        table.append((f"{point['load']:.3g}", f"{100 * point['bit_error']:.2f} % ± {100 * point['sd']:.2f}", theory))
    return words["capacity"].format(neurons=found["neurons"], draws=len(found["seeds"])) + "\n\n" + rows(table)


def speed(words: dict) -> str:
    """LeNet-5 against the usual ways: same optimizer and batch, and everybody's best recipe."""
    latest = records.latest("lenet_mnist", "experiment")
    if not latest:
        return ""
    a, b = (latest.get(experiment, {"peers": {}, "profundo_time_over": {}}) for experiment in "ab")
    table = [words["speed"]]
    for name, peer in sorted(a["peers"].items(), key=lambda item: item[1]["seconds_per_epoch"]):
        other = b["peers"].get(name, {}).get("wall_to_target")
        table.append(
            (
                name,
                f"{peer['seconds_per_epoch']:.2f}",
                _times(a["profundo_time_over"].get(name)),
                f"{other:.1f}" if other else "-",
                _times(b["profundo_time_over"].get(name)),
                f"{peer['peak_mib']:.0f} MiB",
            )
        )
    return rows(table)


def _times(ratio: float | None) -> str:
    return f"{ratio:.2f} ×" if ratio else "-"


def filled(text: str, language: str) -> str:
    """A page with its tables as the results say; where it has no markers it stays as it is."""
    speak("en")  # figures in tables keep the decimal point in both languages
    words, learning = WORDS[language], readme_experiments.learning(language)
    contents = {
        "networks": networks(language),
        "recipes": recipes(language),
        "engine": _table(readme_engine.table(language)),
        "capacity": capacity(words),
        "speed": speed(words),
        "craft": _table(readme_experiments.craft(language)),
        "searches": _table(readme_experiments.searches(language)),
        "labels": _table(readme_experiments.labels(language)),
        "transfer": _table(readme_experiments.transfer(language)),
        "alarms": _table(readme_doctor.alarms(language)),
        "watch": _table(readme_doctor.watch(language)),
        "resnet": _table(readme_vision.resnet(language)),
        "ladder": _table(readme_vision.ladder(language)),
        "departures": readme_vision.departures(language),
        "decode": _table(readme_vision.decode(language)),
        "fooling": _table(readme_vision.fooling(language)),
        "pooling": _table(readme_vision.pooling(language)),
        "gpt": _table(readme_text.gpt(language)),
        "generation": _table(readme_text.generation(language)),
        "translators": _table(readme_text.translators(language)),
        "word2vec": _table(readme_text.word2vec(language)),
        "brown": _table(readme_text.brown(language)),
        "learning": "\n\n".join(f"{sentence}\n\n{rows(cells)}" for sentence, cells in learning),
    }
    for name, content in contents.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, content=content: match[1] + content + "\n" + match[2],
            text,
            flags=re.DOTALL,
        )
    return text


def _table(cells: list[tuple[str, ...]]) -> str:
    return rows(cells) if cells else ""


def pages() -> dict[Path, str]:
    """Every page that may have markers, and its language."""
    files = [ROOT / "README.md", ROOT / "README.es.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {path: "es" if path.name.endswith(".es.md") else "en" for path in files}


def main() -> None:
    for path, language in pages().items():
        path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
