"""Results are lines of results.jsonl: what was measured, when, on what, at which commit. Never edited by hand."""

import datetime
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import torch

from profundo import machine
from profundo.messages import _, speak
from profundo.progress import duration

HERE = Path(__file__).parent
RESULTS = HERE / "results.jsonl"


def append(benchmark: str, **figures: Any) -> None:
    """Add a line, with the date, the commit, the machine and how many programs ran on it in the last quarter of an hour."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True).stdout.strip()
    changed = subprocess.run(["git", "status", "--porcelain", "../src"], cwd=HERE, capture_output=True, text=True).stdout.strip()
    line = {
        "benchmark": benchmark,
        "date": datetime.date.today().isoformat(),
        "commit": commit + ("+" if changed else ""),
        "machine": machine.describe(torch.device("cuda" if torch.cuda.is_available() else "cpu")),
        "load": round(os.getloadavg()[2], 2),
        **figures,
    }
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def latest(benchmark: str, *by: str) -> dict[Any, dict[str, Any]]:
    """The last line of a benchmark, or of each `by` (such as "recipe") in it; of several, of each combination."""
    found: dict[Any, dict[str, Any]] = {}
    for text in RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []:
        line = json.loads(text)
        if line["benchmark"] == benchmark:
            found[_key(line, by) if by else benchmark] = line
    return found


def took(line: dict[str, Any], seconds: float) -> str:
    """A time of this line; with a tilde if the machine did other things meanwhile, which makes it too long."""
    busy = "load" in line and line["load"] > line["machine"]["threads"] + 0.5
    return ("~ " if busy else "") + duration(seconds)


def conditions(line: dict[str, Any], language: str) -> str:
    """A sentence: with which options a recipe's figure was had, and what its data are to be known for."""
    options = ", ".join(f"`--{name} {value}`" for name, value in line["options"].items())
    speak(language)
    remarks = [_(remark) for remark in line.get("remarks", [])]  # the run wrote them in English
    speak("en")
    return " ".join([f"`{line['recipe']}`: {options}.", *remarks])


def _key(line: dict[str, Any], by: tuple[str, ...]) -> Any:
    return line[by[0]] if len(by) == 1 else tuple(line[name] for name in by)
