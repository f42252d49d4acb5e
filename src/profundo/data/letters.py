"""Text as Shannon read it: 27 signs, the space and the letters a to z; in Spanish 28, for ñ is a letter of its own.

Case, accents, digits and punctuation are dropped, and whatever stands between two words is one space.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import plain_text
from profundo.data.histories import Histories
from profundo.data.splits import fingerprint
from profundo.messages import _

ENGLISH, SPANISH = " abcdefghijklmnopqrstuvwxyz", " abcdefghijklmnñopqrstuvwxyz"


@dataclass(frozen=True)
class Letters:
    """Histories: x (M, context) signs, y (M, 1) the next one. The first 80 % teach, the next 10 % choose, the last are sealed."""

    name: Literal["shakespeare", "quijote"] = "shakespeare"
    """A book that travels with profundo."""
    path: str | None = None
    """A file of text to read in its place; it has 28 letters if it has an ñ."""
    context: int = 3
    """Signs before the one to be foretold."""
    limit: int | None = None
    """Use so many signs only, from the beginning."""

    licence: ClassVar[str] = "public domain"
    citation: ClassVar[str] = "Shannon (1951), Prediction and Entropy of Printed English"

    def open(self) -> Splits:
        text = plain_text.book(self.name, self.path)
        alphabet = SPANISH if "ñ" in unicodedata.normalize("NFC", text).lower() else ENGLISH
        text = signs(text, alphabet)[: self.limit]
        ids = torch.tensor([alphabet.index(sign) for sign in text], dtype=torch.long)
        ends = int(0.8 * len(ids)), int(0.9 * len(ids)), len(ids)
        if len(ids) < 20 * (self.context + 1):
            raise UserError(
                _("{path} has {n:,} letters, too few to learn from; give a longer text.").format(
                    path=self.path or self.name, n=len(ids)
                )
            )
        train, dev, test = Histories.of(ids, ends, self.context)
        parts = {"train": train, "dev": dev, "test": test}
        facts: Facts = {
            "vocabulary": len(alphabet),
            "tokens": list(alphabet),
            "context": self.context,
            "examples": {name: len(part) for name, part in parts.items()},
            "split": {name: fingerprint(part.words)[0] for name, part in parts.items()},
            "content": hashlib.sha256(text.encode()).hexdigest()[:12],
            "task": "foretell",
            "notes": [_("Case, accents and punctuation are dropped; {n} signs are left.").format(n=len(alphabet))],
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """The beginning of a text -> its last signs, (context,), with spaces before it where it is short."""
        text = " " * facts["context"] + signs(str(raw), "".join(facts["tokens"]))
        return torch.tensor([facts["tokens"].index(sign) for sign in text[-facts["context"] :]])

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Logits of the next sign, (1, A) -> each sign and its probability, the likeliest first."""
        p = output.flatten().softmax(-1)
        return {facts["tokens"][n]: p[n].item() for n in p.argsort(descending=True).tolist()}

    def text(self, ids: Tensor, facts: Facts) -> str:
        """Numbers of signs -> text."""
        return "".join(facts["tokens"][n] for n in ids.flatten().tolist())


def signs(text: str, alphabet: str) -> str:
    """Text in the signs of an alphabet: accents fall off (of ñ only where it is no letter), all else is a space."""
    plain = text.lower()
    if "ñ" in alphabet:
        plain = unicodedata.normalize("NFC", plain).replace("ñ", "\0")  # kept from losing its tilde
    plain = unicodedata.normalize("NFD", plain)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).replace("\0", "ñ")
    return re.sub(f"[^{alphabet[1:]}]+", " ", plain)
