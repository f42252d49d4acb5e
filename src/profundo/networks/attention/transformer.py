"""The Transformer translates with attention alone: no recurrence, every token of a sentence at once.

Paper     Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin (2017), Attention is all you need, section 3 and
          figure 1; base model: 6 layers, 512 wide, 2048 hidden, 8 heads, dropout 0.1 (table 3).
Axes      B batch, S source tokens, T target tokens, P of them written before, D width, N heads, d = D / N, L layers, V words of
          the target language.
Departs   None that changes the function: norms stand after the sums ("post-norm"), there is none after the last layer. With
          `shared` one matrix embeds both languages and makes the logits, as in section 3.4; else each language has its own, and
          that of the target still makes the logits.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.core import UserError
from profundo.messages import _
from profundo.networks.attention.multi_head import CrossAttention, MultiHeadAttention, real

YEAR = 2017
State = tuple[Tensor, ...]
"""How far a translation is written: which source tokens are real (B, 1, 1, S), their keys and values for every layer of the
decoder (B, L, 2, N, S, d), and those of the P tokens written (B, L, 2, N, P, d). All begin with B, for beams."""


@dataclass(frozen=True)
class TransformerConfig:
    vocabulary: int = 37000
    """Tokens of the source language."""
    target_vocabulary: int = 37000
    shared: bool = True
    """One vocabulary and one embedding for both languages (section 3.4)."""
    depth: int = 6
    """L: layers of the encoder, and of the decoder."""
    width: int = 512
    """D: numbers a token has, a multiple of `heads`."""
    heads: int = 8
    hidden: int = 2048
    """Units between the two dense layers that each token passes alone."""
    dropout: float = 0.1
    """Of what every sub-layer adds, and of embeddings with their positions (section 5.4)."""

    def __post_init__(self) -> None:
        if self.width % self.heads or self.width % 2:
            raise ValueError(_("width is even and a multiple of heads"))

    def build(self) -> "Transformer":
        """Raises UserError for two vocabularies that are to share one embedding."""
        if self.shared and self.vocabulary != self.target_vocabulary:
            raise UserError(
                _("Two vocabularies, of {n} and {m} tokens, share no embedding; set --network.shared false.").format(
                    n=self.vocabulary, m=self.target_vocabulary
                )
            )
        return Transformer(self)


def sinusoids(first: int, last: int, width: int, device: torch.device | None = None) -> Float[Tensor, "T D"]:
    """PE(pos, 2i) = sin(pos / 10000^(2i / D)), PE(pos, 2i + 1) = cos of the same, for positions first ... last - 1 (section 3.5).

    A pair of columns is the hand of a clock. Some steps on, every hand has turned by an angle that does not depend on where it
    was: PE(pos + k) is a rotation of PE(pos).
    """
    speed = 10_000 ** (-torch.arange(0, width, 2, device=device) / width)
    angle = torch.arange(first, last, device=device)[:, None] * speed
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)


class Added(nn.Module):
    """norm(x + dropout(what a sub-layer says of x))."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(config.width)

    def forward(self, x: Float[Tensor, "B T D"], said: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        return self.norm(x + self.dropout(said))


def feed_forward(config: TransformerConfig) -> nn.Sequential:
    """max(0, x W1 + b1) W2 + b2, for every token by itself (equation 2)."""
    return nn.Sequential(nn.Linear(config.width, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.width))


class EncoderLayer(nn.Module):
    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention, self.attended = MultiHeadAttention(config.width, config.heads), Added(config)
        self.feed, self.fed = feed_forward(config), Added(config)

    def forward(self, x: Float[Tensor, "B S D"], seen: Bool[Tensor, "B 1 1 S"]) -> Float[Tensor, "B S D"]:
        x = self.attended(x, self.attention(x, seen))
        return self.fed(x, self.feed(x))


class DecoderLayer(nn.Module):
    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention, self.attended = MultiHeadAttention(config.width, config.heads), Added(config)
        self.reading, self.read = CrossAttention(config.width, config.heads), Added(config)
        self.feed, self.fed = feed_forward(config), Added(config)

    def forward(
        self, x: Float[Tensor, "B T D"], memory: Float[Tensor, "B S D"], seen: Bool[Tensor, "B 1 1 S"]
    ) -> Float[Tensor, "B T D"]:
        x = self.attended(x, self.attention(x, causal=True))  # filling comes last: no real token sees it
        x = self.read(x, self.reading(x, memory, seen))
        return self.fed(x, self.feed(x))

    def step(
        self,
        x: Float[Tensor, "B 1 D"],
        remembered: Float[Tensor, "2 B N S d"],
        seen: Bool[Tensor, "B 1 1 S"],
        past: Float[Tensor, "2 B N P d"],
    ) -> tuple[Float[Tensor, "B 1 D"], Float[Tensor, "2 B N P+1 d"]]:
        """`forward` for the newest token alone."""
        said, past = self.attention.continue_(x, past)
        x = self.attended(x, said)
        x = self.read(x, self.reading.read(x, remembered, seen))
        return self.fed(x, self.feed(x)), past


class Transformer(nn.Module):
    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.target = nn.Embedding(config.target_vocabulary, config.width)
        self.source = None if config.shared else nn.Embedding(config.vocabulary, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _layer in range(config.depth))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _layer in range(config.depth))
        self.begin()

    def begin(self) -> None:
        """Glorot's matrices; embeddings of length about 1, which sqrt(D) makes as large as the positions."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
            elif isinstance(layer, nn.Embedding):
                nn.init.normal_(layer.weight, std=self.config.width**-0.5)

    def placed(self, tokens: Float[Tensor, "B T D"], first: int = 0) -> Float[Tensor, "B T D"]:
        """Embeddings, sqrt(D) times as large (section 3.4), with the positions first, first + 1, ... added."""
        positions = sinusoids(first, first + tokens.shape[1], self.config.width, tokens.device)
        return self.dropout(math.sqrt(self.config.width) * tokens + positions)

    def memory(self, x: Int[Tensor, "B S"], seen: Bool[Tensor, "B 1 1 S"]) -> Float[Tensor, "B S D"]:
        """What the encoder makes of the source."""
        h = self.placed((self.target if self.source is None else self.source)(x))
        for layer in self.encoder:
            h = layer(h, seen)
        return h

    def forward(self, x: Int[Tensor, "B S"], y: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """Logits of the token that follows each of y, given the source x and what stands before in y."""
        seen = real(x)
        memory = self.memory(x, seen)
        h = self.placed(self.target(y))
        for layer in self.decoder:
            h = layer(h, memory, seen)
        return h @ self.target.weight.T

    def encode(self, x: Int[Tensor, "B S"]) -> State:
        """Nothing is written yet."""
        seen = real(x)
        memory = self.memory(x, seen)
        remembered = torch.stack([layer.reading.remember(memory) for layer in self._decoder()], dim=1)  # (2, L, B, N, S, d)
        remembered = remembered.permute(2, 1, 0, 3, 4, 5)
        return seen, remembered, remembered[..., :0, :]

    def decode_step(self, previous: Int[Tensor, " B"], state: State) -> tuple[Float[Tensor, "B V"], State]:
        """Logits of the next token, (B, V), after the previous one of each translation."""
        seen, remembered, past = state
        h = self.placed(self.target(previous[:, None]), first=past.shape[-2])
        grown = []
        for number, layer in enumerate(self._decoder()):
            h, now = layer.step(h, remembered[:, number].transpose(0, 1), seen, past[:, number].transpose(0, 1))
            grown.append(now.transpose(0, 1))
        return h[:, 0] @ self.target.weight.T, (seen, remembered, torch.stack(grown, dim=1))

    def _decoder(self) -> list[DecoderLayer]:
        return [layer for layer in self.decoder if isinstance(layer, DecoderLayer)]
