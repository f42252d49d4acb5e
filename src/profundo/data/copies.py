"""A published file: fetched, or from a folder where a person keeps a copy of the set."""

import gzip
import hashlib
from pathlib import Path

from profundo.core import UserError
from profundo.data import plain_text
from profundo.data.fetch import Archive, fetch
from profundo.messages import _


def place(archive: Archive, copy: str | None) -> Path:
    """Where the file lies. copy: a folder with it under its own name, gzipped or not; fetched if None.

    Raises UserError where it can neither be found nor fetched.
    """
    if copy is None:
        return fetch(archive)
    folder, name = Path(copy).expanduser(), Path(archive.name).name
    found = next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)
    if found is None:
        raise UserError(_("There is no file {file} in {path}.").format(file=name, path=folder))
    return found


def published(archive: Archive, copy: str | None) -> str:
    """The text of the file. Raises UserError as `place` does, and for another file than was published."""
    path = place(archive, copy)
    text = plain_text.read(path)
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if hashlib.sha256(content).hexdigest() != archive.sha256:
        raise UserError(_("{path} is damaged, or another file than expected; replace it.").format(path=path))
    return text
