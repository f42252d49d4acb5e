"""The tables of texts: a GPT's iterations beside nanoGPT's, and generation beside transformers'. As results.jsonl has them."""

import records

Cells = list[tuple[str, ...]]
WORDS = {
    "en": {
        "gpt": ("way", "milliseconds an iteration", "profundo is", "loss then"),
        "generation": (
            "precision",
            "profundo, ms a token",
            "transformers",
            "profundo is",
            "without a cache",
            "reading the weights alone",
        ),
    },
    "es": {
        "gpt": ("vía", "milisegundos por iteración", "profundo es", "pérdida entonces"),
        "generation": ("precisión", "profundo, ms por token", "transformers", "profundo es", "sin caché", "solo leer los pesos"),
    },
}


def gpt(language: str) -> Cells:
    """nanoGPT's configuration for a laptop; the last row is the arithmetic at the machine's own rates."""
    found = records.latest("gpt_speed").get("gpt_speed")
    if not found:
        return []
    ways = sorted(found["ways"].items(), key=lambda item: item[1]["milliseconds"])
    cells = [(name, f"{way['milliseconds']:.1f}", f"{way['profundo_is']:.2f} ×", f"{way['loss']:.3f}") for name, way in ways]
    floor = " / ".join(f"{found['floor'][precision]:.1f}" for precision in ("float32", "bfloat16"))
    return [WORDS[language]["gpt"], *cells, ("float32 / bfloat16, FLOPs", floor, "", "")]


def generation(language: str) -> Cells:
    """SmolLM2-135M, greedy, the two in turns."""
    latest = records.latest("generation", "precision")
    cells = [
        (
            precision,
            f"{one['ours_ms']:.1f}",
            f"{one['transformers_ms']:.1f}",
            f"{one['ratio']:.2f} ×",
            f"{one['no_cache_ms']:.1f}",
            f"{one['floor_ms']:.1f}",
        )
        for precision, one in latest.items()
    ]
    return [WORDS[language]["generation"], *cells] if cells else []
