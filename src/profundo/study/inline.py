"""Figures and pictures as parts of a page."""

import base64
import re
from pathlib import Path

from markupsafe import Markup, escape

from profundo.study import figures

ROLES = {
    figures.INK: "ink",
    figures.SOFT: "soft",
    figures.GRID: "grid",
    figures.PAPER: "paper",
    figures.TRAIN: "train",
    figures.DEV: "dev",
    figures.TEST: "test",
}
"""Colours of figures that the page names, so that they follow it into the dark."""


def inline(svg: str, name: str, alt: str) -> Markup:
    """An SVG figure as an element of the page, with the page's colours and letters, and `alt` for those who cannot see it."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<g id=\"patch_1\">.*?</g>", "", text, count=1, flags=re.DOTALL)  # the figure's own background
    text = re.sub(r"\b(id=\"|href=\"#|url\(#)", rf"\g<1>{name}-", text)  # names are unique on a page
    text = re.sub(r"font: ([^;\"]*?[\d.]+px) [^;\"]+", r"font: \1 var(--sans)", text)
    for colour, role in ROLES.items():
        text = re.sub(rf"(fill|stroke): {colour}", rf"\g<1>: var(--{role})", text, flags=re.IGNORECASE)
    head = re.match(r"<svg[^>]*>", text)
    assert head
    box = re.search(r"viewBox=\"[^\"]*\"", head[0])
    opening = f'<svg {box[0] if box else ""} role="img" aria-label="{escape(alt)}" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Markup(opening + text[head.end() :])  # noqa: S704  # drawn here; what people wrote in it was escaped by matplotlib


def data_uri(picture: Path) -> str:
    """A PNG file as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
