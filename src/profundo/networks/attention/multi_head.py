"""Attention: each query takes a mean of the values, weighted by how well it matches their keys.

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V                                        (equation 1)
    MultiHead          = [head_1 ... head_N] W^O,  head_n = Attention(Q W_n^Q, K W_n^K, V W_n^V)      (section 3.2.2)

Paper     Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin (2017), Attention is all you need, section 3.2.
Axes      B batch, T queries, S keys and values, P of them past (S = P + T in a text), D width, N heads, d = D / N.
Departs   None. The heads' projections lie side by side in one matrix, and where queries, keys and values are read off the same
          tokens these three are one matrix too. `seen` says which keys may be read (True), like F.scaled_dot_product_attention's
          mask and unlike nn.MultiheadAttention's, which says which may not.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 2017


def matching(
    q: Float[Tensor, "B N T d"], k: Float[Tensor, "B N S d"], seen: Bool[Tensor, "#B #N #T #S"] | None = None
) -> Float[Tensor, "B N T S"]:
    """softmax(q k^T / sqrt(d)): how much each query takes from each key; a row sums to 1.

    q k^T sums d products: with entries of variance 1 its variance is d. Undivided, softmax would soon choose one key alone and
    pass no gradient.
    """
    match = q @ k.mT / math.sqrt(q.shape[-1])
    return (match if seen is None else match.masked_fill(~seen, -math.inf)).softmax(-1)


def scaled_dot_product(
    q: Float[Tensor, "B N T d"],
    k: Float[Tensor, "B N S d"],
    v: Float[Tensor, "B N S d"],
    seen: Bool[Tensor, "#B #N #T #S"] | None = None,
) -> Float[Tensor, "B N T d"]:
    """Equation 1, written out. F.scaled_dot_product_attention is the same without ever storing the T x S weights."""
    return matching(q, k, seen) @ v


def attended(
    q: Float[Tensor, "B N T d"],
    k: Float[Tensor, "B N S d"],
    v: Float[Tensor, "B N S d"],
    seen: Bool[Tensor, "#B #N #T #S"] | None = None,
    causal: bool = False,
    dropout: float = 0.0,
) -> Float[Tensor, "B N T d"]:
    """Equation 1 by the fastest way. seen: what may be read. causal: what comes later may not. One or the other.

    torch's own never stores the T x S weights; but a processor takes ten times as long over its gradient in bfloat16 as over
    that of the formula written out (measured, torch 2.13).
    """
    if q.device.type != "cpu" or q.dtype != torch.bfloat16 or not torch.is_grad_enabled():
        return F.scaled_dot_product_attention(q, k, v, seen, dropout_p=dropout, is_causal=causal)
    T, d = q.shape[2:]
    match = (q / math.sqrt(d)) @ k.mT
    if causal:
        match = match + torch.full((T, T), -math.inf, dtype=q.dtype).triu(1)  # cheaper than choosing, forward and back
    elif seen is not None:
        match = match.masked_fill(~seen, -math.inf)
    return F.dropout(match.softmax(-1), dropout) @ v


def earlier(T: int, device: torch.device | None = None) -> Bool[Tensor, "T T"]:
    """The causal mask: each token (row) sees those before it and itself."""
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def real(x: Int[Tensor, "B S"]) -> Bool[Tensor, "B 1 1 S"]:
    """Which tokens may be read: those that fill up, 0, may not."""
    return (x != 0)[:, None, None]


def possible(width: int, heads: int) -> None:
    """Raises ValueError for a width that so many heads cannot share."""
    if width % heads:
        raise ValueError(_("a width of {width} cannot be shared out to {heads} heads").format(width=width, heads=heads))


def cut(x: Float[Tensor, "B T D"], heads: int) -> Float[Tensor, "B N T d"]:
    """Each token's numbers, shared out to the heads."""
    return x.unflatten(2, (heads, -1)).transpose(1, 2)


