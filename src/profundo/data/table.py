"""A table with a column to predict.

Numbers are standardized with the mean and deviation of the training rows; a missing one takes their median, and a column of
its own says that it was missing. Words become one-hot: a place for each level that is frequent enough, and one for the others,
where training has some; a level never seen is one of the others, or nothing. Columns that teach nothing (empty, constant,
dates, different in almost every row, numbering the rows) are left out, and the facts say which and why. Rows may be equal and
still lie on two sides of the split: in a table that can be two measurements.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data.csvfile import Cells, Frame, as_word, decimal_mark, numbers, read
from profundo.data.csvfile import rows_of as rows_of
from profundo.data.rows import Rows
from profundo.data.splits import check_shares, in_three, limited, record
from profundo.data.targets import Target, decode, guess_task
from profundo.messages import _

LEVELS = 50
"""Words of a column that get a place of their own."""
NUMERIC = 0.9
"""A column where so many of the values are numbers was meant to hold nothing else."""
DATE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?"
ROW_NUMBER = r"(.*id|index|idx|row|nº|#|unnamed: \d+)"
"""Names of columns that may number the rows."""


@dataclass(frozen=True)
class Table:
    """Rows of a CSV file, one column of which is to be predicted."""

    path: str
    target: str | None = None
    """The column to predict."""
    task: Literal["auto", "classify", "regress"] = "auto"
    """"auto": words and few different whole numbers are classes, other numbers are quantities."""
    limit: int | None = None
    """Use about so many rows in all, in the same proportions."""
    dev: float = 0.15
    """Share of the rows kept to choose on."""
    test: float = 0.15
    """Share of the rows sealed to test."""
    split_seed: int = 0

    licence: ClassVar[str] = "the owner's"
    citation: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)

    def open(self) -> Splits:
        frame = read(self.path)
        name = self._target_name(list(frame.columns))
        decimal = decimal_mark(frame)
        kept = frame[frame[name].notna()]
        target = self._target(kept[name], decimal)
        parts = in_three(target.strata, self.dev, self.test, self.split_seed)
        parts = limited(parts, target.strata, self.limit, self.split_seed)
        columns, dropped = describe(kept.drop(columns=name), parts[0], decimal)
        if not columns:
            reasons = ", ".join(f"{column}: {why}" for column, why in dropped.items())
            raise UserError(
                _("{path} has no column to predict {name!r} from ({reasons}).").format(path=self.path, name=name, reasons=reasons)
            )
        x = matrix(kept, columns, decimal)
        y, y_scale, learnt = target.fit(parts[0])
        facts: Facts = {
            "features": x.shape[1],
            "inputs": inputs(columns),
            **learnt,
            "target": name,
            "decimal": decimal,
            "columns": columns,
            "dropped": dropped,
            "dropped_rows": len(frame) - len(kept),
            **record(parts),
            "content": hashlib.sha256(Path(self.path).read_bytes()).hexdigest()[:12],
            "notes": _notes(name, target.task, dropped, len(frame) - len(kept)),
        }
        train, dev, test = (Rows(x[part], y[part], y_scale=y_scale) for part in parts)
        return Splits(train, dev, lambda: test, facts)

    def _target_name(self, columns: list[str]) -> str:
        listing = ", ".join(columns[:20]) + (", ..." if len(columns) > 20 else "")
        if self.target is None:
            raise UserError(
                _("Which column of {path} is to be predicted? Say it with --data.target; there are {columns}.").format(
                    path=self.path, columns=listing
                )
            )
        if self.target in columns:
            return self.target
        near = difflib.get_close_matches(self.target, columns, n=1)
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("there are {columns}.").format(columns=listing)
        raise UserError(_("{path} has no column {name!r}; {hint}").format(path=self.path, name=self.target, hint=hint))

    def _target(self, cells: Cells, decimal: str) -> Target:
        """Classes or quantities. Raises UserError for a target that cannot be learnt."""
        where = _("column {name!r} of {path}").format(name=cells.name, path=self.path)
        if cells.empty:
            raise UserError(
                _("Column {name!r} of {path} is empty; there is nothing to predict.").format(name=cells.name, path=self.path)
            )
        values = numbers(cells, decimal)
        if self.task != "classify":
            refuse_words(cells, values, share=0.0 if self.task == "regress" else NUMERIC)
        is_number = bool(values.notna().all())
        task = self.task if self.task != "auto" else guess_task(values.to_numpy()) if is_number else "classify"
        if task == "regress":
            target = Target("regress", values.to_numpy(), [str(cells.name)])
        else:
            levels, labels = np.unique(values.to_numpy() if is_number else cells.to_numpy(str), return_inverse=True)
            target = Target("classify", labels, [f"{v:g}" if is_number else str(v) for v in levels])
        target.check(where)
        return target

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A row, as a dict, a list of one dict, or a DataFrame of one row -> (features,).

        A column that is not given counts as missing. Raises UserError for a column that training did not see, and for words
        where numbers were.
        """
        import pandas as pd

        row = _one_row(raw)
        names = [column["name"] for column in facts["columns"]]
        known = [*names, *facts["dropped"], facts["target"]]
        for name in row:
            if name not in known:
                near = difflib.get_close_matches(str(name), names, n=1) or [", ".join(names)]
                raise UserError(
                    _("There was no column {name!r} in training; did you mean {near}?").format(name=name, near=near[0])
                )
        cells = {name: [as_word(row.get(name), facts["decimal"])] for name in names}
        return matrix(pd.DataFrame(cells, dtype=object), facts["columns"], facts["decimal"])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return decode(output, facts)


