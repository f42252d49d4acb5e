"""A film of the playground as a page to play with. One file, nothing fetched.

The page holds the weights at every moment. Its script is the net, and asks it for each frame about every place of the plane.
"""

from typing import Any

from markupsafe import Markup

from profundo.messages import _
from profundo.networks.dense.playground import PlaygroundConfig
from profundo.study.drawing import WIDE, Drawing, axes
from profundo.study.inline import inline
from profundo.study.pages import environment
from profundo.study.playground import Film
from profundo.study.playground_figures import WINDOW, bent, curves, title
from profundo.study.race_figures import light
from profundo.study.words import local, many

LABELS = {"x": "x", "y": "y", "x2": "x²", "y2": "y²", "xy": "xy", "sinx": "sin x", "siny": "sin y"}


def page(film: Film) -> str:
    """The page's text."""
    config, toys = film.recipe.network, film.recipe.data
    assert isinstance(config, PlaygroundConfig)
    drawing = Drawing(WIDE, 2.4)
    ax = axes(drawing, (1, 1, 1))
    curves(film, ax)
    drawing.draw_without_rendering()  # now the axes have their place,
    drawing.set_layout_engine("none")  # and keep it
    points = 72 / drawing.dpi
    box = ax.get_window_extent()
    places = [float(ax.transData.transform((step, 1.0))[0]) * points for step in film.steps]
    return (
        environment()
        .get_template("playground.html.j2")
        .render(
            title=title(toys.shape),  # type: ignore[attr-defined]  # of Toys, whatever its options
            net={
                "inputs": list(config.inputs),
                "labels": [LABELS[name] for name in config.inputs],
                "hidden": list(config.hidden),
                "activation": config.activation,
                "window": WINDOW,
            },
            frames=_frames(film, places),
            points=_points(film),
            curve=_open(inline(light(drawing), "curve", _("The loss of train and dev over the steps."))),
            top=round(72 * drawing.get_figheight() - box.y1 * points, 1),
            bottom=round(72 * drawing.get_figheight() - box.y0 * points, 1),
            layers=inline(light(bent(film)), "layers", _("A grid and the points, as they lie for each layer.")),
            mark=local("0.1")[1],
        )
    )


def _frames(film: Film, places: list[float]) -> list[dict[str, Any]]:
    """A moment each: its step in words, the weights, what is said of it, and where it lies on the curve."""
    rows = zip(film.steps, film.weights, film.train, film.dev, places, strict=True)
    return [
        {
            "step": many(step),
            "w": [round(w, 4) for w in weights],
            "train": round(train["loss"], 4),
            "dev": round(dev["loss"], 4),
            "error": round(100 * dev["error"], 1),
            "at": round(at, 1),
        }
        for step, weights, train, dev, at in rows
    ]


def _points(film: Film) -> list[list[float]]:
    """(x, y, class, 0 for train and 1 for dev) of every point."""
    return [
        [round(x, 2), round(y, 2), label, part]
        for part, rows in enumerate((film.splits.train, film.splits.dev))
        for (x, y), label in zip(rows.x.tolist(), rows.y.tolist(), strict=True)
    ]


def _open(svg: Markup) -> Markup:
    """The figure without its end, so that the page can draw into it."""
    return Markup(svg.rstrip().removesuffix("</svg>"))
