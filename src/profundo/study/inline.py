"""Figures, pictures and sentences as parts of a page."""

import base64
import re
from pathlib import Path

from markupsafe import Markup, escape

from profundo.study import drawing

ROLES = {
    drawing.INK: "ink",
    drawing.SOFT: "soft",
    drawing.GRID: "grid",
    drawing.PAPER: "paper",
    drawing.TRAIN: "train",
    drawing.DEV: "dev",
    drawing.TEST: "test",
}
"""Colours of figures that the page names, so that they follow it into the dark."""
PIXELS = 101.4
"""To an inch: the widest figure, 9 inches, fills the page's column."""
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def inline(svg: str, name: str, alt: str) -> Markup:
    """An SVG figure as an element of the page, with the page's colours and letters, and `alt` for those who cannot see it."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<g id=\"patch_1\">.*?</g>", "", text, count=1, flags=re.DOTALL)  # the figure's own background
    text = re.sub(r"\b(id=\"|href=\"#|url\(#)", rf"\g<1>{name}-", text)  # names are unique on a page
    text = re.sub(r"(font: [^;\"]*?[\d.]+px|font-family:) [^;\"]+", r"\1 var(--sans)", text)
    for colour, role in ROLES.items():
        text = re.sub(rf"(fill|stroke): {colour}", rf"\g<1>: var(--{role})", text, flags=re.IGNORECASE)
    head = re.match(r"<svg[^>]*?viewBox=\"(0 0 ([\d.]+) [\d.]+)\"[^>]*>", text)
    assert head
    wide = float(head[2]) / 72 * PIXELS
    opening = f'<svg viewBox="{head[1]}" style="max-width:{wide:.0f}px" role="img" aria-label="{escape(alt)}" {NAMESPACES}>'
    return Markup(opening + text[head.end() :])  # drawn here; what people wrote in it was escaped by matplotlib


def data_uri(picture: Path) -> str:
    """A PNG file as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def marked(sentence: str) -> Markup:
    """A sentence whose `commands` stand out."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))
