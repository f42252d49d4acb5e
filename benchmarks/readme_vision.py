"""The tables of pictures: the ladder, speed, decoding, fooling. Where a page has their markers, and results.jsonl their lines."""

from typing import Any

import records
from profundo.summaries import figure

Cells = list[tuple[str, ...]]
RUNGS = ("alexnet", "vgg", "googlenet", "plain20", "plain56", "resnet20", "resnet56", "resnet18")
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "resnet": ("ResNet-20, batches of 128", "images a second", "profundo is", "of the bfloat16 rate"),
        "ladder": ("recipe", "published", "measured on test", "seeds", "time", ""),
        "scaled": "{} x {}, to {}",
        "decode": ("photographs", "way", "a second", "of decoding alone"),
        "ways": {
            "floor": "decoding alone",
            "usual": "decoded in full, then resized",
            "read": "`images.read`",
            "folder": "a folder, in memory",
            "streamed": "a folder, streamed",
        },
        "fooling": ("network", "clean", "fooled by FGSM", "confidence then", "published", "pixels kept in [0, 1]", "nearest"),
        "pooling": ("recipe", "pooling", "figures"),
        "met": ("missed", "met"),
    },
    "es": {
        "resnet": ("ResNet-20, lotes de 128", "imágenes por segundo", "profundo es", "de la tasa en bfloat16"),
        "ladder": ("receta", "publicado", "medido en test", "semillas", "tiempo", ""),
        "scaled": "{} x {}, a {}",
        "decode": ("fotos", "vía", "por segundo", "de la sola decodificación"),
        "ways": {
            "floor": "solo decodificar",
            "usual": "decodificadas enteras y reducidas",
            "read": "`images.read`",
            "folder": "una carpeta, en memoria",
            "streamed": "una carpeta, por partes",
        },
        "fooling": (
            "red",
            "limpio",
            "engañada con FGSM",
            "confianza entonces",
            "publicado",
            "píxeles dentro de [0, 1]",
            "lo más cercano",
        ),
        "pooling": ("receta", "agrupación", "medidas"),
        "met": ("no cumplido", "cumplido"),
    },
}


def resnet(language: str) -> Cells:
    """Images a second beside the usual ways."""
    words, found = WORDS[language], records.latest("resnet_cifar").get("resnet_cifar")
    if not found:
        return []
    fastest_first = sorted(found["ways"].items(), key=lambda item: -item[1]["images_per_second"])
    cells = [
        (name, f"{way['images_per_second']:.0f}", f"{way['profundo_is']:.2f} ×", f"{100 * way['of_matmul_rate']:.0f} %")
        for name, way in fastest_first
    ]
    return [words["resnet"], *cells]


def ladder(language: str) -> Cells:
    """Every rung that was climbed, by test error."""
    words, latest = WORDS[language], records.latest("networks", "recipe")
    found = [latest[name] for name in RUNGS if name in latest]
    cells = [
        (
            f"`{one['recipe']}`",
            f"{figure('error', one['claim'])} ({one['source']})",
            f"**{figure('error', one['mean'])}**" + ("" if one["sd"] is None else f" ± {figure('error', one['sd'])}"),
            str(len(one["seeds"])),
            records.took(one, one["seconds"]),
            words["met"][one["met"]],
        )
        for one in found
    ]
    return [words["ladder"], *cells] if cells else []


def departures(language: str) -> str:
    """Of the rungs: what was trained otherwise than the recipe says, on what copy of the photographs."""
    latest = records.latest("networks", "recipe")
    return "\n\n".join(records.conditions(latest[name], language) for name in RUNGS if latest.get(name, {}).get("options"))


def decode(language: str) -> Cells:
    """Pictures a second on the way from a folder of JPEGs, beside what decoding alone allows."""
    words, cells = WORDS[language], []
    for found in records.latest("decode", "kind").values():
        what = words["scaled"].format(*found["pixels"], found["size"])
        for way, rate in found["per_second"].items():
            cells.append((what, words["ways"].get(way, way), f"{rate:.0f}", f"{found['of_floor'][way]:.2f}"))
    return [words["decode"], *cells] if cells else []


def fooling(language: str) -> Cells:
    """Test errors under the fast gradient sign, and how far off the nearest picture of another class is."""
    words, cells = WORDS[language], []
    for name, found in records.latest("fooling", "recipe").items():
        mean, std = found["mean"], found["std"]
        told = lambda key, mean=mean, std=std: f"{figure('error', mean[key])} ± {figure('error', std[key])}"  # noqa: E731
        cells.append(
            (
                f"`{name}`",
                told("error"),
                f"**{told('adversarial_error')}**",
                told("adversarial_confidence"),
                _published(found["published"]),
                told("clipped_error"),
                f"{mean['nearest_distortion']:.3f}",
            )
        )
    return [words["fooling"], *cells] if cells else []


def _published(known: Any) -> str:
    """An error and a confidence, or what there is."""
    if known is None:
        return "-"
    values = known.values() if isinstance(known, dict) else known if isinstance(known, list) else [known]
    return ", ".join(figure("error", value) for value in values if isinstance(value, float))


def pooling(language: str) -> Cells:
    """What is lost and won by forgetting where things were."""
    words, found = WORDS[language], records.latest("pooling", "recipe", "pooling")
    told = [", ".join(f"{name} {value:.3g}" for name, value in one["mean"].items()) for one in found.values()]
    cells = [(f"`{name}`", pooling, figures) for (name, pooling), figures in zip(found, told, strict=True)]
    return [words["pooling"], *cells] if cells else []
