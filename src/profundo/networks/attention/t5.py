"""T5: every task is text in, text out, for one Transformer whose sense of order is a number for each distance.

Paper     Raffel, Shazeer, Roberts, Lee, Narang, Matena, Zhou, Li, Liu (2020), Exploring the limits of transfer learning with a
          unified text-to-text transformer, section 2.1; "small": 6 layers, 512 wide, 2048 hidden, 8 heads (section 3.7).
Axes      B batch, S source tokens, T target tokens, D width, N heads, d numbers a head has, V vocabulary.
Departs   None that changes the function of T5 1.0. Next to the Transformer of 2017: norms stand before what they feed, divide by
          the root mean square only, and nothing in the network has a bias. Positions are not added to tokens: each head adds to
          its match q k^T a number that depends on how far apart query and key are, the same in all layers. q k^T is not divided
          by sqrt(d), which the paper leaves to the first weights of q.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.attention.multi_head import cut, earlier, joined, real

YEAR = 2020
State = tuple[Tensor, ...]
"""Which source tokens are real (B, 1, 1, S), what the encoder made of them (B, S, D), and what is written so far (B, t)."""
KEYS = (
    (r"^((en|de)coder\.embed_tokens|lm_head)\.weight$", ""),  # the same as shared
    (r"^shared\.", "tokens."),
    (r"^(encoder|decoder)\.block\.0\.layer\.0\.SelfAttention\.relative_attention_bias\.", r"\1.distances."),
    (r"\.block\.(\d+)\.", r".blocks.\1."),
    (r"\.layer\.\d\.SelfAttention\.o\.", ".attention.out."),
    (r"\.layer\.\d\.SelfAttention\.", ".attention."),
    (r"\.layer\.0\.layer_norm\.", ".norm1."),
    (r"\.layer\.1\.EncDecAttention\.o\.", ".reading.out."),
    (r"\.layer\.1\.EncDecAttention\.", ".reading."),
    (r"^(decoder\..*)\.layer\.1\.layer_norm\.", r"\1.norm2."),
    (r"\.layer\.\d\.layer_norm\.", ".norm3."),
    (r"\.layer\.\d\.DenseReluDense\.", ".feed."),
    (r"\.final_layer_norm\.", ".norm."),
)
"""transformers' names of the weights, and ours."""


@dataclass(frozen=True)
class T5Config:
    vocabulary: int = 32128
    depth: int = 6
    """Blocks of the encoder, and of the decoder."""
    width: int = 512
    """D: numbers a token has."""
    heads: int = 8
    head_width: int = 64
    """d: numbers that a head compares; heads x d need not be the width."""
    hidden: int = 2048
    buckets: int = 32
    """Classes of distances."""
    farthest: int = 128
    """Tokens apart from which on all distances are one class."""
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if self.buckets < 4 or self.buckets % 4 or self.farthest < self.buckets:
            raise ValueError(_("buckets is a multiple of 4, and farthest at least as much"))

    def build(self) -> "T5":
        return T5(self)


def bucket(distance: Int[Tensor, "T S"], both: bool, buckets: int, farthest: int) -> Int[Tensor, "T S"]:
    """The class of each distance (place of the key - place of the query), from 0 to buckets - 1.

    The nearer half of the classes is one distance each; the others are the wider the farther away, evenly in the logarithm, and
    the last holds all from `farthest` on. both: keys behind the query have classes of their own; else they are all class 0.
    """
    classes = buckets // 2 if both else buckets
    away = distance.abs() if both else (-distance).clamp(min=0)
    exact = classes // 2
    stretch = (away.clamp(min=1).float() / exact).log() / math.log(farthest / exact)
    far = (exact + (stretch * (classes - exact)).long()).clamp(max=classes - 1)
    number = torch.where(away < exact, away, far)
    return number + classes * (distance > 0) if both else number


class Distances(nn.Embedding):
    """A number for each class of distances and head, which is added to q k^T."""

    def __init__(self, config: T5Config, both: bool):
        super().__init__(config.buckets, config.heads)
        self.both, self.farthest = both, config.farthest

    def forward(self, T: int) -> Float[Tensor, "1 N T T"]:  # type: ignore[override]
        place = torch.arange(T, device=self.weight.device)
        classes = bucket(place - place[:, None], self.both, self.num_embeddings, self.farthest)
        return super().forward(classes).permute(2, 0, 1)[None]


