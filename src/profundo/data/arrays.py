"""Arrays saved by NumPy: np.savez("data.npz", x=x, y=y).

x: rows (N, features), or pictures (N, size, size), (N, C, size, size) or (N, size, size, C), C 1 or 3. y: class numbers from
0, or quantities, (N,).
"""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from profundo import machine
from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.rows import Rows, Standardize, as_it_is
from profundo.data.splits import check_shares, in_three, limited, record
from profundo.data.targets import FEW_CLASSES, Target, decode
from profundo.messages import _

EXPANSION = 4
"""Bytes in memory to one of the arrays, while they are standardized."""


@dataclass(frozen=True)
class Arrays:
    """Examples x with answers y, from an .npz file."""

    path: str
    task: Literal["auto", "classify", "regress"] = "auto"
    """"auto": whole numbers from 0 without gaps are classes, other numbers are quantities."""
    limit: int | None = None
    """Use about so many examples in all, in the same proportions."""
    dev: float = 0.15
    """Share of the examples kept to choose on."""
    test: float = 0.15
    """Share of the examples sealed to test."""
    split_seed: int = 0

    licence: ClassVar[str] = "the owner's"
    citation: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)

    def open(self) -> Splits:
        x, y = load(self.path)
        x = inputs(x, self.path)
        target = self._target(y)
        parts = in_three(target.strata, self.dev, self.test, self.split_seed)
        parts = limited(parts, target.strata, self.limit, self.split_seed)
        labels, y_scale, learnt = target.fit(parts[0])
        bytes_ = x.dtype == np.uint8 and x.ndim == 4  # pictures as they mostly come: they stay small until a batch needs them
        normal = Standardize.of(torch.from_numpy(x[parts[0]])) if bytes_ else _moments(x[parts[0]])
        facts: Facts = {
            "features": x[0].size,
            "shape": list(x.shape[1:]),
            **({"channels": x.shape[1], "size": x.shape[2]} if x.ndim == 4 else {}),
            "white": 255 if x.max() > 1 else 1,
            "mean": list(normal.mean),
            "std": list(normal.std),
            **learnt,
            **record(parts),
            "content": hashlib.sha256(Path(self.path).read_bytes()).hexdigest()[:12],
            "notes": [],
        }
        ready = torch.from_numpy(x if bytes_ else _standardized(x, facts))
        prepare = normal if bytes_ else as_it_is
        train, dev, test = (Rows(ready[part], labels[part], prepare, y_scale) for part in parts)
        return Splits(train, dev, lambda: test, facts)

    def _target(self, y: np.ndarray) -> Target:
        """Classes or quantities. Raises UserError for answers that cannot be learnt."""
        levels = np.unique(y)
        numbered = np.array_equal(levels, np.arange(len(levels)))
        many = len(levels) > FEW_CLASSES and y.dtype.kind == "f"
        gaps = y.dtype.kind != "f" and len(levels) <= FEW_CLASSES and not numbered
        if self.task == "classify" or (self.task == "auto" and ((numbered and not many) or gaps)):
            if not numbered:
                raise UserError(
                    _(
                        "Classes count from 0 without gaps, and y of {path} has {labels}; for quantities say --data.task regress."
                    ).format(path=self.path, labels=", ".join(f"{level:g}" for level in levels[:10]))
                )
            target = Target("classify", y.astype(np.int64), [f"{level:g}" for level in levels])
        else:
            target = Target("regress", y.astype(np.float64), ["y"])
        target.check(self.path)
        return target

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """An array of the shape of one example, or a picture where the examples are pictures -> the shape of one input."""
        shape = tuple(facts["shape"])
        if "channels" in facts and not isinstance(raw, np.ndarray | Tensor | list):
            x = images.read(raw, facts["channels"], facts["size"]).numpy() * (facts["white"] / 255)
        else:
            x = np.asarray(raw)
            x = inputs(x[None], "x") if x.shape != shape else x[None]
            x = x[0]
        if x.shape != shape:
            raise UserError(_("One input is an array {shape}, not {other}.").format(shape=shape, other=x.shape))
        return torch.from_numpy(_standardized(x[None], facts)[0])

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return decode(output, facts)


