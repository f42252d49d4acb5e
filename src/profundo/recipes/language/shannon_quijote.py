"""Shannon's letters in Spanish: how many bits the next letter of Don Quijote holds (L01).

profundo train shannon_quijote     a few seconds on two CPU cores

28 signs: the space, a to z and ñ; accents are dropped. Nothing is claimed: we know of no published figures of this book. It needs
fewer bits than Shakespeare at every order, for one author wrote it, and his vowels and consonants take turns.
"""

from profundo.core import Recipe
from profundo.data.letters import Letters
from profundo.evaluation.next_word import LetterEntropy
from profundo.networks.embeddings.shannon import ShannonConfig
from profundo.training.counting import Counting

RECIPE = Recipe(
    data=Letters("quijote"),
    network=ShannonConfig(vocabulary=28),
    rule=Counting(),
    evaluate=LetterEntropy(),
    quick={"data.limit": 50_000},
)
