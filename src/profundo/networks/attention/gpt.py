"""GPT: a stack of blocks in which every token reads those before it, and the last layer says which comes next.

Paper     Radford, Narasimhan, Salimans, Sutskever (2018), Improving language understanding by generative pre-training; in the
          form of Radford et al. (2019), Language models are unsupervised multitask learners (GPT-2), section 2.3: the norms stand
          before what they feed, one more stands at the end, and weights that add to the stream begin smaller.
Axes      B batch, T tokens, V vocabulary; D width, N heads, d = D / N; L blocks; P tokens in the cache.
Departs   None from GPT-2. `bias=False` leaves all biases out, as nanoGPT does: no worse, and faster.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.attention.multi_head import MultiHeadAttention, possible

YEAR = 2018
Cache = list[Tensor]
"""The keys and values of every block, (2, B, N, P, d): what later tokens need to know of those already read."""
KEYS = (
    (r"^transformer\.", ""),
    (r"^wte\.weight$", "tokens.weight"),
    (r"^wpe\.weight$", "positions.weight"),
    (r"^h\.(\d+)\.attn\.(masked_)?bias$", ""),  # old files keep the causal mask
    (r"^lm_head\.weight$", ""),  # the same as wte
    (r"^h\.(\d+)\.", r"blocks.\1."),
    (r"\.ln_1\.", ".norm1."),
    (r"\.ln_2\.", ".norm2."),
    (r"\.attn\.c_attn\.", ".attention.qkv."),
    (r"\.attn\.c_proj\.", ".attention.out."),
    (r"\.mlp\.c_fc\.", ".mlp.0."),
    (r"\.mlp\.c_proj\.", ".mlp.2."),
    (r"^ln_f\.", "norm."),
)
"""Hugging Face's names of the weights, and ours; a name of which nothing is left has no counterpart."""
TRANSPOSED = r"\.(c_attn|c_proj|c_fc)\.weight$"
"""Of their names: matrices that they keep as (in, out)."""


@dataclass(frozen=True)
class GPTConfig:
    vocabulary: int = 50257
    context: int = 1024
    """The most tokens it can read at once."""
    depth: int = 12
    """Blocks."""
    width: int = 768
    """D: numbers a token has, a multiple of `heads`."""
    heads: int = 12
    dropout: float = 0.0
    """After the embedding, in the attention and after both halves of a block; GPT-2 learnt with 0.1."""
    bias: bool = True
    """Do dense layers and norms add one?"""
    gelu: Literal["tanh", "exact"] = "tanh"
    """x Phi(x) by GPT-2's formula with a tanh, or exactly, as nanoGPT has it, in half the time."""

    def __post_init__(self) -> None:
        if min(self.vocabulary, self.context, self.depth, self.width, self.heads) < 1:
            raise ValueError(_("vocabulary, context, depth, width and heads are at least 1"))
        possible(self.width, self.heads)
        if not 0 <= self.dropout < 1:
            raise ValueError(_("dropout is at least 0 and below 1"))

    def build(self) -> "GPT":
        return GPT(self)


class Block(nn.Module):
    """x + attention(norm(x)), then x + MLP(norm(x)): two additions to the stream that runs through all blocks."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        D, bias = config.width, config.bias
        self.norm1 = nn.LayerNorm(D, bias=bias)
        self.attention = MultiHeadAttention(D, config.heads, bias, config.dropout)
        self.norm2 = nn.LayerNorm(D, bias=bias)
        gelu = nn.GELU("tanh" if config.gelu == "tanh" else "none")
        self.mlp = nn.Sequential(nn.Linear(D, 4 * D, bias=bias), gelu, nn.Linear(4 * D, D, bias=bias))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        x = x + self.dropout(self.attention(self.norm1(x), causal=True))
        return x + self.dropout(self.mlp(self.norm2(x)))

    def continue_(
        self, x: Float[Tensor, "B T D"], past: Float[Tensor, "2 B N P d"]
    ) -> tuple[Float[Tensor, "B T D"], Float[Tensor, "2 B N P+T d"]]:
        y, past = self.attention.continue_(self.norm1(x), past)
        x = x + y
        return x + self.mlp(self.norm2(x)), past


class GPT(nn.Module):
    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.context, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _block in range(config.depth))
        self.norm = nn.LayerNorm(config.width, bias=config.bias)
        self.begin()

    def begin(self) -> None:
        """Normal weights of deviation 0.02; less where a layer adds to the stream, which 2 L layers do."""
        for name, w in self.named_parameters():
            if name.endswith(("out.weight", "mlp.2.weight")):
                nn.init.normal_(w, std=0.02 / math.sqrt(2 * self.config.depth))
            elif w.ndim == 2:
                nn.init.normal_(w, std=0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(w)

    def embed(self, ids: Int[Tensor, "B T"], start: int = 0) -> Float[Tensor, "B T D"]:
        """What each token is plus where it stands. Raises ValueError beyond the context."""
        end = start + ids.shape[1]
        if end > self.config.context:
            raise ValueError(f"{end} tokens do not fit in a context of {self.config.context}")
        return self.dropout(self.tokens(ids) + self.positions.weight[start:end])

    def answer(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T V"]:
        """Logits: how well each token of the vocabulary, by the very vectors it is read with, fits what the stream holds."""
        return F.linear(self.norm(x), self.tokens.weight)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x)
        return self.answer(x)

    def begin_cache(self, batch: int) -> Cache:
        """The cache of `batch` texts of which nothing has been read."""
        w, N = self.tokens.weight, self.config.heads
        return [w.new_empty(2, batch, N, 0, self.config.width // N)] * self.config.depth

    def continue_(self, ids: Int[Tensor, "B T"], cache: Cache) -> Float[Tensor, "B T V"]:
        """The logits of the next tokens of a text, without reading those before them again; `cache` grows by these."""
        x = self.embed(ids, start=cache[0].shape[3])
        for number, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            x, cache[number] = block.continue_(x, cache[number])
        return self.answer(x)

    def attention(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "L B N T T"]:
        """What every block, head and token takes from each token, for looking at."""
        x, maps = self.embed(ids), []
        for block in self.blocks:
            assert isinstance(block, Block)
            maps.append(block.attention.weights(block.norm1(x), causal=True))
            x = block(x)
        return torch.stack(maps)
