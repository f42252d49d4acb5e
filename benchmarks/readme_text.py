"""The tables of texts: a GPT's iterations beside nanoGPT's, generation beside transformers', translators, models of Brown.

As results.jsonl has them.
"""

import statistics
from typing import Any

import records
from profundo.summaries import figure

Cells = list[tuple[str, ...]]
WORDS: dict[str, dict[str, Any]] = {
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
        "translators": ("", "published", "BLEU on test", "time", ""),
        "dictionary": "word by word, from a counted dictionary",
        "word2vec": ("", "profundo, words a second", "gensim", "profundo is", "loss on dev", "gensim's"),
        "brown": ("", "published", "perplexity on test"),
        "models": ("trigram, Kneser and Ney", "`bengio`, alone", "the two, half and half"),
        "met": ("missed", "met"),
    },
    "es": {
        "gpt": ("vía", "milisegundos por iteración", "profundo es", "pérdida entonces"),
        "generation": ("precisión", "profundo, ms por token", "transformers", "profundo es", "sin caché", "solo leer los pesos"),
        "translators": ("", "publicado", "BLEU en test", "tiempo", ""),
        "dictionary": "palabra por palabra, con un diccionario contado",
        "word2vec": ("", "profundo, palabras por segundo", "gensim", "profundo es", "pérdida en dev", "la de gensim"),
        "brown": ("", "publicado", "perplejidad en test"),
        "models": ("trigrama, Kneser y Ney", "`bengio`, sola", "los dos, a medias"),
        "met": ("no cumplido", "cumplido"),
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


TRANSLATORS = ("seq2seq", "encoder_decoder", "bahdanau", "transformer_multi30k")


def translators(language: str) -> Cells:
    """German to English, captions of photographs: a rung a paper, and the dictionary below them all."""
    words, latest = WORDS[language], records.latest("networks", "recipe")
    found = [latest[name] for name in TRANSLATORS if name in latest]
    cells = [
        (
            ", ".join([f"`{one['recipe']}`", *(f"`--{name} {value}`" for name, value in one["options"].items())]),
            figure("bleu", one["claim"]),
            f"**{figure('bleu', one['mean'])}**",
            records.took(one, one["seconds"]),
            words["met"][one["met"]],
        )
        for one in found
    ]
    if not cells:
        return []
    return [words["translators"], (words["dictionary"], "", figure("bleu", found[0]["baseline"]["bleu"]), "", ""), *cells]


def word2vec(language: str) -> Cells:
    """One epoch of Brown each, in turns; gensim's inner loop is C."""
    latest = records.latest("word2vec", "reads")
    cells = [
        (
            name,
            f"{statistics.median(one['ours']):,.0f}",
            f"{statistics.median(one['gensim']):,.0f}",
            f"{one['ratio']:.2f} ×",
            *(f"{one['dev_loss'][whose]:.2f}" for whose in ("ours", "gensim")),
        )
        for name, one in (("skip-gram", latest.get("word")), ("CBOW", latest.get("neighbours")))
        if one
    ]
    return [WORDS[language]["word2vec"], *cells] if cells else []


def brown(language: str) -> Cells:
    """Bengio's network, the trigram counted in the same words, and their mixture."""
    words, found = WORDS[language], records.latest("networks", "recipe").get("bengio")
    if not found or "test" not in found:
        return []
    measured = (found["test"][name] for name in ("ngram_perplexity", "perplexity", "mixed_perplexity"))
    rows = zip(words["models"], ("", "276", "252"), (f"**{p:.1f}**" for p in measured), strict=True)
    return [words["brown"], *rows]
