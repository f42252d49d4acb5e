"""Fashion-MNIST: 70,000 grey pictures of clothes, 28 x 28 bytes, in MNIST's format and not as easy as digits (V20).

Four files, 31 MB, are fetched once from Zalando; where only registries can be reached, from Debian's package, which holds the
same arrays.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import images, mnist
from profundo.data.cifar10 import gratings
from profundo.data.fetch import Archive, Package, Url, fetch
from profundo.data.rows import Rows, Standardize
from profundo.data.splits import fingerprint, stratified
from profundo.messages import _

OFFICIAL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
MIRROR = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
NAMES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot")


def _archive(name: str, official: str, debian: str) -> Archive:
    """official, debian: sha256 of the file as Zalando and as Debian compressed it."""
    member = f"usr/share/datasets/fashion-mnist/{name}"
    return Archive(
        f"fashion-mnist/{name}",
        official,
        (Url(f"{OFFICIAL}/{name}"), Url(f"{MIRROR}/{name}"), Package("debian", "dataset-fashion-mnist", "", member, debian)),
        licence="MIT",
        citation="Xiao, Rasul, Vollgraf (2017), Fashion-MNIST, arXiv 1708.07747",
    )


PICTURES = {
    "train": _archive(
        "train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    ),
    "test": _archive(
        "t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    ),
}
LABELS = {
    "train": _archive(
        "train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    ),
    "test": _archive(
        "t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    ),
}
NORMAL = Standardize(mean=(72.94,), std=(90.02,))  # of the 60,000 training pictures


@dataclass(frozen=True)
class FashionMNIST:
    """60,000 pictures of clothes to learn from, of which `dev` are kept to choose on; 10,000 sealed to test."""

    limit: int | None = None
    """Use so many training pictures only, in the same proportions."""
    dev: int = 5000
    split_seed: int = 0
    path: str | None = None
    """A folder of yours that holds the four files, under their original names."""
    drawn: bool = False
    """No clothes: 3,000 grey gratings drawn by a formula, ten directions. For a smoke run without the files."""

    licence: ClassVar[str] = PICTURES["train"].licence
    citation: ClassVar[str] = PICTURES["train"].citation

    def __post_init__(self) -> None:
        if not 10 <= self.dev < 60_000:
            raise ValueError("dev is between 10 and 59,999 pictures")
        if self.limit is not None and not 100 <= self.limit <= 60_000:
            raise ValueError("limit is between 100 and 60,000 pictures")

    def open(self) -> Splits:
        """Raises UserError where the files can neither be found nor fetched, or are damaged."""
        x, y = self._read("train")
        share = self.dev / 60_000
        train, dev = stratified(y, (1 - share, share), self.split_seed)
        if self.limit is not None:
            share = min(1.0, self.limit / len(y))
            train, dev = (part[stratified(y[part], (share, 1 - share), self.split_seed)[0]] for part in (train, dev))
        facts: Facts = {
            "channels": 1,
            "size": 28,
            "features": 784,
            "classes": 10,
            "names": list(NAMES),
            "task": "classify",
            "examples": {"train": len(train), "dev": len(dev), "test": 1000 if self.drawn else 10_000},
            "split": dict(zip(("train", "dev"), fingerprint(train, dev), strict=True)),
        }
        if self.drawn:
            facts["notes"] = [_("These are gratings drawn by a formula, not Fashion-MNIST: the figures mean nothing.")]

        def open_test() -> Rows:
            return Rows(*self._read("test"), NORMAL)

        return Splits(Rows(x[train], y[train], NORMAL), Rows(x[dev], y[dev], NORMAL), open_test, facts)

    def _read(self, part: str) -> tuple[Tensor, Tensor]:
        """("train" or "test") -> pictures (N, 1, 28, 28) bytes, labels (N,)."""
        if self.drawn:
            x, y = gratings(2000 if part == "train" else 1000, seed=("train", "test").index(part))
            return x[:, :, 2:30, 2:30].float().mean(1, keepdim=True).byte(), y
        files = [self._file(archive) for archive in (PICTURES[part], LABELS[part])]
        try:
            x, y = (torch.from_numpy(mnist.idx(file)) for file in files)
        except Exception as why:  # gzip, struct and numpy each have their own
            said = _("{path} is damaged, or no file of Fashion-MNIST ({why}); replace it.")
            raise UserError(said.format(path=files[0].parent, why=why)) from None
        return x[:, None], y.long()

    def _file(self, archive: Archive) -> Path:
        if self.path is None:
            return fetch(archive)
        file = Path(self.path).expanduser() / Path(archive.name).name
        if not file.is_file():
            raise UserError(_("There is no {name} in {path}.").format(name=file.name, path=self.path))
        return file

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture (path, PIL image or array) of one piece, dark on light or light on dark -> (1, 28, 28)."""
        return NORMAL(mnist.digit(raw)[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        return images.probabilities(output, facts)
