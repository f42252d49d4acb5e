"""Text as people keep it: a file in whatever encoding, read into characters without losing an accent."""

import codecs
import gzip
import os.path
import re
from collections.abc import Iterable
from pathlib import Path

from profundo.core import UserError
from profundo.messages import _

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What files begin with that say their encoding; UTF-32's little-endian mark begins with UTF-16's, so it is asked for first."""
BOOKS = Path(__file__).parent / "text_files"
"""Books that travel with profundo."""
LONGEST = 20_000
"""Characters of a line that may be a sentence."""
FILE = re.compile(r"\S+\.(?:txt|tsv|csv|gz)")
"""What is the name of a file and no text, whether there is such a file or not."""


def read(path: str | Path) -> str:
    """The text of a file, plain or gzipped, with line ends as "\\n".

    A mark at its beginning says the encoding; else it is UTF-8, and else Windows-1252, which older Spanish text is in.
    Raises UserError where there is no such file, it cannot be read, is empty, or is no text.
    """
    path = Path(path).expanduser()
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except FileNotFoundError:
        raise UserError(_("There is no file {path}.").format(path=path)) from None
    except (OSError, EOFError) as why:
        raise UserError(_("{path} cannot be read ({why}).").format(path=path, why=why)) from None
    text = decoded(content)
    if text is None:
        raise UserError(
            _("{path} is no text: it holds bytes that are no characters; save it as plain text, UTF-8.").format(path=path)
        )
    if not text.strip():
        raise UserError(_("{path} is empty; there is nothing to read.").format(path=path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def book(name: str, path: str | Path | None = None) -> str:
    """The text of a person's own file or, without one, of the book of this name. Raises UserError as `read` does."""
    return read(path or BOOKS / f"{name}.txt.gz")


def decoded(content: bytes) -> str | None:
    """Bytes -> characters, or None where they are none."""
    marked = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def lines(path: str | Path) -> list[str]:
    """The lines of a file that hold something, without spaces at their ends.

    Raises UserError as `read` does, and for a line too long to be a sentence.
    """
    found = read(path).split("\n")
    for number, line in enumerate(found, start=1):
        if len(line) > LONGEST:
            raise UserError(
                _("Line {number} of {path} has {n:,} characters; one sentence a line is expected, of at most {most:,}.").format(
                    number=number, path=path, n=len(line), most=LONGEST
                )
            )
    return [line.strip() for line in found if line.strip()]


def texts(given: Iterable[str]) -> list[str]:
    """What people give where texts are asked for: each is one, or the name of a file with one a line.

    Raises UserError for a folder, and as `lines` does for a file.
    """
    found = []
    for text in given:
        if os.path.isdir(text):  # noqa: PTH112  # of a text too long to be a name, Path would raise
            raise UserError(_("{path} is a folder; give a text, or a file with one a line.").format(path=text))
        named = FILE.fullmatch(text) or os.path.isfile(text)  # noqa: PTH113
        found += lines(text) if named else [text]
    return found
