"""A long text, read a window at a time: what language models learn from.

Two books travel with profundo (text_files/LICENSE.md); `--data file.txt` reads a person's own. The text is cut in order, as it is
read: its first nine tenths teach, the next twentieth chooses, the last twentieth is sealed to test. A token is a character, or a
piece of a word that byte pair encoding found in the part that teaches (Sennrich et al. 2016; on bytes, Radford et al. 2019: no
text has a character that it cannot write).
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import torch
from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import plain_text
from profundo.data.splits import fingerprint
from profundo.data.vocabulary import Vocabulary
from profundo.data.windows import Windows, in_three, suffices
from profundo.messages import _

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BYTES = 256
"""What byte pair encoding begins with."""
LIKELIEST = 10
"""Tokens that `decode` names."""


@dataclass(frozen=True)
class Text:
    """One long text in windows, each with the token that follows every token of it."""

    name: Literal["shakespeare", "quijote"] = "shakespeare"
    """A book that travels with profundo."""
    path: str | None = None
    """A file of text to read in its place."""
    tokens: Literal["characters", "bpe"] = "characters"
    """Characters, or pieces of words by byte pair encoding."""
    merged: int = 768
    """Pieces that byte pair encoding may make, beside the 256 bytes it begins with."""
    context: int = 64
    """Tokens a window has."""
    windows: int | None = None
    """Windows an epoch has, spread evenly and placed anew each time; the whole text, side by side, if none."""
    limit: int | None = None
    """Use so many characters only, from the beginning."""

    licence: ClassVar[str] = "public domain; the owner's for a text of one's own"
    citation: ClassVar[str] = "text_files/LICENSE.md"

    def __post_init__(self) -> None:
        if self.context < 1 or self.merged < 1 or (self.windows is not None and self.windows < 1):
            raise ValueError(_("context, merged and windows are at least 1"))
        if self.limit is not None and self.limit < 1:
            raise ValueError(_("limit is at least 1 character"))

    def open(self) -> Splits:
        whole = plain_text.book(self.name, self.path)
        text = whole[: self.limit]
        parts = in_three(text)
        facts: Facts = {"context": self.context}
        if self.tokens == "characters":
            letters = sorted(set(whole))  # all of them, so that a network fits whatever the limit
            facts |= {"tokens": letters, "vocabulary": len(letters)}
        else:
            facts |= _merged(parts[0], BYTES + self.merged)
        ids = [torch.tensor(numbers(part, facts)) for part in parts]
        suffices(ids, self.context, self.path or self.name, len(text), self.context)
        train, dev, test = Windows.of(ids[0], self.context, self.windows), *(Windows.of(part, self.context) for part in ids[1:])
        facts |= {
            "task": "continue",
            "examples": {"train": len(train), "dev": len(dev), "test": len(test)},
            "split": dict(zip(("train", "dev"), fingerprint(*ids[:2]), strict=True)),
            "content": hashlib.sha256(text.encode()).hexdigest()[:12],
            "notes": [
                _("{n:,} characters, {letters} of them different; {tokens:,} tokens to learn from.").format(
                    n=len(text), letters=len(set(text)), tokens=len(ids[0])
                )
            ],
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A text as a person writes it -> the numbers of its tokens, (T,).

        Raises UserError for an empty text, and for characters that the text learnt from does not have.
        """
        found = numbers(str(raw), facts)
        if not found:
            raise UserError(_("There is nothing to continue: the text is empty."))
        return torch.tensor(found)

    def text(self, ids: Tensor, facts: Facts) -> str:
        """Numbers of tokens, (T,) -> the text they write."""
        if "tokenizer" in facts:
            return _tokenizer(facts["tokenizer"]).decode(ids.tolist(), skip_special_tokens=False)
        return "".join(facts["tokens"][number] for number in ids.tolist())

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Logits (T, V) after a text -> the likeliest next tokens, as they are written between quotes, and how likely each is."""
        p, ids = output[-1].float().softmax(-1).topk(min(LIKELIEST, output.shape[-1]))
        return {repr(facts["tokens"][number]): share for number, share in zip(ids.tolist(), p.tolist(), strict=True)}


def numbers(text: str, facts: Facts) -> list[int]:
    """The numbers of a text's tokens. Raises UserError for characters that have none."""
    if "tokenizer" in facts:
        return _tokenizer(facts["tokenizer"]).encode(text).ids
    number = Vocabulary.told(facts).number
    unknown = sorted(set(text) - number.keys())
    if unknown:
        raise UserError(
            _("This network has never seen {unknown}; it knows {known}.").format(
                unknown=" ".join(map(repr, unknown[:20])),
                known="".join(token for token in facts["tokens"] if token.isprintable()),
            )
        )
    return [number[character] for character in text]


@lru_cache(maxsize=8)
def _tokenizer(saved: str) -> "Tokenizer":
    from tokenizers import Tokenizer

    return Tokenizer.from_str(saved)


def _merged(text: str, most: int) -> Facts:
    """What byte pair encoding learns from a text: at most so many tokens, written out so that a run can be asked without it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=most, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    size = tokenizer.get_vocab_size()
    return {
        "tokenizer": tokenizer.to_str(),
        "tokens": [tokenizer.decode([number]) for number in range(size)],
        "vocabulary": size,
    }
