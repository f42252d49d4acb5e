"""Radford's race as a page to play with: the map, every way down, play, pause and step. One file, nothing fetched."""

from collections.abc import Sequence

from markupsafe import Markup

from profundo.messages import _
from profundo.study.drawing import INK, WIDE, Drawing
from profundo.study.inline import inline
from profundo.study.pages import environment
from profundo.study.race import Racer
from profundo.study.race_figures import COLOURS, called, course, light, on_the_map, title
from profundo.study.surfaces import SURFACES
from profundo.study.words import local


def page(surface: str, racers: Sequence[Racer], steps: int) -> str:
    """The page's text."""
    drawing = Drawing(WIDE, 4.9)
    ax = course(drawing, (1, 1, 1), surface)
    drawing.draw_without_rendering()  # now the axes have their place,
    drawing.set_layout_engine("none")  # and keep it
    points = 72 / drawing.dpi
    height = 72 * drawing.get_figheight()

    def way(racer: Racer) -> list[list[float]]:
        """Its places in the figure's own units."""
        pixels = ax.transData.transform(on_the_map(racer.path, SURFACES[surface]))
        return [[round(x * points, 1), round(height - y * points, 1)] for x, y in pixels.tolist()]

    shown = [
        {
            "name": called(racer.name),
            "colour": COLOURS[racer.name].replace(INK, "var(--ink)"),  # black is white in the dark
            "rate": local(f"{racer.rate:g}"),
            "left": racer.left,
            "arrived": racer.arrived,
            "way": way(racer),
            "losses": [float(f"{loss:.3g}") for loss in racer.losses],
        }
        for racer in racers
    ]
    return (
        environment()
        .get_template("race.html.j2")
        .render(
            title=title(surface),
            formula=local(SURFACES[surface].formula),
            map=_open(inline(light(drawing), "race", _("The surface from above; the bluer, the lower."))),
            racers=shown,
            steps=steps,
            mark=local("0.1")[1],
        )
    )


def _open(svg: Markup) -> Markup:
    """The figure without its end, so that the page can draw into it."""
    return Markup(svg.rstrip().removesuffix("</svg>"))
