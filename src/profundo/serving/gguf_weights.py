"""GGUF: weights, hyperparameters and tokenizer in one file, the weights rounded to a few bits.

A block of 32 weights of a row shares a scale d, and in some kinds a least value m, in float16:

    Q8_0    w = d q              q of 8 bits, -128 ... 127       8.5 bits a weight
    Q4_0    w = d (q - 8)        q of 4 bits, 0 ... 15           4.5
    Q4_1    w = d q + m          q of 4 bits, 0 ... 15           5

The format is llama.cpp's (Gerganov 2023).
"""

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from profundo.core import UserError
from profundo.messages import _

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Kinds of values in the header, as struct calls them."""
STRING, ARRAY = 8, 9
BLOCK = 32


def _f32(blocks: Tensor) -> Tensor:
    return blocks.view(torch.float32)


def _f16(blocks: Tensor) -> Tensor:
    return blocks.view(torch.float16).float()


def _bf16(blocks: Tensor) -> Tensor:
    return blocks.view(torch.bfloat16).float()


def _q8_0(blocks: Tensor) -> Tensor:
    d, q = blocks.split([2, 32], dim=1)
    return _f16(d.contiguous()) * q.view(torch.int8)


def _q4_0(blocks: Tensor) -> Tensor:
    d, q = blocks.split([2, 16], dim=1)
    return _f16(d.contiguous()) * (_nibbles(q).to(torch.int8) - 8)


def _q4_1(blocks: Tensor) -> Tensor:
    d, m, q = blocks.split([2, 2, 16], dim=1)
    return torch.addcmul(_f16(m.contiguous()), _f16(d.contiguous()), _nibbles(q))


def _nibbles(q: Tensor) -> Tensor:
    """(n, 16) bytes -> (n, 32) numbers of 4 bits: the lower halves of all bytes, then the upper ones."""
    return torch.cat([q & 15, q >> 4], dim=1)


KINDS: dict[int, tuple[int, int, Callable[[Tensor], Tensor]]] = {
    0: (1, 4, _f32),
    1: (1, 2, _f16),
    2: (BLOCK, 18, _q4_0),
    3: (BLOCK, 20, _q4_1),
    8: (BLOCK, 34, _q8_0),
    30: (1, 2, _bf16),
}
"""Kinds of weights by their number in the file: weights a block, bytes a block, and what reads blocks (n, bytes) uint8."""


@dataclass(frozen=True)
class Gguf:
    """A file, read: what it says by name, and the tensors, float32 made of them when asked for."""

    path: Path
    fields: dict[str, Any]
    places: dict[str, tuple[int, tuple[int, ...], int]]
    """Kind, shape and first byte of each tensor."""
    content: mmap.mmap

    def tensor(self, name: str) -> Tensor:
        """In float32. Raises UserError where it is rounded in a way that is not read here."""
        kind, shape, begin = self.places[name]
        if kind not in KINDS:
            raise UserError(
                _("{path} rounds {name} in a way (kind {kind}) that is not read here; take a file of Q8_0, Q4_1 or F16.").format(
                    path=self.path, name=name, kind=kind
                )
            )
        weights, size, read = KINDS[kind]
        n = torch.Size(shape).numel() // weights
        if begin + n * size > len(self.content):
            raise damaged(self.path)
        blocks = torch.frombuffer(self.content, dtype=torch.uint8, count=n * size, offset=begin).view(n, size)
        return read(blocks).reshape(shape)


def read(path: Path) -> Gguf:
    """The header of a file; weights stay on the disk until they are asked for. Raises UserError for what is no such file."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        cursor = Cursor(content)
        if content[:4] != b"GGUF" or cursor.skip(4).scalar(4) not in (2, 3):
            raise damaged(path)
        tensors, entries = cursor.scalar(10), cursor.scalar(10)
        fields = {cursor.string(): cursor.value(cursor.scalar(4)) for _entry in range(entries)}
        infos = [cursor.tensor() for _tensor in range(tensors)]
    except FileNotFoundError:
        raise UserError(_("There is no file {path}.").format(path=path)) from None
    except (struct.error, ValueError, KeyError, UnicodeDecodeError):
        raise damaged(path) from None
    aligned = fields.get("general.alignment", 32)
    data = -(-cursor.at // aligned) * aligned
    return Gguf(path, fields, {name: (kind, shape, data + offset) for name, kind, shape, offset in infos}, content)


def damaged(path: Path) -> UserError:
    return UserError(_("{path} is no whole GGUF file; fetch it again.").format(path=path))


class Cursor:
    """Reads the header's values one after the other."""

    def __init__(self, content: mmap.mmap):
        self.content, self.at = content, 0

    def skip(self, size: int) -> "Cursor":
        self.at += size
        return self

    def scalar(self, kind: int) -> Any:
        form = "<" + SCALARS[kind]
        (value,) = struct.unpack_from(form, self.content, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self) -> str:
        size = self.scalar(10)
        if self.at + size > len(self.content):
            raise ValueError
        self.at += size
        return self.content[self.at - size : self.at].decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, count = self.scalar(4), self.scalar(10)
            return [self.value(inner) for _item in range(count)]
        return self.scalar(kind)

    def tensor(self) -> tuple[str, int, tuple[int, ...], int]:
        """Name, kind, shape, and first byte counted from where the data begin. The file has the fastest axis first."""
        name, axes = self.string(), self.scalar(4)
        shape = tuple(self.scalar(10) for _axis in range(axes))[::-1]
        return name, self.scalar(4), shape, self.scalar(10)
