"""The embedded Reber grammar: whoever foretells the last symbol but one remembers the second.

    embedded    B T <Reber> T E     or     B P <Reber> P E

    Reber       B -> 1;   1 T -> 2, 1 P -> 3;   2 S -> 2, 2 X -> 4;   3 T -> 3, 3 V -> 5;
                4 X -> 3, 4 S -> 6;   5 P -> 4, 5 V -> 6;   6 E -> over

Where two ways lead on, each is taken half the time, so that what can be known of a symbol is which ones are allowed. A string has
9 symbols or more, 12 on average. As strings lie apart, those of test do not occur in train.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from profundo.core import Facts, Splits
from profundo.data.long_lag import symbols
from profundo.data.ragged import Ragged, Sequences
from profundo.data.splits import fingerprint
from profundo.data.vocabulary import PAD, Vocabulary
from profundo.messages import _

REBER = Vocabulary((PAD, *"BTPSXVE"))
INNER = {0: "B1", 1: "T2 P3", 2: "S2 X4", 3: "T3 V5", 4: "X3 S6", 5: "P4 V6", 6: "E7"}
"""Where each symbol leads, from each state of the inner grammar."""
LONGEST = 60
"""A string that has not ended by then is not taken."""


def graph() -> list[dict[str, int]]:
    """The whole automaton, a dict a state: symbol -> state. 0 begins, 19 is over; each outer symbol has its inner grammar."""
    states: list[dict[str, int]] = [{} for _state in range(20)]
    states[0] = {"B": 1}
    states[1] = {"T": 2, "P": 10}
    for outer, first in (("T", 2), ("P", 10)):
        for state, ways in INNER.items():
            states[first + state] = {way[0]: first + int(way[1]) for way in ways.split()}
        states[first + 7] = {outer: 18}
    states[18] = {"E": 19}
    return states


GRAPH = graph()


@dataclass(frozen=True)
class EmbeddedReber:
    """Strings of the grammar without their last symbol, and at every place the next symbol."""

    train: int = 256
    """Different strings, as many as the paper has; test has as many others."""
    dev: int = 256
    test: int = 256
    seed: int = 0

    licence: ClassVar[str] = "none needed: generated"
    citation: ClassVar[str] = "Hochreiter and Schmidhuber (1997), Long short-term memory, experiment 1"

    def __post_init__(self) -> None:
        if min(self.train, self.dev, self.test) < 10 or self.train + self.dev + self.test > 5000:
            raise ValueError(_("train, dev and test have at least 10 strings each and 5000 together"))

    def open(self) -> Splits:
        sizes = {"train": self.train, "dev": self.dev, "test": self.test}
        found = strings(sum(sizes.values()), torch.Generator().manual_seed(self.seed))
        parts, begin = [], 0
        for n in sizes.values():
            ids = [REBER.ids(string) for string in found[begin : begin + n]]
            parts.append(Ragged(Sequences.of([one[:-1] for one in ids]), Sequences.of([one[1:] for one in ids])))
            begin += n
        train, dev, test = parts
        facts: Facts = {
            "vocabulary": len(REBER),
            "tokens": list(REBER.tokens),
            "task": "compute",
            "examples": sizes,
            "split": {name: fingerprint(part.x.flat)[0] for name, part in zip(sizes, parts, strict=True)},
        }
        return Splits(train, dev, lambda: test, facts)

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """The beginning of a string, "BTBPVV" -> (T,) numbers."""
        return symbols(raw, REBER)

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """How likely each symbol comes next, the likeliest first."""
        p = output[-1].softmax(-1)
        return {REBER.tokens[i]: round(p[i].item(), 4) for i in p.argsort(descending=True).tolist() if i}


def strings(n: int, chance: torch.Generator) -> list[str]:
    """n different strings."""
    found: dict[str, None] = {}
    while len(found) < n:
        state, string = 0, ""
        for turn in torch.randint(2, (LONGEST,), generator=chance).tolist():
            symbol, state = list(GRAPH[state].items())[turn % len(GRAPH[state])]
            string += symbol
            if state == 19:
                found[string] = None
                break
    order = torch.randperm(n, generator=chance)  # the commonest, which are short, came first
    return [list(found)[i] for i in order.tolist()]


def allowed(x: Tensor) -> Tensor:
    """Which symbols may follow, (B, T, 8) of true and false, after each beginning of the strings x (B, T) of numbers.

    After what is no string of the grammar, and where it is filled up, none may.
    """
    lead = torch.full((21, len(REBER)), 20)  # 20: this can be no string any more
    for state, ways in enumerate(GRAPH):
        for symbol, there in ways.items():
            lead[state, REBER.number[symbol]] = there
    lead, state, follows = lead.to(x.device), torch.zeros_like(x[:, 0]), []
    for symbol in x.unbind(1):
        state = lead[state, symbol]
        follows.append(lead[state] < 20)
    return torch.stack(follows, 1)