class RMSNorm(nn.Module):
    """g x / sqrt(mean(x^2) + eps), the mean and its root in float32 (Zhang and Sennrich 2019)."""

    def __init__(self, width: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        full = x.float()
        scaled = full * (full.square().mean(-1, keepdim=True) + self.eps).rsqrt()
        return self.weight * scaled.to(x.dtype)


class Attention(nn.Module):
    """softmax(q k^T + b) v in each of N heads. b: numbers for the distances, and -infinity where nothing may be read."""

    def __init__(self, config: T5Config):
        super().__init__()
        inner = config.heads * config.head_width
        self.heads, self.dropout = config.heads, config.dropout
        self.q, self.k, self.v = (nn.Linear(config.width, inner, bias=False) for _each in "qkv")
        self.out = nn.Linear(inner, config.width, bias=False)

    def forward(
        self, x: Float[Tensor, "B T D"], memory: Float[Tensor, "B S D"], b: Float[Tensor, "#B #N #T S"]
    ) -> Float[Tensor, "B T D"]:
        q, k, v = (cut(told, self.heads) for told in (self.q(x), self.k(memory), self.v(memory)))
        b, dropout = b.to(q.dtype), self.dropout * self.training
        return self.out(joined(F.scaled_dot_product_attention(q, k, v, b, dropout_p=dropout, scale=1.0)))

    def weights(
        self, x: Float[Tensor, "B T D"], memory: Float[Tensor, "B S D"], b: Float[Tensor, "#B #N #T S"]
    ) -> Float[Tensor, "B N T S"]:
        """How much each token of x (row) takes from each of the memory (column), for looking at."""
        return (cut(self.q(x), self.heads) @ cut(self.k(memory), self.heads).mT + b).softmax(-1)


class FeedForward(nn.Module):
    def __init__(self, config: T5Config):
        super().__init__()
        self.wi = nn.Linear(config.width, config.hidden, bias=False)
        self.wo = nn.Linear(config.hidden, config.width, bias=False)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.wo(self.dropout(self.wi(x).relu()))


class EncoderBlock(nn.Module):
    def __init__(self, config: T5Config):
        super().__init__()
        self.norm1, self.attention = RMSNorm(config.width), Attention(config)
        self.norm3, self.feed = RMSNorm(config.width), FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B S D"], b: Float[Tensor, "#B N S S"]) -> Float[Tensor, "B S D"]:
        h = self.norm1(x)
        x = x + self.dropout(self.attention(h, h, b))
        return x + self.dropout(self.feed(self.norm3(x)))


class DecoderBlock(EncoderBlock):
    """The same with one step between the two: it reads the source."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.norm2, self.reading = RMSNorm(config.width), Attention(config)

    def forward(  # type: ignore[override]
        self,
        x: Float[Tensor, "B T D"],
        b: Float[Tensor, "#B N T T"],
        memory: Float[Tensor, "B S D"],
        hidden: Float[Tensor, "B 1 1 S"],
    ) -> Float[Tensor, "B T D"]:
        h = self.norm1(x)
        x = x + self.dropout(self.attention(h, h, b))
        x = x + self.dropout(self.reading(self.norm2(x), memory, hidden))  # distances between two texts mean nothing
        return x + self.dropout(self.feed(self.norm3(x)))


class Stack(nn.Module):
    """Blocks, the distances that all of them share, and the norm behind the last."""

    def __init__(self, config: T5Config, block: type[EncoderBlock], both: bool):
        super().__init__()
        self.distances = Distances(config, both)
        self.blocks = nn.ModuleList(block(config) for _block in range(config.depth))
        self.norm = RMSNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Float[Tensor, "B T D"], seen: Bool[Tensor, "#B 1 #T T"], *read: Float[Tensor, "..."]
    ) -> Float[Tensor, "B T D"]:
        b = self.distances(x.shape[1]) + unseen(seen)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, b, *read)
        return self.dropout(self.norm(x))


class T5(nn.Module):
    def __init__(self, config: T5Config):
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocabulary, config.width)  # of both texts, and of the logits
        self.encoder = Stack(config, EncoderBlock, both=True)
        self.decoder = Stack(config, DecoderBlock, both=False)
        self.begin()

    def begin(self) -> None:
        """Variance 1 / (inputs); for q 1 / (inputs d), which stands for the division by sqrt(d)."""
        for name, w in self.named_parameters():
            if name.endswith(".q.weight"):
                nn.init.normal_(w, std=(w.shape[1] * self.config.head_width) ** -0.5)
            elif name.endswith("distances.weight"):
                nn.init.normal_(w, std=self.config.width**-0.5)
            elif w.ndim == 2 and name != "tokens.weight":  # tokens keep nn.Embedding's variance of 1
                nn.init.normal_(w, std=w.shape[1] ** -0.5)

    def forward(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """Logits of the token that follows each of y, given the source x and what stands before in y."""
        seen, memory, _nothing = self.encode(x)
        return self.answer(y, memory, seen)

    def answer(
        self, y: Int[Tensor, "B T"], memory: Float[Tensor, "B S D"], seen: Bool[Tensor, "B 1 1 S"]
    ) -> Float[Tensor, "B T V"]:
        before = earlier(y.shape[1], y.device)[None, None]  # filling comes last: no real token sees it
        h = self.decoder(self.tokens(y), before, memory, unseen(seen))
        return self.config.width**-0.5 * h @ self.tokens.weight.T

    def encode(self, x: Int[Tensor, "B S"]) -> State:
        """The source read, nothing written."""
        seen = real(x)
        return seen, self.encoder(self.tokens(x), seen), x[:, :0]

    def decode_step(self, previous: Int[Tensor, " B"], state: State) -> tuple[Float[Tensor, "B V"], State]:
        """Logits of the next token, (B, V). All that is written is read anew each time: short, and slow for long texts."""
        seen, memory, y = state
        y = torch.cat([y, previous[:, None]], dim=1)
        return self.answer(y, memory, seen)[:, -1], (seen, memory, y)


def unseen(seen: Bool[Tensor, "..."]) -> Float[Tensor, "..."]:
    """0 where a key may be read, -infinity where not: what softmax makes of it is 0."""
    return torch.zeros_like(seen, dtype=torch.float32).masked_fill_(~seen, -math.inf)
