"""What is written outside the code agrees with it."""

import re
import sys
from pathlib import Path

import pytest

from profundo.catalogue import names
from profundo.messages import LOCALES

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.es.md", "es")])
def test_the_readmes_tables_are_the_results(name, language, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    import readme
    from profundo.messages import speak

    text = (ROOT / name).read_text(encoding="utf-8")
    filled = readme.filled(text, language)
    speak("en")
    assert filled == text, "run `python benchmarks/readme.py`"


@pytest.mark.parametrize("recipe", names())
def test_every_recipe_stands_in_the_readme(recipe):
    assert f"`{recipe}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def catalogue():
    from babel.messages.pofile import read_po

    with (LOCALES / "es/LC_MESSAGES/profundo.po").open("rb") as file:
        return read_po(file, "es")


def test_every_message_is_in_spanish_and_keeps_its_fields():
    from babel.messages.extract import extract_from_dir

    source = ROOT / "src" / "profundo"
    known = catalogue()
    for file, _line, message, _comments, _context in extract_from_dir(
        str(source), [("**.py", "python"), ("**.j2", "jinja2")], keywords={"_": None}
    ):
        translated = known.get(message)
        assert translated is not None, f"{file}: not translated: {message!r}"
        assert translated.string, f"{file}: not translated: {message!r}"
        fields = re.compile(r"\{\w+[^}]*\}")
        assert sorted(fields.findall(message)) == sorted(fields.findall(translated.string)), message


def test_the_compiled_catalogue_is_current():
    from babel.messages.mofile import read_mo

    with (LOCALES / "es/LC_MESSAGES/profundo.mo").open("rb") as file:
        compiled = {m.id: m.string for m in read_mo(file) if m.id}
    assert compiled == {m.id: m.string for m in catalogue() if m.id and m.string and not m.fuzzy}


def test_no_path_of_a_machine_is_named():
    for file in [
        *ROOT.glob("*.md"),
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").rglob("*"),
    ]:
        if file.is_file() and "__pycache__" not in file.parts:
            assert not re.search(r"/(home|root|Users)/\w", file.read_text(encoding="utf-8")), file
