"""A folder of pictures, with a folder inside for each class: photos/cats/*.jpg, photos/dogs/*.jpg.

If the folder is already divided (train/cats, dev/cats or val/cats, test/cats), that division holds, and what is missing is
drawn from train. Files that are hidden or not pictures are left out, and counted.
"""

import functools
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor

from profundo import machine
from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.rows import Rows, Standardize
from profundo.data.splits import check_shares, follow, in_three, limited, record
from profundo.data.streamed import Streamed, cores
from profundo.data.targets import Target, decode
from profundo.data.waiting import waiting
from profundo.messages import _

T = TypeVar("T")
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
PARTS = {"train": 0, "training": 0, "dev": 1, "val": 1, "valid": 1, "validation": 1, "test": 2, "testing": 2}
"""Names of folders that are not classes but splits."""
SAMPLE = 2000
"""Training pictures that give mean and deviation where not all are in memory."""


@dataclass(frozen=True)
class ImageFolder:
    """Pictures in a folder a class."""

    path: str
    size: int = 28
    """Height and width given to every picture, in pixels: its largest central square, resized."""
    limit: int | None = None
    """Use about so many pictures in all, in the same proportions."""
    dev: float = 0.15
    """Share of the pictures kept to choose on."""
    test: float = 0.15
    """Share of the pictures sealed to test."""
    split_seed: int = 0

    licence: ClassVar[str] = "the owner's"
    citation: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)
        if not 4 <= self.size <= 1024:
            raise ValueError("size is between 4 and 1024 pixels")

    def open(self) -> Splits:
        found = find(Path(self.path))
        channels = 1 if all(_each(images.is_grey, found.files, _("Looking at pictures"))) else 3
        first = first_occurrence(found.files)
        original = first == torch.arange(len(first))
        parts = limited(self._split(found, first, original), found.y, self.limit, self.split_seed)

        resident = sum(map(len, parts)) * channels * self.size**2 < _room()
        opened = [self._rows(found, part, channels, resident) for part in parts]
        normal = Standardize.of(sample(opened[0]))
        train, dev, test = (replace(rows, prepare=normal) for rows in opened)

        facts: Facts = {
            "channels": channels,
            "size": self.size,
            "features": channels * self.size**2,
            "classes": len(found.names),
            "names": found.names,
            "task": "classify",
            "mean": list(normal.mean),
            "std": list(normal.std),
            **record(parts),
            "content": found.fingerprint(),
            "notes": found.notes(first),
        }
        return Splits(train, dev, lambda: test, facts)

    def _rows(self, found: "Found", part: Tensor, channels: int, resident: bool) -> Rows | Streamed:
        """The pictures at these positions, decoded once, or whenever a batch needs them."""
        read = functools.partial(images.read, channels=channels, size=self.size)
        files, y = [found.files[i] for i in part.tolist()], found.y[part]
        if resident:
            return Rows(torch.stack(_each(read, files, _("Reading pictures"))), y)
        return Streamed([str(file) for file in files], read, y)

    def _split(self, found: "Found", first: Tensor, original: Tensor) -> tuple[Tensor, ...]:
        """Train, dev and test; copies of one picture are never in two of them.

        What the folder already divides stays so, but for copies: one that is in test leaves dev and train, one that is in
        dev leaves train.
        """
        Target("classify", found.y[original].numpy(), found.names).check(self.path)
        learn, dev, test = ((found.part == part).nonzero().flatten() for part in range(3))
        dev = dev[~torch.isin(first[dev], first[test])]
        learn = learn[~torch.isin(first[learn], first[torch.cat((dev, test))])]
        once = learn[original[learn]]
        shares = (0.0 if len(dev) else self.dev, 0.0 if len(test) else self.test)
        drawn = [follow(once[part], first) for part in in_three(found.y[once], *shares, self.split_seed)]
        parts = drawn[0], dev if len(dev) else drawn[1], test if len(test) else drawn[2]
        for k, name in enumerate(found.names):
            if not (found.y[parts[0]] == k).any():
                raise UserError(
                    _("No picture of {name!r} is left in {path} to learn from; move some from dev or test to train.").format(
                        name=name, path=self.path
                    )
                )
        return parts

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture (path, PIL image or array) -> (C, H, W), as the run that wrote these facts saw its own."""
        x = images.read(raw, facts["channels"], facts["size"])
        return Standardize(tuple(facts["mean"]), tuple(facts["std"]))(x[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return decode(output, facts)


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
    ignored: int
    """Visible files that are no pictures, or lie in no class."""

    def fingerprint(self) -> str:
        """Short, and another one if a file came, went, or changed its size."""
        listing = (f"{file.relative_to(self.root).as_posix()} {file.stat().st_size}" for file in self.files)
        return hashlib.sha256("\n".join(listing).encode()).hexdigest()[:12]

    def notes(self, first: Tensor) -> list[str]:
        """What a person should know of their data, a sentence each."""
        notes = []
        if self.ignored:
            notes.append(_("{count} files are not pictures in a class folder; they are left out.").format(count=self.ignored))
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

    Raises UserError where there is no such folder, or no class folder with pictures in it.
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
    loose = sum(file.is_file() and _is_visible(file.name) for file in root.iterdir())
    ignored = len(seen) - len(rows) + loose
    return Found(root, list(files), names, torch.tensor(y), torch.tensor(part), ignored)


def first_occurrence(files: Sequence[Path]) -> Tensor:
    """For each file, the position of the first with the same bytes, (N,). Only files of equal size are read."""
    sizes = [file.stat().st_size for file in files]
    shared = Counter(sizes)
    seen: dict[tuple[int, bytes], int] = {}
    content = [hashlib.sha256(f.read_bytes()).digest() if shared[s] > 1 else b"" for f, s in zip(files, sizes, strict=True)]
    return torch.tensor([seen.setdefault(key, i) for i, key in enumerate(zip(sizes, content, strict=True))])


def sample(rows: Rows | Streamed) -> Tensor:
    """Pictures enough to know the mean: all that are in memory, or some."""
    if isinstance(rows, Rows):
        return rows.x
    some = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:SAMPLE]
    return torch.cat([x for x, _y in rows.take(some.sort().values).batches(128)])


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and _is_visible(f.name))


def _files(folder: Path) -> Iterator[Path]:
    """Visible files at any depth, in order of their names."""
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(filter(_is_visible, inner))
        yield from (Path(place, name) for name in sorted(filter(_is_visible, names)))


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "__MACOSX"))


def _each(do: Callable[[Path], T], files: Sequence[Path], what: str) -> list[T]:
    """do(file) for every file, on all cores: Pillow lets go of the interpreter while it decodes."""
    with ThreadPoolExecutor(cores()) as pool:
        return list(waiting(pool.map(do, files), len(files), what))


def _room() -> int:
    """Bytes that pictures may take, where they are read and where they are used."""
    return min(machine.free_memory(torch.device(name)) for name in ("cpu", machine.choose_device().type))
