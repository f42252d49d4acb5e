"""A toy grammar: English sentences of some seventy words, and the same in Spanish.

    the red cats do not see a white house
    los gatos rojos no ven una casa blanca

Spanish puts the adjective behind the noun, so that what is said third may have to be read second; and article, noun and adjective
agree in gender and number, so that one English word ("red") has four Spanish ones. Nothing else is hard about it.
"""

import random

ANIMALS = {
    "cat": ("cats", "gato", "gatos", "m"),
    "dog": ("dogs", "perro", "perros", "m"),
    "bird": ("birds", "pájaro", "pájaros", "m"),
    "horse": ("horses", "caballo", "caballos", "m"),
    "fox": ("foxes", "zorro", "zorros", "m"),
    "cow": ("cows", "vaca", "vacas", "f"),
    "hen": ("hens", "gallina", "gallinas", "f"),
    "frog": ("frogs", "rana", "ranas", "f"),
    "turtle": ("turtles", "tortuga", "tortugas", "f"),
}
"""Who does something: English and Spanish plural, Spanish singular, gender."""
THINGS = {
    "house": ("houses", "casa", "casas", "f"),
    "flower": ("flowers", "flor", "flores", "f"),
    "book": ("books", "libro", "libros", "m"),
    "table": ("tables", "mesa", "mesas", "f"),
    "tree": ("trees", "árbol", "árboles", "m"),
    "boat": ("boats", "barco", "barcos", "m"),
    "letter": ("letters", "carta", "cartas", "f"),
    "hat": ("hats", "sombrero", "sombreros", "m"),
}
"""To what it is done."""
QUALITIES = {
    "red": "rojo",
    "white": "blanco",
    "black": "negro",
    "small": "pequeño",
    "old": "viejo",
    "pretty": "bonito",
    "green": "verde",
    "big": "grande",
    "blue": "azul",
}
ARTICLES = {
    ("the", False): ("el", "la"),
    ("the", True): ("los", "las"),
    ("a", False): ("un", "una"),
    ("two", True): ("dos", "dos"),
    ("this", False): ("este", "esta"),
    ("these", True): ("estos", "estas"),
}
"""The English word and whether it is followed by many -> masculine and feminine."""
ALONE = {
    "sleep": ("sleeps", "duerme", "duermen"),
    "sing": ("sings", "canta", "cantan"),
    "run": ("runs", "corre", "corren"),
    "walk": ("walks", "camina", "caminan"),
}
WITH_OBJECT = {
    "see": ("sees", "ve", "ven"),
    "want": ("wants", "quiere", "quieren"),
    "bring": ("brings", "trae", "traen"),
    "find": ("finds", "encuentra", "encuentran"),
    "carry": ("carries", "lleva", "llevan"),
}
"""Verbs: English for one; Spanish for one and for many."""


def pairs(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """n different English sentences with their Spanish, drawn from the grammar. n: up to some 100,000."""
    lot = random.Random(seed)
    found: dict[str, str] = {}
    while len(found) < n:
        english, spanish = sentence(lot)
        found[english] = spanish
    return list(found.items())


def sentence(lot: random.Random) -> tuple[str, str]:
    """An animal does something, or does not."""
    (who, quien), many = phrase(lot, ANIMALS)
    verbs = lot.choice([ALONE, WITH_OBJECT])
    do = lot.choice(list(verbs))
    does, hace, hacen = verbs[do]
    if lot.random() < 0.3:
        english, spanish = f"{who} {'do' if many else 'does'} not {do}", f"{quien} no {hacen if many else hace}"
    else:
        english, spanish = f"{who} {do if many else does}", f"{quien} {hacen if many else hace}"
    if verbs is WITH_OBJECT:
        (what, que), _many = phrase(lot, THINGS)
        english, spanish = f"{english} {what}", f"{spanish} {que}"
    return english, spanish


def phrase(lot: random.Random, nouns: dict[str, tuple[str, str, str, str]]) -> tuple[tuple[str, str], bool]:
    """An article, in three of four an adjective, and a noun, in both languages; and whether there are many."""
    (article, many), forms = lot.choice(list(ARTICLES.items()))
    noun = lot.choice(list(nouns))
    plural, uno, unos, gender = nouns[noun]
    articulo, nombre = forms[gender == "f"], unos if many else uno
    english, spanish = [article, plural if many else noun], [articulo, nombre]
    if lot.random() < 0.75:
        quality = lot.choice(list(QUALITIES))
        english.insert(1, quality)
        spanish.append(agreeing(QUALITIES[quality], gender, many))
    return (" ".join(english), " ".join(spanish)), many


def agreeing(adjective: str, gender: str, many: bool) -> str:
    """The form of a Spanish adjective: rojo, roja, rojos, rojas; verde, verdes; azul, azules."""
    if adjective.endswith("o") and gender == "f":
        adjective = adjective[:-1] + "a"
    return adjective + ("" if not many else "s" if adjective[-1] in "aeo" else "es")
