"""Which files of a folder are pictures, of which class, and in which part of a division that exists.

What people have lies about in folders as it came: hidden files of macOS and Windows are passed over in silence, videos and
other files are left out and counted, a class without a picture is an error.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from profundo.core import UserError
from profundo.data.images import CLOSED, VIDEOS, Unreadable
from profundo.messages import _

JPEG = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
OTHERS = (".png", ".apng", ".gif", ".bmp", ".webp", ".avif", ".tif", ".tiff", ".jp2", ".pgm", ".ppm", ".pnm", ".pbm")
SUFFIXES = (*JPEG, *OTHERS, *CLOSED)
"""Pictures by their names. Those that Pillow does not read count: leaving them out in silence would leave a class half empty."""
PARTS = {"train": 0, "training": 0, "dev": 1, "val": 1, "valid": 1, "validation": 1, "test": 2, "testing": 2}
"""Names of folders that are not classes but splits."""
SYSTEM = (".", "__MACOSX", "Thumbs.db", "desktop.ini", "Icon\r")
"""How the names of files begin that systems leave behind."""
NAMED = 5
"""Files that a sentence names; of the others it says how many."""


@dataclass(frozen=True)
class Found:
    """The pictures of a folder, by class and name."""

    root: Path
    files: list[Path]
    names: list[str]
    y: Tensor
    """Class numbers, (N,)."""
    part: Tensor
    """0, 1 or 2 where the folder says train, dev or test; 0 where it does not say, (N,)."""
    videos: list[Path]
    ignored: int
    """Visible files that are neither pictures nor videos, or lie in no class."""

    def without(self, bad: Set[Path]) -> "Found":
        """The same folder less these files."""
        good = [i for i, file in enumerate(self.files) if file not in bad]
        return replace(self, files=[self.files[i] for i in good], y=self.y[good], part=self.part[good])

    def fingerprint(self) -> str:
        """Short, and another one if a file came, went, or changed its size."""
        listing = (f"{file.relative_to(self.root).as_posix()} {file.stat().st_size}" for file in self.files)
        return hashlib.sha256("\n".join(listing).encode()).hexdigest()[:12]

    def notes(self, first: Tensor) -> list[str]:
        """What a person should know of their data, a sentence each."""
        notes = []
        if self.ignored:
            notes.append(_("{count} files are not pictures in a class folder; they are left out.").format(count=self.ignored))
        if self.videos:
            say = _("Videos are left out ({names}); save frames of them as pictures to learn from them.")
            notes.append(say.format(names=some(self.videos)))
        copies = first != torch.arange(len(first))
        if copies.any():
            notes.append(
                _("{count} pictures are copies of others; copies never lie on two sides of the split.").format(
                    count=int(copies.sum())
                )
            )
        twice = self.y != self.y[first]
        if twice.any():
            notes.append(
                _("{count} pictures lie in two classes; {path} is one.").format(
                    count=int(twice.sum()), path=self.files[int(twice.nonzero()[0])]
                )
            )
        return notes


def find(root: Path) -> Found:
    """The pictures in the class folders of `root`, at any depth.

    Raises UserError where there is no such folder, no class folder with pictures in it, or one without.
    """
    if not root.is_dir():
        raise UserError(_("There is no folder {path}.").format(path=root))
    folders = _folders(root)
    parts = [PARTS.get(folder.name.lower()) for folder in folders]
    if 0 in parts and None not in parts:
        places = [(part, inner) for part, folder in zip(parts, folders, strict=True) for inner in _folders(folder)]
    else:
        places = [(0, folder) for folder in folders]
    names = sorted({folder.name for _part, folder in places})
    seen = [(file, names.index(folder.name), part) for part, folder in places for file in _files(folder)]
    rows = [row for row in seen if row[0].suffix.lower() in SUFFIXES]
    if not rows:
        raise UserError(
            _("There are no pictures in class folders in {path}; put them as in {path}/cats/1.jpg, {path}/dogs/1.jpg.").format(
                path=root
            )
        )
    files, y, part = zip(*rows, strict=True)
    _check_classes(places, names, set(y))
    videos = [file for file, *_row in seen if file.suffix.lower() in VIDEOS]
    loose = sum(file.is_file() and _is_visible(file.name) for file in root.iterdir())
    ignored = len(seen) - len(rows) - len(videos) + loose
    return Found(root, list(files), names, torch.tensor(y), torch.tensor(part), videos, ignored)


def _check_classes(places: Sequence[tuple[int | None, Path]], names: Sequence[str], filled: Set[int]) -> None:
    """Raises UserError for classes without a picture, and for one class that is a folder of classes."""
    empty = [folder for _part, folder in places if names.index(folder.name) not in filled]
    if empty:
        raise UserError(
            _("There is no picture in the class {names}; put pictures there, or delete the folder.").format(names=some(empty))
        )
    inner = _folders(places[0][1])
    if len(places) == 1 and len(inner) > 1:
        raise UserError(
            _("{path} has one class only, {name!r}, with folders inside; did you mean {inner}?").format(
                path=places[0][1].parent, name=names[0], inner=places[0][1]
            )
        )


def refusal(faults: Sequence[Unreadable]) -> UserError:
    """All that cannot be read in one sentence, with the ways out."""
    return UserError(
        _("Pictures that cannot be read ({count}): {names}; replace or delete them, or add --data.unreadable skip.").format(
            count=len(faults), names=some(reasons(faults))
        )
    )


def reasons(faults: Sequence[Unreadable]) -> list[str]:
    """ "photos/cats/1.jpg (empty)" and so on."""
    return [f"{fault.path} ({fault.why})" for fault in faults]


def some(things: Sequence[object]) -> str:
    """The first few by name, and how many more there are."""
    named = ", ".join(map(str, things[:NAMED]))
    rest = len(things) - NAMED
    return named if rest <= 0 else _("{names} and {count} more").format(names=named, count=rest)


def first_occurrence(files: Sequence[Path]) -> Tensor:
    """For each file, the position of the first with the same bytes, (N,). Only files of equal size are read."""
    sizes = [file.stat().st_size for file in files]
    shared = Counter(sizes)
    seen: dict[tuple[int, bytes], int] = {}
    content = [hashlib.sha256(f.read_bytes()).digest() if shared[s] > 1 else b"" for f, s in zip(files, sizes, strict=True)]
    return torch.tensor([seen.setdefault(key, i) for i, key in enumerate(zip(sizes, content, strict=True))])


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and _is_visible(f.name))


def _files(folder: Path) -> Iterator[Path]:
    """Visible files at any depth, in order of their names."""
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(filter(_is_visible, inner))
        yield from (Path(place, name) for name in sorted(filter(_is_visible, names)))


def _is_visible(name: str) -> bool:
    return not name.startswith(SYSTEM)
