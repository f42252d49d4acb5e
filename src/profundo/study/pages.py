"""The pages that are written from a template."""

from pathlib import Path

import jinja2

from profundo.messages import _


def environment() -> jinja2.Environment:
    """Where the templates lie: what is put into one is escaped, and a name that it does not get is a mistake."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["_"] = _
    return found
