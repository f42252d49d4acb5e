"""From the probabilities of the next token to a text: greedily, by lot, or by a search over several beginnings.

A network that continues texts has two methods: `begin_cache(batch)`, and `continue_(ids (B, T), cache) -> logits (B, T, V)`,
which reads the tokens after those that the cache remembers and adds them to it. So each new token is read once; without a cache,
all of them would be read again for every new one.

Papers    top-k: Fan, Lewis, Dauphin 2018; top-p: Holtzman et al. 2020, The curious case of neural text degeneration; beam search:
          Lowerre 1976, for networks Sutskever, Vinyals, Le 2014.
Axes      B batch, T tokens, V vocabulary.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

COLDEST = 1e-30
"""Below this temperature the likeliest token is taken, as at 0: logits divided by less are infinite."""


@runtime_checkable
class Continues(Protocol):
    """A network that goes on with a text without reading it anew."""

    def begin_cache(self, batch: int) -> Any: ...
    def continue_(self, ids: Tensor, cache: Any) -> Tensor: ...


@torch.inference_mode()
def generate(
    network: Continues,
    ids: Int[Tensor, "B T"],
    steps: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
    context: int | None = None,
) -> Iterator[Int[Tensor, " B"]]:
    """The next tokens after `ids`, one of each text at a time, `steps` times.

    temperature: 0 takes the likeliest; generator: of the lots. context: the most tokens that the network can read; beyond them
    the window slides: the last `context` tokens are read again for each new one.
    """
    cache, length, new = network.begin_cache(len(ids)), 0, ids
    for _step in range(steps):
        if context is not None and length + new.shape[1] > context:
            cache, length, new = network.begin_cache(len(ids)), 0, ids[:, -context:]
        logits = network.continue_(new, cache)[:, -1]
        length += new.shape[1]
        chosen = drawn(logits, temperature, top_k, top_p, generator)
        new = chosen[:, None]
        ids = torch.cat([ids, new], dim=1)
        yield chosen


def drawn(
    logits: Float[Tensor, "B V"], temperature: float, top_k: int | None, top_p: float | None, generator: torch.Generator | None
) -> Int[Tensor, " B"]:
    """A token of each row."""
    if temperature < COLDEST:
        return logits.argmax(-1)
    return torch.multinomial(chances(logits, temperature, top_k, top_p), 1, generator=generator)[:, 0]


def chances(
    logits: Float[Tensor, "B V"], temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Float[Tensor, "B V"]:
    """How likely each token is to be drawn: softmax(logits / temperature), then only the `top_k` likeliest, then only the fewest
    of the likeliest that make up `top_p` together; what is left is scaled to sum to 1.
    """
    p = (logits.float() / temperature).softmax(-1)
    if top_k is not None:
        least = p.topk(min(top_k, p.shape[-1])).values[:, -1:]
        p = p.where(p >= least, 0.0)
        p = p / p.sum(-1, keepdim=True)
    if top_p is not None:
        ordered, order = p.sort(dim=-1, descending=True, stable=True)
        before = ordered.cumsum(-1) - ordered  # what likelier tokens make up without this one; the first always stays
        kept = torch.zeros_like(p).scatter(-1, order, ordered.where(before < top_p, 0.0))
        p = kept / kept.sum(-1, keepdim=True)
    return p


class Beam(NamedTuple):
    """A continuation that `beam` found."""

    tokens: Int[Tensor, " T"]
    score: float
    """log p of its tokens, divided by their number to the power of the penalty."""


@torch.inference_mode()
def beam(
    network: Continues, ids: Int[Tensor, " T"], steps: int, width: int, end: Iterable[int] = (), penalty: float = 1.0
) -> list[Beam]:
    """The likeliest continuations of at most `steps` tokens, the best first, `width` of them.

    At every step each of `width` beginnings is continued with every token, and the likeliest `width` of all these go on; one
    that comes to a token of `end` is finished. It stops when what goes on scores no better than what is finished. The sum of
    logarithms falls with every token, so that short texts would win: penalty 1 compares means. The same as transformers' with
    its defaults.
    """
    ends = torch.tensor(sorted(end), dtype=ids.dtype, device=ids.device)
    finished: list[Beam] = []
    cache, one, two = (network.begin_cache(batch) for batch in (1, 1, 2))
    logits = network.continue_(ids[None], cache)[:, -1]
    texts, sums = ids.new_empty(1, 0), torch.zeros(1, device=ids.device)
    for step in range(1, steps + 1):
        total = sums[:, None] + logits.float().log_softmax(-1)  # (beginnings, V)
        V = total.shape[-1]
        sums, place = total.flatten().topk(min((1 + max(1, len(ends))) * width, total.numel()))  # width survive if the rest ends
        rows = place // V
        texts = torch.cat([texts[rows], (place % V)[:, None]], dim=1)
        ended = torch.isin(texts[:, -1], ends) | (step == steps)
        finished += [Beam(texts[n], sums[n].item() / step**penalty) for n in range(min(width, len(texts))) if ended[n]]
        finished = sorted(finished, key=lambda one: -one.score)[:width]
        alive = (~ended).nonzero().flatten()[:width]  # still in order: the likeliest first
        if not len(alive) or (len(finished) == width and sums[alive[0]].item() / step**penalty <= finished[-1].score):
            break
        texts, sums, cache = texts[alive], sums[alive], taken(cache, rows[alive], one, two)
        logits = network.continue_(texts[:, -1:], cache)[:, -1]
    return finished


def taken(cache: Any, rows: Int[Tensor, " B"], one: Any, two: Any) -> Any:
    """What a cache remembers of these rows of the batch. It is made of tensors, or has a method for this, `take(rows)`.

    one, two: empty caches of one text and of two; where their shapes differ is the axis of the batch.
    """
    if isinstance(cache, Tensor):
        axis = next(n for n, sizes in enumerate(zip(one.shape, two.shape, strict=True)) if sizes == (1, 2))
        return cache.index_select(axis, rows)
    if isinstance(cache, list | tuple):
        return type(cache)(taken(part, rows, a, b) for part, a, b in zip(cache, one, two, strict=True))
    return cache.take(rows)


UNFINISHED = "\ufffd"
"""What stands for bytes that are no whole character."""


def written(tokens: Iterable[int], text: Callable[[list[int]], str]) -> Iterator[str]:
    """The text of tokens as they come, a piece at a time; text: numbers of tokens -> what they write.

    A token may hold part of a character only: "é" is two bytes, and may be two tokens. A piece is held back until its last
    character is whole. Two pieces are read at a time, for what a token writes may depend on the one before it, and never the
    whole text.
    """
    recent: list[int] = []
    shown = 0  # tokens of `recent` that have been handed on
    for token in tokens:
        recent.append(token)
        now = text(recent)
        if now.endswith(UNFINISHED):
            continue
        yield now[len(text(recent[:shown])) :]
        recent, shown = recent[shown:], len(recent) - shown
    yield text(recent)[len(text(recent[:shown])) :]
