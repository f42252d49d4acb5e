"""A published text file: fetched, or from a folder where a person keeps a copy of the set."""

import gzip
import hashlib
from pathlib import Path

from profundo.core import UserError
from profundo.data import plain_text
from profundo.data.fetch import Archive, fetch
from profundo.messages import _


def published(archive: Archive, copy: str | None) -> str:
    """The text of the file. copy: a folder with it under its own name, gzipped or not; fetched if None.

    Raises UserError where it can neither be found nor fetched, or is another file.
    """
    if copy is None:
        return plain_text.read(fetch(archive))
    folder, name = Path(copy).expanduser(), Path(archive.name).name
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), folder / name)
    text = plain_text.read(path)
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if hashlib.sha256(content).hexdigest() != archive.sha256:
        raise UserError(_("{path} is damaged, or another file than expected; replace it.").format(path=path))
    return text
