import hashlib
import io
import lzma
import tarfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from profundo.core import UserError
from profundo.data import fetch as module
from profundo.data.fetch import Archive, Package, Url, cache, contents, fetch

BODY = b"sixty thousand digits" * 1000
SHA = hashlib.sha256(BODY).hexdigest()


def archive(*sources, name="digits.bin", sha256=SHA):
    return Archive(name, sha256, sources, "CC0", "Somebody 1998")


@pytest.fixture
def server():
    """A web server of this machine only: /digits.bin, and how often it was asked."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Handler.asked += 1
            if self.path == "/gone":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[: len(BODY) // 2] if self.path == "/cut" else BODY)

        def log_message(self, *_words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        Handler.url = f"http://127.0.0.1:{server.server_port}"
        yield Handler
        server.shutdown()
        thread.join()


def test_fetched_once(server, capsys):
    wanted = archive(Url(f"{server.url}/digits.bin"))
    path = fetch(wanted)
    assert path == cache() / "digits.bin"
    assert path.read_bytes() == BODY
    assert capsys.readouterr().err == f"digits.bin from {server.url}/digits.bin, CC0 (Somebody 1998)\n"
    assert fetch(wanted) == path
    assert server.asked == 1
    assert capsys.readouterr().err == ""


def test_a_damaged_file_in_the_cache_is_fetched_again(server):
    wanted = archive(Url(f"{server.url}/digits.bin"))
    fetch(wanted).write_bytes(BODY[:-1])
    assert fetch(wanted).read_bytes() == BODY
    assert server.asked == 2


def test_the_next_source_serves_where_one_does_not(server, tmp_path):
    (tmp_path / "other").write_bytes(b"something else")
    (tmp_path / "right").write_bytes(BODY)
    sources = [
        f"{server.url}/gone",
        f"{server.url}/cut",
        "http://127.0.0.1:1/",
        *((tmp_path / f).as_uri() for f in ("other", "right")),
    ]
    assert fetch(archive(*map(Url, sources))).read_bytes() == BODY
    assert [path.name for path in cache().iterdir()] == ["digits.bin"]


def test_no_source_serves(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no npm
    (tmp_path / "other").write_bytes(b"something else")
    sources = Url(f"{server.url}/gone"), Url((tmp_path / "other").as_uri()), Package("npm", "nothing", "1.0")
    with pytest.raises(UserError) as answer:
        fetch(archive(*sources))
    sentence = str(answer.value)
    for word in ("404", "another file", "nothing@1.0: there is no npm", SHA, str(cache()), "digits.bin", "by hand"):
        assert word in sentence
    assert "\n" not in sentence
    assert not list(cache().iterdir())


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PROFUNDO_DATA", str(tmp_path / "file"))
    with pytest.raises(UserError, match="PROFUNDO_DATA"):
        fetch(archive(Url("http://127.0.0.1:1/")))


def test_many_at_once_end_with_the_whole_file(server):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(fetch, [archive(Url(f"{server.url}/digits.bin"))] * 8))
    assert {path.read_bytes() for path in paths} == {BODY}
    assert [path.name for path in cache().iterdir()] == ["digits.bin"]


# packages: files in a folder of this machine, and clients that copy them from there


def wheel(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("digits/data/digits.bin", BODY)
        file.writestr("digits/__init__.py", "raise SystemExit('package code was run')")


def tgz(path):
    with tarfile.open(path, "w:gz") as file:
        file.addfile(entry("package/digits.bin"), io.BytesIO(BODY))


def deb(path):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as file:
        file.addfile(entry("./usr/share/digits.bin"), io.BytesIO(BODY))
    members = [("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), ("data.tar.xz", lzma.compress(tar.getvalue()))]
    with path.open("wb") as file:
        file.write(b"!<arch>\n")
        for name, content in members:
            file.write(
                f"{name:<16}{0:<12}{0:<6}{0:<6}{0o100644:<8o}{len(content):<10}`\n".encode()
                + content
                + b"\n" * (len(content) % 2)
            )


def entry(name):
    info = tarfile.TarInfo(name)
    info.size = len(BODY)
    return info


@pytest.mark.parametrize(
    ("make", "client", "package"),
    [
        (wheel, "uvx", Package("pypi", "digits", "1.0", member="digits/data/digits.bin")),
        (tgz, "npm", Package("npm", "digits", "1.0", member="package/digits.bin")),
        (deb, "apt-get", Package("debian", "digits", member="usr/share/digits.bin")),
    ],
)
def test_packages_are_read_and_never_run(tmp_path, monkeypatch, make, client, package):
    make(tmp_path / "registry")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / client).write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncp {tmp_path}/registry digits-1.0.package\n')
    (bin_ / client).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    assert fetch(archive(package)).read_bytes() == BODY
    assert str(package) in (tmp_path / "asked").read_text()
    if client == "uvx":
        assert "--only-binary :all:" in (tmp_path / "asked").read_text()

    absent = Package(package.registry, "digits", "1.0", member="elsewhere")
    with pytest.raises(UserError, match="no elsewhere inside"):
        fetch(archive(absent, name="other"))


def test_a_whole_package(tmp_path, monkeypatch):
    tgz(tmp_path / "registry")
    (tmp_path / "npm").write_text(f"#!/bin/sh\ncp {tmp_path}/registry digits.tgz\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = fetch(archive(Package("npm", "digits", "1.0"), name="digits.tgz", sha256=module.sha256_of(tmp_path / "registry")))
    assert [(name, read()) for name, read in contents(path)] == [("package/digits.bin", BODY)]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"!<arch>\nodd", b"text", BODY])
def test_a_package_that_is_none(tmp_path, monkeypatch, content):
    (tmp_path / "registry").write_bytes(content)
    (tmp_path / "npm").write_text(f"#!/bin/sh\ncp {tmp_path}/registry x\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UserError, match="could not be fetched"):
        fetch(archive(Package("npm", "digits", "1.0", member="digits.bin")))


def test_the_cache_has_a_home(monkeypatch):
    monkeypatch.delenv("PROFUNDO_DATA")
    assert cache().name == "profundo"
    monkeypatch.setenv("PROFUNDO_DATA", "here")
    assert cache() == Path("here")
