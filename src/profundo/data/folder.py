"""A folder of pictures, with a folder inside for each class: photos/cats/*.jpg, photos/dogs/*.jpg.

If the folder is already divided (train/cats, dev/cats or val/cats, test/cats), that division holds, and what is missing is
drawn from train. Pictures that cannot be read are refused, all of them in one sentence, or left out and named. Those that fit
in memory are decoded once; of more, every batch is decoded ahead of the network, in every epoch.
"""

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import torch
from torch import Tensor

from profundo import machine
from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.imagenet import NORMAL as IMAGENET
from profundo.data.images import Look, Unreadable
from profundo.data.picture_files import Found, find, first_occurrence, reasons, refusal, some
from profundo.data.rows import Rows, Standardize
from profundo.data.splits import check_shares, follow, in_three, limited, record
from profundo.data.streamed import Streamed, cores
from profundo.data.targets import Target, decode
from profundo.data.waiting import waiting
from profundo.messages import _

T = TypeVar("T")
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
    unreadable: Literal["refuse", "skip"] = "refuse"
    """Pictures that cannot be read: "refuse" to train until they are mended, or "skip" them, found by decoding every one."""
    normal: Literal["own", "imagenet"] = "own"
    """What gives each colour mean 0 and deviation 1: the training pictures, or ImageNet, for a network that learnt it."""

    licence: ClassVar[str] = "the owner's"
    citation: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_shares(self.dev, self.test, self.limit)
        if not 4 <= self.size <= 1024:
            raise ValueError("size is between 4 and 1024 pixels")

    def open(self) -> Splits:
        found, looks, skipped = self._readable(find(Path(self.path)))
        channels = 1 if all(look.grey for look in looks) and self.normal == "own" else 3
        first = first_occurrence(found.files)
        original = first == torch.arange(len(first))
        parts = limited(self._split(found, first, original), found.y, self.limit, self.split_seed)
        opened = self._rows(found, parts, channels)
        normal = Standardize.of(sample(opened[0])) if self.normal == "own" else IMAGENET
        train, dev, test = (replace(rows, prepare=normal) for rows in opened)
        several = sum(look.several for look in looks)

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
            "notes": [*skipped, *_first_frames(several), *found.notes(first)],
        }
        return Splits(train, dev, lambda: test, facts)

    def _readable(self, found: Found) -> tuple[Found, list[Look], list[str]]:
        """The pictures that can be read, what their heads say, and what is to be told of the others.

        Raises UserError where some cannot and are not to be skipped.
        """
        looked = _each(functools.partial(images.look, size=self.size), found.files, _("Looking at pictures"))
        faults = {file: fault for file, fault in zip(found.files, looked, strict=True) if isinstance(fault, Unreadable)}
        if self.unreadable == "refuse" and faults:
            raise refusal([*faults.values()])
        if self.unreadable == "skip":
            whole = [file for file in found.files if file not in faults]
            tried = _each(functools.partial(images.read, channels=3, size=self.size), whole, _("Checking pictures"))
            faults |= {file: fault for file, fault in zip(whole, tried, strict=True) if isinstance(fault, Unreadable)}
        notes = [_("Pictures left out because they cannot be read: {names}.").format(names=some(reasons([*faults.values()])))]
        looks = [look for file, look in zip(found.files, looked, strict=True) if file not in faults and isinstance(look, Look)]
        return found.without(faults.keys()), looks, notes if faults else []

    def _rows(self, found: Found, parts: Sequence[Tensor], channels: int) -> list[Rows] | list[Streamed]:
        """Train, dev and test: decoded now, once, where they fit in memory; else whenever a batch needs them."""
        read = functools.partial(_read, channels=channels, size=self.size)
        files, y = [[found.files[i] for i in part.tolist()] for part in parts], [found.y[part] for part in parts]
        n = sum(map(len, files))
        if n * channels * self.size**2 >= _room():
            return [Streamed([*map(str, part)], read, labels) for part, labels in zip(files, y, strict=True)]

        x = torch.empty(n, channels, self.size, self.size, dtype=torch.uint8)
        places = dict(zip((file for part in files for file in part), x, strict=True))
        decode = lambda file: places[file].copy_(images.read(file, channels, self.size))  # noqa: E731
        decoded = _each(decode, [*places], _("Reading pictures"))
        if faults := [fault for fault in decoded if isinstance(fault, Unreadable)]:
            raise refusal(faults)
        return [Rows(*pair) for pair in zip(x.split([*map(len, files)]), y, strict=True)]

    def _split(self, found: Found, first: Tensor, original: Tensor) -> tuple[Tensor, ...]:
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


def sample(rows: Rows | Streamed) -> Tensor:
    """Pictures enough to know the mean: all that are in memory, or some."""
    if isinstance(rows, Rows):
        return rows.x
    some = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:SAMPLE]
    return torch.cat([x for x, _y in rows.take(some.sort().values).batches(128)])


def _read(file: str, channels: int, size: int) -> Tensor:
    """A picture while the network learns. One that only now turns out to be damaged is refused with the same ways out."""
    try:
        return images.read(file, channels, size)
    except Unreadable as fault:
        raise refusal([fault]) from None


def _each(do: Callable[[Path], T], files: Sequence[Path], what: str) -> list[T | Unreadable]:
    """do(file), or why it cannot be read, for every file, on all cores: Pillow lets go of the interpreter while it decodes."""

    def tried(file: Path) -> T | Unreadable:
        try:
            return do(file)
        except Unreadable as fault:
            return fault

    with ThreadPoolExecutor(cores()) as pool:
        return list(waiting(pool.map(tried, files), len(files), what))


def _first_frames(several: int) -> list[str]:
    """What to say of files with several frames or pages."""
    return [_("{count} files have several frames or pages; the first is the picture.").format(count=several)] if several else []


def _room() -> int:
    """Bytes that pictures may take, where they are read and where they are used."""
    return min(machine.free_memory(torch.device(name)) for name in ("cpu", machine.choose_device().type))