def load(path: str) -> tuple[np.ndarray, np.ndarray]:
    """x (N, ...) and y (N,) of the file, numbers both.

    Raises UserError for a file that is missing, damaged, too large, or holds anything else. Nothing in it is unpickled.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size * EXPANSION > machine.free_memory(torch.device("cpu")):
            raise UserError(
                _("{path} ({size:.1f} GB of numbers) does not fit in memory; take part of it, or smaller numbers.").format(
                    path=path, size=size / 1e9
                )
            )
        with np.load(path, allow_pickle=False) as file:
            if not {"x", "y"} <= set(file.files):
                raise UserError(
                    _("{path} holds {names}, not x and y; write it with np.savez(path, x=x, y=y).").format(
                        path=path, names=", ".join(file.files) or _("nothing")
                    )
                )
            x, y = file["x"], file["y"]
    except FileNotFoundError:
        raise UserError(_("There is no file {path}.").format(path=path)) from None
    except ValueError:  # NumPy's word for an array of Python objects
        raise UserError(
            _("{path} holds Python objects, which are never unpickled; save arrays of numbers.").format(path=path)
        ) from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        raise UserError(
            _("{path} is damaged, or no .npz file; write it with np.savez(path, x=x, y=y).").format(path=path)
        ) from None
    return _numbers("x", x, path), _numbers("y", _flat(y, len(x) if x.ndim else 0, path), path)


def _flat(y: np.ndarray, n: int, path: str) -> np.ndarray:
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1 or len(y) != n or not n:
        raise UserError(
            _("{path} needs one answer an example: x has {n} examples, and y has the shape {shape}.").format(
                path=path, n=n, shape=y.shape
            )
        )
    return y


def _numbers(name: str, values: np.ndarray, path: str) -> np.ndarray:
    if values.dtype.kind not in "biuf":
        raise UserError(
            _("{name} of {path} holds {kind}, not numbers; number the classes from 0.").format(
                name=name, path=path, kind=values.dtype
            )
        )
    if not np.isfinite(values).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise UserError(
            _("{name}{where} of {path} is {value}; every value has to be finite.").format(
                name=name, where=list(where), path=path, value=values[where]
            )
        )
    return values


def inputs(x: np.ndarray, path: str) -> np.ndarray:
    """Rows (N, F), or pictures with their channels first (N, C, S, S). Raises UserError for another shape."""
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim == 3:
        x = x[:, None]
    if x.ndim == 4 and x.shape[1] not in (1, 3) and x.shape[3] in (1, 3):
        x = x.transpose(0, 3, 1, 2)
    if x.ndim not in (2, 4) or (x.ndim == 4 and (x.shape[1] not in (1, 3) or x.shape[2] != x.shape[3])):
        raise UserError(
            _("x of {path} has the shape {shape}; it holds rows (N, features) or square pictures (N, C, size, size).").format(
                path=path, shape=x.shape
            )
        )
    return x


def _moments(x: np.ndarray) -> Standardize:
    """Mean and deviation of each feature or channel, in double precision; what never varies is only centred."""
    axes = (0, *range(2, x.ndim))
    mean, std = x.mean(axes, dtype=np.float64), x.std(axes, dtype=np.float64)
    return Standardize(tuple(mean.tolist()), tuple(s or 1.0 for s in std.tolist()))


def _standardized(x: np.ndarray, facts: Facts) -> np.ndarray:
    """(x - mean) / std in double precision, then float32: a year or a salary keeps its digits."""
    shape = (-1, *[1] * (x.ndim - 2))
    mean, std = (np.array(facts[name]).reshape(shape) for name in ("mean", "std"))
    return ((x - mean) / std).astype(np.float32)
