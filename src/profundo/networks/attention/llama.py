"""Llama: the transformer's decoder as most open language models have had it since 2023.

    RMSNorm    g x / sqrt(mean(x^2) + eps): LayerNorm without the mean and without a bias
    RoPE       the pair (x_i, x_i+d/2) of a query or key at position t is turned by the angle t base^(-2i/d), so that a query and
               a key know of each other only how far apart they are
    SwiGLU     down(silu(gate(x)) * up(x)): one dense layer says how much of the other passes
    GQA        G = N / K heads of queries read the same keys and values: the cache is G times smaller

Paper     Touvron et al. (2023), LLaMA: open and efficient foundation language models, section 2.2; grouped queries as in Dubey
          et al. (2024), The Llama 3 herd of models, section 3.2 and table 3. RMSNorm: Zhang and Sennrich 2019; RoPE: Su et al.
          2021; SwiGLU: Shazeer 2020; grouped queries: Ainslie et al. 2023.
Axes      B batch, T new tokens, S tokens so far with the new ones, D width, N heads of queries, K heads of keys and values,
          d = D / N, V vocabulary; M heads of one kind or both, i and o inputs and outputs of a dense layer.
Departs   None that changes the function. RoPE's pairs are (i, i + d/2), as in transformers, where the papers take (2i, 2i + 1):
          the same network with the rows of its query and key matrices in another order.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.attention.multi_head import joined
from profundo.networks.attention.t5 import RMSNorm

YEAR = 2023
KEYS = (
    (r"^.*\.rotary_emb\.inv_freq$", ""),  # a formula, in old files
    (r"^model\.", ""),
    (r"^lm_head\.", "head."),
    (r"^embed_tokens\.", "embedding."),
    (r"^layers\.(\d+)\.", r"blocks.\1."),
    (r"\.self_attn\.qkv\.", ".attention.qkv."),
    (r"\.self_attn\.o_proj\.", ".attention.out."),
    (r"\.(gate|up|down)_proj\.", r".\1."),
    (r"\.input_layernorm\.", ".norm1."),
    (r"\.post_attention_layernorm\.", ".norm2."),
)
"""transformers' names of the weights and ours."""
JOINED = {"qkv": ("q_proj", "k_proj", "v_proj")}
"""What is one matrix here and several, to be stacked in this order, in transformers."""


