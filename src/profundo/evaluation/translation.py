"""How good are translations, and how are they written?

A translator offers encode(x) -> state and decode_step(previous (B,), state) -> (logits (B, V), state); a state is a tuple of
tensors whose first axis is the batch. BEGIN, END and what fills up have the numbers
that data/pairs.py gives them.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Evaluator
from profundo.data.pairs import BEGIN, END
from profundo.data.ragged import PADDING
from profundo.evaluation.bleu import bleu
from profundo.evaluation.modes import evaluating

UNKNOWN = 1
"""The number of vocabulary.UNKNOWN."""
BATCH = 100


@dataclass(frozen=True)
class Translation(Evaluator):
    """BLEU (0 to 100, more is better) of greedy translations; loss (nats) and perplexity of each word of the true ones."""

    sentences: int | None = 500
    """How many, from the first on, are translated after an epoch; at the end, all."""

    metric: ClassVar[str] = "bleu"
    lower_is_better: ClassVar[bool] = False

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        total, tokens = torch.zeros((), dtype=torch.float64), 0
        said: list[list[int]] = []
        with evaluating(network):
            for x, y in data.batches(BATCH):
                logits, targets = network(x, y[:, :-1]).float(), y[:, 1:]
                total += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PADDING, reduction="sum").cpu()
                tokens += int((targets != PADDING).sum())
                if self.sentences is None or len(said) < self.sentences:
                    said += written(greedy(network, x))
        said = said[: self.sentences]
        loss = total.item() / tokens
        return {"bleu": against(said, data), "loss": loss, "perplexity": math.exp(min(loss, 700.0))}

    def settled(self, network: nn.Module, dev: Any) -> "Translation":
        return dataclasses.replace(self, sentences=None)

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """Word by word: each by the word of the other language that it stands with most faithfully in training."""
        dictionary = faithful(train)
        said = [[dictionary.get(n, UNKNOWN) for n in x[0].tolist() if n > END] for x, _y in data.batches(1)]
        return {"bleu": against(said, data)}


def against(said: list[list[int]], data: Any) -> float:
    """BLEU of translations of the first sentences of `data`. A word that the vocabulary lacks is never matched."""
    truth = [row for _x, y in data.batches(BATCH) for row in written(y[:, 1:])][: len(said)]
    return bleu(said, [[[-1 if n == UNKNOWN else n for n in row]] for row in truth])


def written(ids: Tensor) -> list[list[int]]:
    """Rows of numbers (B, T) up to their END."""
    return [row[: row.index(END)] if END in row else [n for n in row if n != PADDING] for row in ids.tolist()]


def most_words(x: Tensor) -> Tensor:
    """How long a translation of each source (B, S) may get, (B,): it depends on that source only."""
    return 2 * (x != PADDING).sum(1) + 10


@torch.no_grad()
def greedy(network: nn.Module, x: Tensor) -> Tensor:
    """At each place the likeliest word: (B, S) -> (B, T), each up to END, filled up with 0."""
    state, most = network.encode(x), most_words(x)  # type: ignore[operator]
    previous = x.new_full((len(x),), BEGIN)
    done = torch.zeros_like(previous, dtype=torch.bool)
    said = []
    for t in range(int(most.max())):
        logits, state = network.decode_step(previous, state)  # type: ignore[operator]
        previous = logits.argmax(-1).masked_fill(done, PADDING)
        said.append(previous)
        done = done | (previous == END) | (most <= t + 1)
        if done.all():
            break
    return torch.stack(said, 1)


@torch.no_grad()
def beam(network: nn.Module, x: Tensor, width: int = 5) -> list[tuple[list[int], float]]:
    """The best `width` translations of one source (1, S), the best first, each with its log p a word (Sutskever 2014, 3.2).

    At each word the `width` likeliest beginnings are kept. Finished ones compete by log p / length: without the division, the
    shortest would win.
    """
    state = network.encode(x)  # type: ignore[operator]
    beginnings: list[list[int]] = [[]]
    scores = torch.zeros(1, device=x.device)
    previous = x.new_full((1,), BEGIN)
    finished: list[tuple[list[int], float]] = []
    for t in range(1, int(most_words(x)) + 1):
        logits, state = network.decode_step(previous, state)  # type: ignore[operator]
        total = scores[:, None] + logits.float().log_softmax(-1)  # (beginnings, V)
        best = total.flatten().topk(min(width, total.numel()))
        kept, ids = best.indices // total.shape[1], best.indices % total.shape[1]
        grown = [(beginnings[k], n, p) for k, n, p in zip(kept.tolist(), ids.tolist(), best.values.tolist(), strict=True)]
        finished += [(words, p / t) for words, n, p in grown if n == END]
        on = (ids != END).nonzero().flatten()
        if len(finished) >= width or not len(on):
            break
        beginnings = [[*words, n] for words, n, _p in grown if n != END]
        state = tuple(part[kept[on]] for part in state)
        previous, scores = ids[on], best.values[on]
    else:
        finished += [(words, p / len(words)) for words, p in zip(beginnings, scores.tolist(), strict=True)]
    return sorted(finished, key=lambda one: -one[1])[:width]


def faithful(train: Any) -> dict[int, int]:
    """For each source word w the target word v with the largest Dice coefficient, 2 n(w, v) / (n(w) + n(v)).

    n counts pairs of sentences. Every source has an END and every target a BEGIN; as word 0, "any", they count n(w) and n(v).
    """
    found = []
    for x, y in train.batches(BATCH):
        w, v = (side.masked_fill(side <= END, 0).cpu() for side in (x, y))
        row = torch.arange(len(x))[:, None, None]
        once = ((row << 40) | (w[:, :, None] << 20) | v[:, None, :]).flatten().unique()
        found.append(once & (2**40 - 1))
    pairs, n = torch.cat(found).unique(return_counts=True)
    w, v = pairs >> 20, pairs & (2**20 - 1)
    n_w, n_v = (
        torch.zeros(int(word.max()) + 1).index_put_((word[alone],), n[alone].float())
        for word, alone in ((w, v == 0), (v, w == 0))
    )
    words = (w > 0) & (v > 0)
    w, v, n = w[words], v[words], n[words]
    order = (2 * n / (n_w[w] + n_v[v])).argsort(stable=True)  # the largest comes last, and stays
    return dict(zip(w[order].tolist(), v[order].tolist(), strict=True))
