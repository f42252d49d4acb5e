"""CSV files as spreadsheets and databases write them, in Spain as elsewhere: whatever separator, encoding and decimal mark.

Cells are words until somebody asks for numbers, so that an error can show the cell as its owner wrote it.
"""

import csv
import io
import warnings
from numbers import Number
from pathlib import Path
from typing import Any

import numpy as np
import torch

from profundo import machine
from profundo.core import UserError
from profundo.data import plain_text
from profundo.messages import _

Frame = Any
"""A pandas DataFrame, all words. (Its own type tells a checker that `frame[name]` may be almost anything.)"""
Cells = Any
"""A pandas Series, one column of it."""
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "#N/D", "NaN", "nan", "NULL", "null", "None", "<NA>", "?")
"""How an absent value is written."""
SEPARATORS = (",", ";", "\t")
EXPANSION = 20
"""Bytes in memory to one in the file while it is read; generous."""


def read(path: str) -> Frame:
    """The cells as words without spaces around them, absent where missing; the index counts rows as a spreadsheet does.

    Raises UserError for a file that is missing, not a table, empty, or too large for the memory.
    """
    import pandas as pd

    text = _text(Path(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pandas only warns of rows that are longer than the header, and cuts them
            frame = pd.read_csv(
                io.StringIO(text),
                sep=separator(text),
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
            )
    except pd.errors.EmptyDataError:
        frame = pd.DataFrame()
    except (pd.errors.ParserError, pd.errors.ParserWarning) as why:
        raise UserError(
            _("{path} is not a table: every row needs as many cells as the header ({why}).").format(
                path=path, why=str(why).strip().rstrip(".")
            )
        ) from None
    frame.columns = frame.columns.astype(str).str.strip()
    frame.index = range(2, len(frame) + 2)  # the header is row 1
    frame = frame.apply(lambda cells: cells.str.strip()).astype(object)
    frame = frame.mask(frame.isin(MISSING)).dropna(how="all")
    if frame.empty:
        raise UserError(
            _("{path} has no rows; the first line names the columns, and each other line is an example.").format(path=path)
        )
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        raise UserError(_("Two columns of {path} are called {name!r}; rename one.").format(path=path, name=name))
    return frame


def rows_of(path: str) -> list[dict[str, Any]]:
    """The rows of a file as dicts of words, None where missing: what `Table.encode` takes, one at a time."""
    frame = read(path)
    return frame.where(frame.notna(), None).to_dict("records")


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as why:
        raise UserError(_("{path} cannot be read ({why}).").format(path=path, why=why.strerror)) from None
    if len(raw) * EXPANSION > machine.free_memory(torch.device("cpu")):
        raise UserError(
            _("{path} ({size:.1f} GB) does not fit in memory; keep fewer rows or columns.").format(path=path, size=len(raw) / 1e9)
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw[:4096]:
        raise UserError(_("{path} is not a text file; export the table as CSV.").format(path=path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def cells(path: str | Path) -> list[list[str]]:
    """The cells of every line of a file of sentences: those of a .csv, else what stands between tabs.

    Raises UserError as `plain_text.lines` does, and for a .csv that is none.
    """
    lines = plain_text.lines(path)
    if Path(path).suffix.lower() != ".csv":
        return [line.split("\t") for line in lines]
    try:
        return list(csv.reader(lines, delimiter=separator("\n".join(lines)), strict=True))
    except csv.Error as why:
        raise UserError(_("{path} is no table of cells between commas ({why}).").format(path=path, why=why)) from None


def separator(text: str) -> str:
    """The mark that cuts every one of the first lines into the most cells."""
    lines = text[:100_000].splitlines()[:20]

    def fewest(mark: str) -> int:
        try:
            return min((len(row) for row in csv.reader(lines, delimiter=mark) if row), default=0)
        except csv.Error:
            return 0

    return max(SEPARATORS, key=fewest)


def decimal_mark(frame: Frame) -> str:
    """ "," where the first thousand rows have more numbers like 12,5 than like 12.5; else "."."""
    start = frame.head(1000)

    def like(mark: str) -> int:
        number, grouped = rf"[+-]?\d+[{mark}]\d+", rf"[+-]?\d{{1,3}}([{mark}]\d{{3}})+"
        return sum(
            int((start[c].str.fullmatch(number, na=False) & ~start[c].str.fullmatch(grouped, na=False)).sum()) for c in start
        )

    return "," if like(",") > like(".") else "."


def numbers(cells: Cells, decimal: str) -> Cells:
    """Words -> float64; NaN where they are absent, no number, or not finite. Thousands may be grouped: 1.234,5 or 1,234.5."""
    import pandas as pd

    codes, levels = pd.factorize(cells)  # each word is read once; absent ones have code -1
    words = pd.Series(levels, dtype=object)
    group = "." if decimal == "," else ","
    grouped = words.str.contains(group, regex=False) & words.str.fullmatch(rf"[+-]?\d{{1,3}}([{group}]\d{{3}})+([{decimal}]\d+)?")
    words = words.mask(grouped, words.str.replace(group, "", regex=False))
    words = words.str.replace(",", ".", regex=False) if decimal == "," else words
    found: Cells = pd.to_numeric(words, errors="coerce")
    values = np.append(found, np.nan)
    return pd.Series(np.where(np.isfinite(values), values, np.nan)[codes], index=cells.index, name=cells.name)


def as_word(value: Any, decimal: str) -> str | None:
    """A value from Python as the file would have written it; None if it is absent."""
    word = str(value).strip()
    if word in MISSING:  # None and NaN write themselves so
        return None
    if isinstance(value, bool) or not isinstance(value, Number):
        return word
    number = float(value)  # type: ignore[arg-type]  # NumPy's scalars are numbers too
    return str(int(number)) if number.is_integer() else repr(number).replace(".", decimal)