@dataclass(frozen=True)
class LlamaConfig:
    """By default SmolLM2-135M (Allal et al. 2025)."""

    vocabulary: int = 49_152
    context: int = 8192
    """Tokens that it was trained to look back on; RoPE itself sets no limit."""
    depth: int = 30
    """Blocks."""
    width: int = 576
    """D, a multiple of `heads`."""
    heads: int = 9
    """N, a multiple of `key_heads`."""
    key_heads: int = 3
    """K."""
    hidden: int = 1536
    """Units of each block's SwiGLU."""
    base: float = 100_000.0
    """Of RoPE's angles: 10,000 in 2023, 500,000 in Llama 3."""
    eps: float = 1e-5
    tied: bool = True
    """Are tokens read and written with the same matrix?"""

    def __post_init__(self) -> None:
        if self.width % self.heads or (self.width // self.heads) % 2:
            raise ValueError(_("a width of {D} cannot be shared out to {N} heads in pairs").format(D=self.width, N=self.heads))
        if self.heads % self.key_heads:
            raise ValueError(
                _("{N} heads of queries cannot share {K} heads of keys evenly").format(N=self.heads, K=self.key_heads)
            )

    def build(self) -> "Llama":
        return Llama(self)


class Cache:
    """Keys and values of the tokens so far, in every block; room is made ahead, so that a token costs no copy of the others."""

    def __init__(self, config: LlamaConfig, batch: int, like: Tensor):
        nothing = like.new_empty(batch, config.key_heads, 0, config.width // config.heads)
        self.room = [(nothing, nothing)] * config.depth  # (B, K, room, d) each
        self.length = 0

    def reserve(self, tokens: int) -> None:
        """Room for so many more, and then for as many again as there are."""
        S = self.length + tokens
        if self.room[0][0].shape[2] < S:
            self.room = [(self._larger(k, 2 * S), self._larger(v, 2 * S)) for k, v in self.room]

    def _larger(self, x: Float[Tensor, "B K S d"], room: int) -> Float[Tensor, "B K room d"]:
        more = x.new_empty(*x.shape[:2], room, x.shape[3])
        more[:, :, : self.length] = x[:, :, : self.length]
        return more

    def add(self, block: int, k: Float[Tensor, "B K T d"], v: Float[Tensor, "B K T d"]) -> tuple[Tensor, Tensor]:
        """A block's keys and values so far with these, (B, K, S, d) both."""
        T, (keys, values) = k.shape[2], self.room[block]
        keys.narrow(2, self.length, T).copy_(k)
        values.narrow(2, self.length, T).copy_(v)
        return keys.narrow(2, 0, self.length + T), values.narrow(2, 0, self.length + T)

    def take(self, rows: Tensor) -> "Cache":
        """That of these rows of the batch, (B',): what a beam search keeps."""
        self.room = [(k[rows], v[rows]) for k, v in self.room]
        return self


class Dense(nn.Linear):
    """x W^T, without a bias."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, bias=False)

    def forward(self, input: Float[Tensor, "B T i"]) -> Float[Tensor, "B T o"]:
        return product(input, self.weight)


def product(x: Float[Tensor, "B T i"], weight: Float[Tensor, "o i"]) -> Float[Tensor, "B T o"]:
    """x W^T. One token alone goes as a vector: bfloat16 weights are then read at up to three times the speed (torch 2.13)."""
    if x.numel() == x.shape[-1]:
        return torch.mv(weight, x.view(-1)).view(1, 1, -1)
    return F.linear(x, weight)


class Turn:
    """RoPE at T positions: x cos + (x with its halves exchanged, the first one negative) sin."""

    def __init__(self, positions: Int[Tensor, " T"], d: int, base: float, dtype: torch.dtype):
        frequencies = base ** -(torch.arange(0, d, 2, device=positions.device).float() / d)  # (d/2,)
        angles = positions[:, None].float() * frequencies
        self.cos = torch.cat([angles.cos(), angles.cos()], -1).to(dtype)  # (T, d)
        self.sin = torch.cat([-angles.sin(), angles.sin()], -1).to(dtype)

    def __call__(self, x: Float[Tensor, "B M T d"]) -> Float[Tensor, "B M T d"]:
        return torch.addcmul(x * self.cos, x.roll(x.shape[-1] // 2, -1), self.sin)


class Attention(nn.Module):
    """softmax(q k^T / sqrt(d)) v in N heads, each group of G of which shares its keys and values."""

    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.heads, self.key_heads = config.heads, config.key_heads
        d = config.width // config.heads
        self.qkv = Dense(config.width, (config.heads + 2 * config.key_heads) * d)
        self.out = Dense(config.width, config.width)

    def forward(
        self, x: Float[Tensor, "B T D"], turn: Turn, block: int = 0, cache: Cache | None = None
    ) -> Float[Tensor, "B T D"]:
        B, T, _D = x.shape
        N, K = self.heads, self.key_heads
        qk, v = self.qkv(x).view(B, T, N + 2 * K, -1).transpose(1, 2).split([N + K, K], dim=1)
        q, k = turn(qk).split([N, K], dim=1)
        if cache is not None:
            k, v = cache.add(block, k, v)
        seen = None
        if T > 1 and k.shape[2] > T:  # token t of the new ones sees all the older ones, and of the new those up to t
            seen = torch.ones(T, k.shape[2], dtype=torch.bool, device=x.device).tril(k.shape[2] - T)
        causal = T > 1 and seen is None
        return self.out(joined(F.scaled_dot_product_attention(q, k, v, seen, is_causal=causal, enable_gqa=True)))


class SwiGLU(nn.Module):
    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.gate = Dense(width, hidden)
        self.up = Dense(width, hidden)
        self.down = Dense(hidden, width)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    """x + attention(norm(x)), then x + SwiGLU(norm(x))."""

    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.norm1 = RMSNorm(config.width, config.eps)
        self.attention = Attention(config)
        self.norm2 = RMSNorm(config.width, config.eps)
        self.mlp = SwiGLU(config.width, config.hidden)

    def forward(
        self, x: Float[Tensor, "B T D"], turn: Turn, block: int = 0, cache: Cache | None = None
    ) -> Float[Tensor, "B T D"]:
        x = x + self.attention(self.norm1(x), turn, block, cache)
        return x + self.mlp(self.norm2(x))


class Llama(nn.Module):
    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(Block(config) for _block in range(config.depth))
        self.norm = RMSNorm(config.width, config.eps)
        self.head = None if config.tied else Dense(config.width, config.vocabulary)
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=0.02)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """What follows each token, as logits."""
        return self.through(ids)

    def begin_cache(self, batch: int) -> Cache:
        """For `continue_`: no tokens yet."""
        return Cache(self.config, batch, self.embedding.weight)

    def continue_(self, ids: Int[Tensor, "B T"], cache: Cache) -> Float[Tensor, "B T V"]:
        """Logits of these tokens after those in the cache, which then holds them too."""
        cache.reserve(ids.shape[1])
        logits = self.through(ids, cache)
        cache.length += ids.shape[1]
        return logits

    def through(self, ids: Int[Tensor, "B T"], cache: Cache | None = None) -> Float[Tensor, "B T V"]:
        x = self.embedding(ids)
        begin, d = cache.length if cache else 0, self.config.width // self.config.heads
        positions = torch.arange(begin, begin + ids.shape[1], device=ids.device)
        turn = Turn(positions, d, self.config.base, x.dtype)
        for number, block in enumerate(self.blocks):
            x = block(x, turn, number, cache)
        x = self.norm(x)
        return product(x, self.embedding.weight) if self.head is None else self.head(x)
