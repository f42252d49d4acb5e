"""Shannon's letters: how many bits the next letter of Shakespeare holds, if one knows none, one, two or three before it (L01).

profundo train shannon_letters     a few seconds on two CPU cores

An epoch is an order. Shannon (1951, section 2) has 4.03, 3.32 and 3.1 bits for F1, F2 and F3 with the space as a 27th letter,
from tables of letters, pairs and triples in English prose. Ours are those of a text that was not counted: they cannot flatter.
"""

from profundo.core import Claim, Recipe
from profundo.data.letters import Letters
from profundo.evaluation.next_word import LetterEntropy
from profundo.networks.embeddings.shannon import ShannonConfig
from profundo.training.counting import Counting

RECIPE = Recipe(
    data=Letters("shakespeare"),
    network=ShannonConfig(vocabulary=27),
    rule=Counting(),
    evaluate=LetterEntropy(),
    claim=Claim("F3", 3.1, "Shannon 1951, section 2: F3 with 27 letters", note="of another text: English prose"),
    quick={"data.limit": 50_000},
)
