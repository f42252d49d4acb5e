"""A bar on the terminal while something long is read or fetched; nothing where nobody looks."""

import sys
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def waiting(things: Iterable[T], total: int | None, what: str) -> Iterable[T]:
    """The same things, with a bar on stderr while they go by. total: how many there will be, None if nobody knows."""
    if not sys.stderr.isatty():
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, description=what, total=total, console=Console(stderr=True), transient=True)
