"""The n-gram with Kneser-Ney smoothing: the words that followed in the text, and a little for those that did not.

Paper     Kneser and Ney (1995), Improved backing-off for m-gram language modeling; interpolated, and with three discounts if one
          likes, as in Chen and Goodman (1999), An empirical study of smoothing techniques for language modeling.
Axes      B batch, C words before, T words of a text, V vocabulary, M_k different k-grams of the text.
Departs   The text is one stream: no sentence is filled up at its ends. Below the 1-grams all V words are alike, 1 / V.

    p_k(w | h) = max(c(h w) - D, 0) / c(h .)  +  lambda(h) p_{k-1}(w | h'),      lambda(h) = D N(h .) / c(h .)

c(h w) is how often w followed h; but below the highest order, how many different words stood before h w: Francisco is frequent,
and follows San only. N(h .) is how many different words followed h, D = n1 / (n1 + 2 n2) with n_r the k-grams seen r times.

All k-grams lie in sorted tensors. A k-gram is the number (number of its first k-1 words) V + its last word, so that those with
the same history are neighbours, and counting and looking up are sorting and bisection: no dictionary.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1999


@dataclass(frozen=True)
class NGramConfig:
    vocabulary: int = 16_384
    order: int = 5
    """n: words counted together at most."""
    discounts: Literal["one", "three"] = "three"
    """One D an order (Ney), or three, for k-grams seen once, twice and more often (Chen and Goodman)."""

    def __post_init__(self) -> None:
        if not (1 <= self.order <= 7 and self.vocabulary >= 2):
            raise ValueError(_("order is between 1 and 7, vocabulary at least 2"))

    def build(self) -> "NGram":
        return NGram(self)


class NGram(nn.Module):
    n: Tensor
    """The order it answers with; 0 before anything is counted."""

    def __init__(self, config: NGramConfig):
        super().__init__()
        self.config = config
        for k in range(1, config.order + 1):
            self.register_buffer(f"keys_{k}", torch.zeros(0, dtype=torch.long))  # (M_k,), sorted
            self.register_buffer(f"share_{k}", torch.zeros(0))  # (M_k,): (c - D) / c(h .), this order's part of p
            self.register_buffer(f"left_{k - 1}", torch.zeros(0))  # (M_{k-1},): lambda of each history
        self.register_buffer("n", torch.tensor(0))

    def table(self, part: str, k: int) -> Tensor:
        return self.get_buffer(f"{part}_{k}")

    # counting

    def count(self, text: Int[Tensor, "T"], n: int) -> None:
        """Count a text for p_n. Raises ValueError for a larger n than the network's order."""
        if n > self.config.order:
            raise ValueError(f"an order of {n} in a network of order {self.config.order}")
        V, text = self.config.vocabulary, text.long()
        keys: list[Tensor] = []
        counts: list[Tensor] = []
        number = torch.zeros_like(text)  # of the (k-1)-gram that ends before each place
        ends: list[Tensor] = []  # number of the k-gram that ends at each place from k - 1 on
        for k in range(1, n + 1):
            found, inverse, seen = torch.unique(number * V + text[k - 1 :], sorted=True, return_inverse=True, return_counts=True)
            keys.append(found)
            counts.append(seen)
            ends.append(inverse)
            number = inverse[:-1]
        for k in range(1, n):
            counts[k - 1] = _kinds_before(ends[k], ends[k - 1], len(keys[k]), len(keys[k - 1]))
        for k in range(1, n + 1):
            share, left = self._smoothed(keys[k - 1] // V, counts[k - 1], 1 if k == 1 else len(keys[k - 2]))
            for name, tensor in ((f"keys_{k}", keys[k - 1]), (f"share_{k}", share), (f"left_{k - 1}", left)):
                self.register_buffer(name, tensor)
        self.n.fill_(n)

    def _smoothed(self, history: Tensor, count: Tensor, histories: int) -> tuple[Tensor, Tensor]:
        """(c - D) / c(h .) of each k-gram, (M_k,), and lambda of each history."""
        D = self._discounts(count)[count.clamp(max=3)]
        c = torch.zeros(histories, dtype=torch.double, device=count.device)
        total = c.index_add(0, history, count.double())
        taken = c.index_add(0, history, D)
        # a history that nothing follows leaves everything to the shorter one
        return ((count - D) / total[history].clamp(min=1)).float(), torch.where(
            total > 0, taken / total.clamp(min=1), 1.0
        ).float()

    def _discounts(self, count: Tensor) -> Tensor:
        """D of k-grams seen 0, 1, 2 and 3 or more times, (4,). Texts too small to tell give 0.5 (n - 0.5 of n)."""
        n1, n2, n3, n4 = (int((count == r).sum()) for r in (1, 2, 3, 4))
        Y = n1 / (n1 + 2 * n2) if n1 and n2 else 0.5
        D = [0.0, Y, Y, Y]
        if self.config.discounts == "three" and n1 and n2 and n3 and n4:
            D = [0.0, 1 - 2 * Y * n2 / n1, 2 - 3 * Y * n3 / n2, 3 - 4 * Y * n4 / n3]
        return torch.tensor([min(max(d, 0.0), float(r)) for r, d in enumerate(D)], dtype=torch.double, device=count.device)

    # answering

    def log_p(self, x: Int[Tensor, "B C"], y: Int[Tensor, "B 1"]) -> Float[Tensor, "B"]:
        """ln p of the words y, found by bisection: (log M) steps a word, however large the vocabulary."""
        p = torch.full((len(x),), 1 / self.config.vocabulary, dtype=torch.double, device=x.device)
        for k, history in self._histories(x):
            at = self._find(k, history, y[:, 0])
            p = self._left(k, history) * p + torch.where(at >= 0, self.table("share", k)[at], 0.0)
        return p.log()

    def forward(self, x: Int[Tensor, "B C"]) -> Float[Tensor, "B 1 V"]:
        """ln p of every word."""
        V = self.config.vocabulary
        p = x.new_full((len(x), V), 1 / V, dtype=torch.double)
        for k, history in self._histories(x):
            p = p * self._left(k, history)[:, None]
            keys, share = self.table("keys", k), self.table("share", k)
            begin, end = torch.searchsorted(keys, history * V), torch.searchsorted(keys, (history + 1) * V)
            many = torch.where(history >= 0, end - begin, 0)  # words that followed this history
            row = torch.arange(len(x), device=x.device).repeat_interleave(many)
            at = torch.arange(len(row), device=x.device) + (begin - (many.cumsum(0) - many)).repeat_interleave(many)
            p[row, keys[at] % V] += share[at]
        return p.log().float()[:, None]

    def _histories(self, x: Tensor) -> list[tuple[int, Tensor]]:
        """For each order k up to n, the number of the last k - 1 words as a (k-1)-gram, -1 where it was never seen, (B,)."""
        found = []
        for k in range(1, min(int(self.n), x.shape[1] + 1) + 1):
            number = x.new_zeros(len(x))
            for place, word in enumerate(x[:, x.shape[1] - k + 1 :].unbind(1), start=1):
                number = self._find(place, number, word)
            found.append((k, number))
        return found

    def _find(self, k: int, history: Tensor, word: Tensor) -> Tensor:
        """Numbers of the k-grams, -1 for those never seen."""
        keys = self.table("keys", k)
        key = history * self.config.vocabulary + word
        at = torch.searchsorted(keys, key).clamp(max=len(keys) - 1)
        return torch.where((history >= 0) & (keys[at] == key), at, -1)

    def _left(self, k: int, history: Tensor) -> Tensor:
        """lambda(h), 1 where the history was never seen."""
        return torch.where(history >= 0, self.table("left", k - 1)[history], 1.0)

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any, **kwargs: Any) -> None:
        for name, buffer in list(self._buffers.items()):  # as many k-grams as were counted
            there = state_dict.get(prefix + name)
            if there is not None and buffer is not None and there.shape != buffer.shape:
                self.register_buffer(name, torch.empty_like(there, device=buffer.device))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)


def _kinds_before(longer: Tensor, shorter: Tensor, longer_kinds: int, kinds: int) -> Tensor:
    """How many different words stand before each k-gram, (M_k,).

    longer, shorter: numbers of the (k+1)-gram and of the k-gram that end at the same places, the latter from one place earlier.
    """
    suffix = torch.zeros(longer_kinds, dtype=torch.long, device=longer.device)
    suffix[longer] = shorter[1:]  # the k-gram at the end of each (k+1)-gram; written once or often, it is the same
    return torch.bincount(suffix, minlength=kinds)
