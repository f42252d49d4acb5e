"""MNIST: 70,000 handwritten digits, 28 x 28 bytes, as LeCun, Cortes and Burges gave them out in 1998.

The four original files (their IDX contents have the original md5s) travel with profundo, so that the first command needs no
network. Licence and source stand in mnist_files/LICENSE.md.
"""

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.rows import Rows, Standardize
from profundo.data.splits import fingerprint, stratified
from profundo.messages import _

FILES = Path(__file__).parent / "mnist_files"
NORMAL = Standardize(mean=(33.32,), std=(78.57,))  # of the 60,000 training digits
SCALES = {"standard": NORMAL, "unit": Standardize(mean=(0.0,), std=(255.0,))}


@dataclass(frozen=True)
class MNIST:
    """60,000 digits to learn from, of which `dev` are kept to choose on; 10,000 sealed to test."""

    limit: int | None = None
    """Use so many training digits only, in the same proportions."""
    dev: int = 5000
    split_seed: int = 0
    scale: Literal["standard", "unit"] = "standard"
    """Pixels with mean 0 and deviation 1, or from 0 (black) to 1, as generators paint them."""

    licence: ClassVar[str] = "CC BY-SA 3.0"
    citation: ClassVar[str] = "LeCun, Cortes, Burges (1998), The MNIST database of handwritten digits"

    def __post_init__(self) -> None:
        if not 10 <= self.dev < 60_000:
            raise ValueError("dev is between 10 and 59,999 digits")
        if self.limit is not None and not 100 <= self.limit <= 60_000:
            raise ValueError("limit is between 100 and 60,000 digits")

    def open(self) -> Splits:
        x, y = read("train")
        train, dev = stratified(y, (1 - self.dev / len(y), self.dev / len(y)), self.split_seed)
        if self.limit is not None:
            share = self.limit / len(y)
            train = train[stratified(y[train], (1 - share, share), self.split_seed)[1]]
            dev = dev[stratified(y[dev], (1 - share, share), self.split_seed)[1]]

        facts: Facts = {
            "channels": 1,
            "size": 28,
            "features": 784,
            "classes": 10,
            "names": [str(digit) for digit in range(10)],
            "task": "classify",
            "examples": {"train": len(train), "dev": len(dev), "test": 10_000},
            "split": dict(zip(("train", "dev"), fingerprint(train, dev), strict=True)),
        }

        prepare = SCALES[self.scale]

        def open_test() -> Rows:
            return Rows(*read("t10k"), prepare)

        return Splits(Rows(x[train], y[train], prepare), Rows(x[dev], y[dev], prepare), open_test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture of a digit (path, PIL image or array), dark on light or light on dark -> (1, 28, 28)."""
        return SCALES[self.scale](digit(raw)[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)


def digit(raw: Any) -> Tensor:
    """A picture of a digit as MNIST would hold it: light ink on a dark ground, (1, 28, 28) bytes."""
    x = images.read(raw, channels=1, size=28)
    corners = x[0, [0, 0, -1, -1], [0, -1, 0, -1]].float().mean()
    return 255 - x if corners > 127 else x


def read(part: str) -> tuple[Tensor, Tensor]:
    """("train" or "t10k") -> images (N, 1, 28, 28) bytes, labels (N,) int64."""
    files = (FILES / f"{part}-images-idx3-ubyte.gz", FILES / f"{part}-labels-idx1-ubyte.gz")
    try:
        x, y = map(idx, files)
    except (OSError, EOFError) as why:
        said = _("{path} is missing or damaged; install profundo again ({why}).")
        raise UserError(said.format(path=FILES, why=why)) from why
    return torch.from_numpy(x)[:, None], torch.from_numpy(y).long()


def idx(path: Path) -> np.ndarray:
    """The IDX format: two zero bytes, a type (8 = bytes), the number of axes, the axes, the data."""
    content = gzip.decompress(path.read_bytes())
    axes = content[3]
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    return np.frombuffer(bytearray(content[4 + 4 * axes :]), np.uint8).reshape(shape)
