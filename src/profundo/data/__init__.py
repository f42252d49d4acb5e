"""Where data come from: one file a data set, or a kind of data that people bring."""

import dataclasses
import importlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from profundo.core import Source, Splits, UserError
from profundo.messages import _

TABLES = (".csv", ".tsv")
PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
NAMED = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}
"""Data that are asked for by name, where others give a path: the file here, and the source in it."""
TEXTS = {
    "Text": (".txt",),
    "Words": (".txt",),
    "Around": (".txt",),
    "Letters": (".txt",),
    "Pieces": (".txt",),
    "Sentences": (".txt", ".tsv", ".csv"),
    "Tagged": (".txt", ".tsv", ".conll", ".iob"),
    "Pairs": (".txt", ".tsv", ".csv"),
}
"""Sources of text, by the name of their class, and the files of a person's own that each reads in its place."""
CARRIED = ("size", "split_seed", "normal")
"""Options of a recipe's own source that hold for a person's data too."""


@lru_cache(maxsize=2)
def opened(source: Source) -> Splits:
    """The splits of a source, read once a process however many look at them."""
    return source.open()


def open_path(path: str | Path, like: Source) -> Source:
    """A person's own data, a folder of pictures, a .csv or .tsv table, an .npz, a text; or data of ours by name, such as cifar10.

    like: the source that they stand in for; it is returned where it is of the name asked for. A path goes before a name.
    Raises UserError for a path that does not exist, or is none of these.
    """
    if type(like).__name__ == "Fewer":  # so many of the recipe's own; of a person's, all
        return open_path(path, like.source)  # type: ignore[attr-defined]
    if _around(type(like).__name__):
        return dataclasses.replace(like, source=open_path(path, like.source))  # type: ignore[attr-defined, type-var]
    path, suffix = Path(path), Path(path).suffix.lower()
    if not path.exists():
        if str(path) not in NAMED:
            said = _("There is no file or folder {path}, nor are there data of that name; there are {names}.")
            raise UserError(said.format(path=path, names=", ".join(NAMED)))
        return like if type(like).__name__ == NAMED[str(path)] else of_name(str(path))
    if type(like).__name__ in TEXTS:
        return _own_text(path, like)
    if not path.is_dir() and suffix not in (*TABLES, ".npz"):
        raise UserError(_cannot_read(path))
    kind = "ImageFolder" if path.is_dir() else "Table" if suffix in TABLES else "Arrays"
    source = of_kind(kind, str(path))
    fields = {f.name for f in dataclasses.fields(source)} & {f.name for f in dataclasses.fields(like)}  # type: ignore[arg-type]
    return dataclasses.replace(source, **{name: getattr(like, name) for name in CARRIED if name in fields})  # type: ignore[type-var]


def _own_text(path: Path, like: Source) -> Source:
    """The same kind of text, from a person's file. Raises UserError for a file of another kind."""
    kinds = TEXTS[type(like).__name__]
    if path.suffix.lower() not in kinds:
        raise UserError(
            _("{path} is not the kind of text that this recipe reads; give a file that ends in {kinds}.").format(
                path=path, kinds=", ".join(kinds)
            )
        )
    return dataclasses.replace(like, path=str(path))  # type: ignore[type-var]


def of_options(options: Mapping[str, Any], own: Source, at: str = "data") -> Source:
    """The source that a run directory's options describe: `own`, the recipe's, where it is of that kind. Its fields come later.

    at: where in the options it stands, "data" or, inside another source, "data.source".
    """
    kind = options[at]
    if around := _around(kind):
        alike = isinstance(own, around)
        inner = own.source if alike else own  # type: ignore[attr-defined]
        source = of_options(options, inner, f"{at}.source")
        return own if alike and source is inner else around(source)
    if kind == type(own).__name__:
        return own
    name = next((name for name, source in NAMED.items() if source == kind), None)
    return of_name(name) if name else of_kind(kind, options[f"{at}.path"])


def _around(kind: str) -> type[Any] | None:
    """The class of this name, if it is one whose `source` is another source."""
    match kind:
        case "Fewer":
            from profundo.data.fewer import Fewer

            return Fewer
        case "RandomLabels":
            from profundo.data.relabelled import RandomLabels

            return RandomLabels
    return None


def of_name(name: str) -> Source:
    """Data of ours, as their file has them by default."""
    return getattr(importlib.import_module(f"{__name__}.{name}"), NAMED[name])()


def of_kind(kind: str, path: str) -> Source:
    """A source by the name of its class, as a run directory records it. Whether the path still exists is not asked."""
    match kind:
        case "ImageFolder":
            from profundo.data.folder import ImageFolder

            return ImageFolder(path)
        case "Table":
            from profundo.data.table import Table

            return Table(path)
        case "Arrays":
            from profundo.data.arrays import Arrays

            return Arrays(path)
    raise UserError(_("There is no kind of data {kind!r}; update profundo, or train again.").format(kind=kind))


def _cannot_read(path: Path) -> str:
    if path.suffix.lower() in PACKED:
        return _("{path} is packed; unpack it and give the folder or file inside.").format(path=path)
    if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"):
        return _("{path} is one picture; give the folder that holds a folder of pictures for each class.").format(path=path)
    return _("{path} is no data that profundo reads: a folder of pictures, a .csv or .tsv table, or an .npz.").format(path=path)
