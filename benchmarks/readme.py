"""Write the tables of README.md and README.es.md from results.jsonl. A test holds that they are current.

uv run python benchmarks/readme.py
"""

import re
from pathlib import Path

import records
from profundo.catalogue import catalogue
from profundo.messages import speak
from profundo.progress import duration
from profundo.summaries import figure

ROOT = Path(__file__).parent.parent
WORDS = {
    "en": ("network", "figure", "published", "measured", "seeds", "time", "energy", "", "met", "missed", "fastest other way"),
    "es": (
        "red",
        "medida",
        "publicado",
        "medido",
        "semillas",
        "tiempo",
        "energía",
        "",
        "cumplido",
        "no cumplido",
        "la otra vía más rápida",
    ),
}


def networks(language: str) -> str:
    """One row a recipe: published against measured."""
    words = WORDS[language]
    lines = ["| " + " | ".join(words[:8]) + " |", "|---" * 8 + "|"]
    latest = records.latest("networks", "recipe")
    for row in catalogue():
        found = latest.get(row["recipe"])
        if not found:
            continue
        metric = found["metric"]
        spread = f" ± {figure(metric, found['sd'])}" if found["sd"] is not None else ""
        lines.append(
            f"| `{row['recipe']}` | {metric} | {figure(metric, found['claim'])} ({found['source']}) "
            f"| **{figure(metric, found['mean'])}**{spread} | {len(found['seeds'])} | {duration(found['seconds'])} "
            f"| {found['joules']:.3g} J | {words[8] if found['met'] else words[9]} |"
        )
    return "\n".join(lines)


def filled(text: str, language: str) -> str:
    """The README with its tables as the results say."""
    speak(language)
    return re.sub(
        r"(<!-- networks -->\n).*?(<!-- /networks -->)",
        lambda match: match[1] + networks(language) + "\n" + match[2],
        text,
        flags=re.DOTALL,
    )


def main() -> None:
    for name, language in (("README.md", "en"), ("README.es.md", "es")):
        path = ROOT / name
        path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
