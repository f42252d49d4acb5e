"""The Bible in English and Spanish, verse by verse: translations into old, plain language that belong to everybody.

King James (1769) and Reina-Valera (1909), as Debian packages them for the SWORD library: six files a language. In each testament

    .bzz   books, each compressed by zlib        .bzs   where each book lies: (offset, bytes, bytes unpacked), 4 bytes each
    .bzv   where each verse lies: (book, offset, bytes), 4 + 4 + 2 bytes, the same verses in the same order in both languages

and a verse is text with marks in angle brackets.
"""

import html
import re
import struct
import zlib
from pathlib import Path

from profundo.core import UserError
from profundo.data.copies import place
from profundo.data.fetch import Archive, Package, Url, contents
from profundo.messages import _


def _archive(text: str, version: str, sha256: str, sha1: str, citation: str) -> Archive:
    """sha1: under which Debian keeps every file that it ever published."""
    name = f"sword-text-{text}"
    file = f"{name}_{version}_all.deb"
    return Archive(
        f"verses/{file}",
        sha256,
        (
            Url(f"http://ftp.debian.org/debian/pool/main/s/{name}/{file}"),
            Url(f"https://snapshot.debian.org/file/{sha1}"),
            Package("debian", name, version),
        ),
        licence="public domain",
        citation=citation,
    )


ARCHIVES = {
    "en": _archive(
        "kjv",
        "14.3-1",
        "9f463f28ce665f6f528fc723179722bced880a4c5485f7a41bf742838315de57",
        "f1243f951811f073842b0d67fec8cddd90b40f2f",
        "King James Version, the text of 1769",
    ),
    "es": _archive(
        "sparv",
        "2.60-1",
        "5c87f9b2bc97457e8a872f5bae7ea7ce59cb3de1dcee73e4d4740451863694cf",
        "ed6bfcbf1e7e296b7db0109a85332ed6bb6d143d",
        "Reina-Valera, 1909",
    ),
}
HIDDEN = re.compile(r"<(note|title)\b.*?</\1>", re.DOTALL)
"""What is no part of a verse: its notes, and the title that stands before it."""


def verses(copy: str | None = None) -> tuple[list[str], list[str]]:
    """The 31,084 verses that stand in both, English and Spanish.

    copy: a folder where the two packages lie; they are fetched if None. Raises UserError where one is missing or damaged.
    """
    english, spanish = (read(place(archive, copy)) for archive in ARCHIVES.values())
    both = [(here, there) for here, there in zip(english, spanish, strict=True) if here and there]
    return [here for here, _there in both], [there for _here, there in both]


def read(package: Path) -> list[str]:
    """The verses of a package in their order, "" where there is none. Raises UserError for another file."""
    try:
        parts = {Path(name).name: data() for name, data in contents(package) if Path(name).suffix in (".bzs", ".bzv", ".bzz")}
        return [verse for testament in ("ot", "nt") for verse in _testament(*(parts[f"{testament}.bz{x}"] for x in "svz"))]
    except Exception as why:  # a damaged package raises any of six types
        raise UserError(_("{path} is damaged ({why}).").format(path=package, why=why)) from None


def _testament(books: bytes, places: bytes, packed: bytes) -> list[str]:
    unpacked = [zlib.decompress(packed[start : start + n]) for start, n, _size in struct.iter_unpack("<III", books)]
    found = struct.iter_unpack("<IIH", places)
    return [plain(unpacked[book][start : start + n].decode()) if n else "" for book, start, n in found]


def plain(verse: str) -> str:
    """Without its marks: "In the <w>beginning</w> God" -> "In the beginning God"."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", HIDDEN.sub("", verse))).split())