def joined(x: Float[Tensor, "B N T d"]) -> Float[Tensor, "B T D"]:
    """The heads side by side again."""
    return x.transpose(1, 2).flatten(2)


class MultiHeadAttention(nn.Module):
    """Self-attention: every token reads the others, in each of N heads."""

    def __init__(self, width: int, heads: int, bias: bool = True, dropout: float = 0.0):
        """dropout: of the weights."""
        super().__init__()
        possible(width, heads)
        self.heads, self.dropout = heads, dropout
        self.qkv = nn.Linear(width, 3 * width, bias)
        self.out = nn.Linear(width, width, bias)

    def project(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "3 B N T d"]:
        """Queries, keys and values; one product makes all three."""
        B, T, D = x.shape
        return self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)

    def forward(
        self, x: Float[Tensor, "B T D"], seen: Bool[Tensor, "#B 1 #T T"] | None = None, causal: bool = False
    ) -> Float[Tensor, "B T D"]:
        """seen: what may be read. causal: what comes later may not. One or the other."""
        q, k, v = self.project(x)
        return self.out(joined(attended(q, k, v, seen, causal, self.dropout * self.training)))

    def continue_(
        self, x: Float[Tensor, "B T D"], past: Float[Tensor, "2 B N P d"]
    ) -> tuple[Float[Tensor, "B T D"], Float[Tensor, "2 B N P+T d"]]:
        """The same, causal, for the tokens after those whose keys and values are `past`; and the keys and values of all."""
        q, *new = self.project(x)
        k, v = past = torch.cat([past, torch.stack(new)], dim=3)
        T = x.shape[1]
        seen = None if T == 1 else earlier(k.shape[2], x.device)[-T:]  # the new tokens are the last ones of all
        return self.out(joined(F.scaled_dot_product_attention(q, k, v, seen))), past

    def weights(
        self, x: Float[Tensor, "B T D"], seen: Bool[Tensor, "#B 1 #T T"] | None = None, causal: bool = False
    ) -> Float[Tensor, "B N T T"]:
        """How much each token (row) takes from each (column), for looking at; `forward` never writes it out."""
        q, k, _v = self.project(x)
        return matching(q, k, earlier(x.shape[1], x.device)[None, None] if causal else seen)


class CrossAttention(nn.Module):
    """Queries from one sequence x, keys and values from another, the memory: how a decoder reads the source."""

    def __init__(self, width: int, heads: int, bias: bool = True):
        super().__init__()
        possible(width, heads)
        self.heads = heads
        self.q = nn.Linear(width, width, bias)
        self.kv = nn.Linear(width, 2 * width, bias)
        self.out = nn.Linear(width, width, bias)

    def remember(self, memory: Float[Tensor, "B S D"]) -> Float[Tensor, "2 B N S d"]:
        """Keys and values of the memory: the same for every token that is then written."""
        B, S, D = memory.shape
        return self.kv(memory).view(B, S, 2, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)

    def read(
        self, x: Float[Tensor, "B T D"], remembered: Float[Tensor, "2 B N S d"], seen: Bool[Tensor, "#B 1 #T S"] | None = None
    ) -> Float[Tensor, "B T D"]:
        k, v = remembered
        return self.out(joined(attended(cut(self.q(x), self.heads), k, v, seen)))

    def forward(
        self, x: Float[Tensor, "B T D"], memory: Float[Tensor, "B S D"], seen: Bool[Tensor, "#B 1 #T S"] | None = None
    ) -> Float[Tensor, "B T D"]:
        return self.read(x, self.remember(memory), seen)

    def weights(
        self, x: Float[Tensor, "B T D"], memory: Float[Tensor, "B S D"], seen: Bool[Tensor, "#B 1 #T S"] | None = None
    ) -> Float[Tensor, "B N T S"]:
        """How much each token of x (row) takes from each of the memory (column), for looking at."""
        return matching(cut(self.q(x), self.heads), self.remember(memory)[0], seen)