def describe(frame: Frame, train: Tensor, decimal: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What each column holds, as plain JSON, and those left out with the reason. Only the training rows are measured."""
    columns, dropped = [], {}
    for name in frame.columns:
        cells = frame[name]
        values = numbers(cells, decimal)
        refuse_words(cells, values)
        is_number = bool(values[cells.notna()].notna().all())
        why = _useless(cells, values if is_number else None)
        if why:
            dropped[name] = why
            continue
        learnt = cells.iloc[train.numpy()]
        column = {"name": name, "missing": bool(learnt.isna().any())}
        if is_number:
            columns.append(column | _measures(values.iloc[train.numpy()]))
        else:
            counts = learnt.value_counts()  # the most frequent first
            levels = sorted(counts[counts > 1].index[:LEVELS])
            columns.append(column | {"kind": "category", "levels": levels, "other": len(levels) < len(counts)})
    return columns, dropped


def _measures(values: Cells) -> dict[str, Any]:
    """Median, mean and deviation, the mean and deviation with the median in the empty places."""
    median = float(values.median()) if values.notna().any() else 0.0
    filled = values.fillna(median).to_numpy()
    return {"kind": "number", "median": median, "mean": float(filled.mean()), "std": float(filled.std()) or 1.0}


def _useless(cells: Cells, values: Cells | None) -> str:
    """Why nothing can be learnt from a column, or "". values: where all are numbers."""
    present = cells.dropna()
    levels = present.nunique()
    if present.empty:
        return _("empty")
    if levels == 1 and len(present) == len(cells):
        return _("the same everywhere")
    if values is not None:
        numbering = re.fullmatch(ROW_NUMBER, str(cells.name).lower()) and (values.diff().iloc[1:] == 1).all()
        return _("numbers the rows") if numbering else ""
    if present.drop_duplicates().str.fullmatch(DATE).mean() >= NUMERIC:
        return _("dates are not read yet")
    if levels == len(present) or (levels > LEVELS and levels > len(present) / 2):
        return _("different in almost every row")
    return ""


def refuse_words(cells: Cells, values: Cells, share: float = NUMERIC) -> None:
    """Raises UserError for a column where at least a `share` of the cells are numbers, and some are words."""
    words = cells.notna() & values.isna()
    if words.any() and 1 - words.sum() / cells.notna().sum() >= share:
        row = words.idxmax()
        raise UserError(
            _("Column {name!r} holds numbers, but row {row} says {value!r}; correct it, or leave the cell empty.").format(
                name=cells.name, row=row, value=cells[row]
            )
        )


def matrix(frame: Frame, columns: Sequence[Mapping[str, Any]], decimal: str) -> Tensor:
    """Rows of words -> what a network reads, (N, features): for each column its number or one-hot, then its `missing`."""
    import pandas as pd

    blocks = []
    for column in columns:
        cells = frame[column["name"]]
        absent = cells.isna().to_numpy()
        if column["kind"] == "number":
            values = numbers(cells, decimal)
            refuse_words(cells, values, share=0.0)
            blocks.append((values.fillna(column["median"]).to_numpy() - column["mean"]) / column["std"])
        else:
            codes = pd.Index(column["levels"], dtype=object).get_indexer(cells)  # -1: another level, or absent
            hot = np.eye(len(column["levels"]) + 1, dtype=np.float32)[codes]
            hot[absent & column["missing"]] = 0
            blocks.append(hot if column["other"] else hot[:, :-1])
        if column["missing"]:
            blocks.append(absent)
    return torch.from_numpy(np.column_stack(blocks).astype(np.float32))


def inputs(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each feature of `matrix`: "age", "age missing", "city=Soria", "city=other"."""
    names = []
    for column in columns:
        name = column["name"]
        if column["kind"] == "number":
            names.append(name)
        else:
            names += [f"{name}={level}" for level in (*column["levels"], *["other"] * column["other"])]
        names += [f"{name} missing"] * column["missing"]
    return names


def _one_row(raw: Any) -> Mapping[Any, Any]:
    import pandas as pd

    rows = raw.to_dict("records") if isinstance(raw, pd.DataFrame) else raw if isinstance(raw, list) else [raw]
    if len(rows) != 1 or not isinstance(rows[0], Mapping):
        raise UserError(_("A row of a table is a dict such as {'age': 31, 'city': 'Soria'}, one at a time."))
    return rows[0]


def _notes(name: str, task: str, dropped: Mapping[str, str], without_target: int) -> list[str]:
    """What a person should know of their data, a sentence each."""
    notes = [_("Column {name!r} is left out: {why}.").format(name=column, why=why) for column, why in dropped.items()]
    if without_target:
        notes.append(_("{count} rows without {name!r} are left out.").format(count=without_target, name=name))
    if task == "regress":
        notes.append(_("{name!r} is predicted as a number; --data.task classify takes its values for classes.").format(name=name))
    return notes
