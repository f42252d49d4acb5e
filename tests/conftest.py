import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two test processes share two cores
os.environ["PROFUNDO_COUNTRY"] = "ESP"
os.environ["LANGUAGE"] = "en"

import jaxtyping
import pytest

# Shapes written on `forward` are checked whenever a test runs one.
jaxtyping.install_import_hook("profundo.networks", "beartype.beartype").__enter__()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Every test works in an empty folder, with an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROFUNDO_DATA", str(tmp_path / "cache"))
