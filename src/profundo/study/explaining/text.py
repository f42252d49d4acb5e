"""Which words count: the gradient of what a network says of a text, token by token.

    saliency         || dS / de_t ||      how far S moves with the vector e_t that stands for token t
    gradient x input   e_t . dS / de_t    how much of S the token brings, to first order: for it, or against

S is the score of a class, or of the token that comes next.

Paper     Li, Chen, Hovy, Jurafsky (2016), Visualizing and understanding neural models in NLP, section 5 (saliency).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from profundo.core import Facts, Source, UserError
from profundo.evaluation.modes import evaluating
from profundo.messages import _
from profundo.study.attention_by_head import by_head
from profundo.study.explain_text import MOST, Table, heads
from profundo.study.explaining.explanation import class_number
from profundo.study.words import told


class ByToken(NamedTuple):
    saliency: Tensor
    """(T,), at least 0"""
    product: Tensor
    """(T,); below 0 where a token speaks against."""


def scores(network: nn.Module, x: Tensor) -> Tensor:
    """What a network says of tokens (1, T): logits of the classes (K,), or those of the next token (V,)."""
    said = network(x)
    return (said[:, -1] if said.ndim == 3 else said)[0].float()


def by_token(network: nn.Module, x: Tensor, k: int) -> ByToken:
    """Of score k. x: tokens, (1, T). Raises UserError where no embedding reads the tokens, or the score has no gradient."""
    with _embedded(network.eval(), x) as found:
        score = scores(network, x)[k]
        if not found or not score.requires_grad:
            raise UserError(_("This network reads its tokens through no embedding, so there is no gradient for each of them."))
        (gradient,) = torch.autograd.grad(score, found[0])
    e, g = found[0].detach()[0], gradient[0]  # (T, D)
    return ByToken(g.norm(dim=-1), (e * g).sum(-1))


@contextmanager
def _embedded(network: nn.Module, x: Tensor) -> Iterator[list[Tensor]]:
    """The vectors that stand for the tokens x, once the network has read them: (1, T, D)."""
    found: list[Tensor] = []

    def listen(_layer: nn.Module, inputs: tuple[Tensor, ...], vectors: Tensor) -> Tensor | None:
        if found or inputs[0].shape != x.shape or not torch.equal(inputs[0], x):
            return None
        found.append(vectors.detach().requires_grad_())
        return found[0]

    hooks = [layer.register_forward_hook(listen) for layer in network.modules() if isinstance(layer, nn.Embedding)]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def looked_into(
    network: nn.Module, data: Source, facts: Facts, text: str, target: str | None = None, layer: str | None = None
) -> tuple[str, list[Table]]:
    """What a classifier of sentences or a language model says of a text, which tokens count for that, and its attention by head.

    Of a longer text the last tokens are read, as many as fit the network and the picture. target: the class, or the next token,
    that is asked for, the likeliest if None. layer: whose heads are shown, the last one's if None. Raises UserError for a text
    that cannot be read, and an unknown class, token or layer.
    """
    x = data.encode(text, facts)[None, -min(MOST, facts.get("context", MOST)) :]
    words = [facts["tokens"][n].replace(" ", "␣").replace("\n", "↵") for n in x[0].tolist()]
    names = facts["names"] if facts["task"] == "classify" else facts["tokens"]
    with evaluating(network), torch.no_grad():
        p = scores(network, x).softmax(-1)
    k = int(p.argmax()) if target is None else class_number(target, {"names": names})
    found = [_counted(by_token(network, x, k), words, names[k])]
    maps = by_head(network, x)
    return f"{names[k]!r}: {told('accuracy', p[k].item())}", found + heads(maps, {len(words): words}, {len(words): words}, layer)


def _counted(found: ByToken, words: Sequence[str], name: str) -> Table:
    """In shares: of all lengths, and of all that is said for or against."""
    brought = found.product / found.product.abs().sum().clamp(min=1e-12)
    rows = torch.stack([found.saliency / found.saliency.sum().clamp(min=1e-12), brought.clamp(min=0), (-brought).clamp(min=0)])
    note = _("shares: of the gradient's length, and of gradient x input")
    return Table(
        _("Which count for {name!r}").format(name=name), note, [_("moves it"), _("for it"), _("against")], list(words), rows.cpu()
    )
