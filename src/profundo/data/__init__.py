"""Where data come from: one file a data set, or a kind of data that people bring."""

from functools import lru_cache

from profundo.core import Source, Splits


@lru_cache(maxsize=2)
def opened(source: Source) -> Splits:
    """The splits of a source, read once a process however many look at them."""
    return source.open()
