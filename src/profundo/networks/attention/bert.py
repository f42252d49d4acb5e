"""BERT: the Transformer's encoder reads a text from both sides at once, and learns by filling in what was hidden from it.

    embedding = norm(token + position + segment)                                        (section 3, figure 2)
    block     : x <- norm(x + attention(x));  x <- norm(x + MLP(x))                     the norm comes after, as in Vaswani et al.
    p(piece)  = softmax(E t + b),  t = norm(gelu(W x + b'))                             E: the tokens' own embeddings

Paper     Devlin, Chang, Lee, Toutanova (2018), BERT: pre-training of deep bidirectional transformers for language understanding.
Axes      B batch, T pieces, D width, V vocabulary, N heads, L blocks, K classes.
Departs   Whether one sentence follows another is not asked (Liu et al. 2019, RoBERTa, find it no help). No dropout on the weights
          of attention. Piece 0 is filling, and nobody reads it.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from profundo.networks.attention.multi_head import MultiHeadAttention, possible, real

YEAR = 2018
KEYS = (
    (r"\.gamma$", ".weight"),  # TensorFlow's words, in the first published files
    (r"\.beta$", ".bias"),
    (r"^bert\.", ""),
    (r"^embeddings\.word_embeddings\.", "encoder.tokens."),
    (r"^embeddings\.position_embeddings\.", "encoder.positions."),
    (r"^embeddings\.token_type_embeddings\.", "encoder.segments."),
    (r"^embeddings\.LayerNorm\.", "encoder.norm."),
    (r"^encoder\.layer\.", "encoder.blocks."),
    (r"\.attention\.self\.", ".attention."),
    (r"\.attention\.output\.dense\.", ".attention.out."),
    (r"\.attention\.output\.LayerNorm\.", ".norm1."),
    (r"\.intermediate\.dense\.", ".mlp.0."),
    (r"(\d)\.output\.dense\.", r"\1.mlp.2."),
    (r"(\d)\.output\.LayerNorm\.", r"\1.norm2."),
    (r"^pooler\.dense\.", "pooler."),
    (r"^classifier\.", "head."),
    (r"^cls\.predictions\.transform\.dense\.", "transform.0."),
    (r"^cls\.predictions\.transform\.LayerNorm\.", "transform.2."),
    (r"^cls\.predictions\.bias$", "bias"),
)
"""Hugging Face's names of the weights, and ours."""
JOINED = {"qkv": ("query", "key", "value")}
"""What is one matrix here and several, to be stacked in this order, there."""


@dataclass(frozen=True)
class BertConfig:
    """The defaults are BERT-Base, uncased."""

    vocabulary: int = 30_522
    context: int = 512
    """Most pieces that a text may have: there are so many positions."""
    width: int = 768
    """D: numbers a piece has, a multiple of `heads`."""
    depth: int = 12
    """Blocks."""
    heads: int = 12
    hidden: int = 3072
    """Units of each block's MLP."""
    dropout: float = 0.1
    segments: int = 2
    """Sentences that a text may consist of."""
    epsilon: float = 1e-12
    """Added to the variance in every norm."""

    def __post_init__(self) -> None:
        possible(self.width, self.heads)

    def build(self) -> "Bert":
        return Bert(self)


class Block(nn.Module):
    """Post-norm: what is added is normalised together with what it is added to."""

    def __init__(self, config: BertConfig):
        super().__init__()
        D = config.width
        self.attention = MultiHeadAttention(D, config.heads)
        self.norm1 = nn.LayerNorm(D, eps=config.epsilon)
        self.mlp = nn.Sequential(nn.Linear(D, config.hidden), nn.GELU(), nn.Linear(config.hidden, D))
        self.norm2 = nn.LayerNorm(D, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B T D"], seen: Bool[Tensor, "B 1 1 T"]) -> Float[Tensor, "B T D"]:
        x = self.norm1(x + self.dropout(self.attention(x, seen)))
        return self.norm2(x + self.dropout(self.mlp(x)))


class Encoder(nn.Module):
    """Pieces -> what each means where it stands."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.tokens = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.context, config.width)
        self.segments = nn.Embedding(config.segments, config.width)
        self.norm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _n in range(config.depth))

    def embed(self, x: Int[Tensor, "B T"], segments: Int[Tensor, "B T"] | None = None) -> Float[Tensor, "B T D"]:
        """segments: 0 for the first sentence, 1 for the second; one sentence if None."""
        place = torch.arange(x.shape[1], device=x.device)
        which = torch.zeros_like(x) if segments is None else segments
        return self.dropout(self.norm(self.tokens(x) + self.positions(place) + self.segments(which)))

    def forward(self, x: Int[Tensor, "B T"], segments: Int[Tensor, "B T"] | None = None) -> Float[Tensor, "B T D"]:
        seen, x = real(x), self.embed(x, segments)
        for block in self.blocks:
            x = block(x, seen)
        return x

    @torch.no_grad()
    def attention(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "L B N T T"]:
        """What every block, head and piece takes from each piece, for looking at."""
        seen, x, maps = real(x), self.embed(x), []
        for block in self.blocks:
            assert isinstance(block, Block)
            maps.append(block.attention.weights(x, seen))
            x = block(x, seen)
        return torch.stack(maps)


class Bert(nn.Module):
    """The encoder and the head that says which piece was hidden."""

    def __init__(self, config: BertConfig):
        super().__init__()
        D = config.width
        self.encoder = Encoder(config)
        self.transform = nn.Sequential(nn.Linear(D, D), nn.GELU(), nn.LayerNorm(D, eps=config.epsilon))
        self.bias = nn.Parameter(torch.zeros(config.vocabulary))
        begin(self)

    def say(self, x: Float[Tensor, "*any D"]) -> Float[Tensor, "*any V"]:
        """What stands in a place -> logits of the pieces that could stand there."""
        return F.linear(self.transform(x), self.encoder.tokens.weight, self.bias)

    def forward(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        return self.say(self.encoder(x))


@dataclass(frozen=True)
class BertClassifierConfig:
    """BERT with a head that sorts whole texts, or pairs of them (figure 4)."""

    bert: BertConfig = BertConfig()
    classes: int = 2

    def build(self) -> "BertClassifier":
        return BertClassifier(self)


class BertClassifier(nn.Module):
    """Reads the answer off the first piece, [CLS]."""

    def __init__(self, config: BertClassifierConfig):
        super().__init__()
        self.encoder = Encoder(config.bert)
        self.pooler = nn.Linear(config.bert.width, config.bert.width)
        self.dropout = nn.Dropout(config.bert.dropout)
        self.head = nn.Linear(config.bert.width, config.classes)
        begin(self)

    def pool(self, x: Int[Tensor, "B T"], segments: Int[Tensor, "B T"] | None = None) -> Float[Tensor, "B D"]:
        return self.pooler(self.encoder(x, segments)[:, 0]).tanh()

    def forward(self, x: Int[Tensor, "B T"]) -> Float[Tensor, "B K"]:
        return self.head(self.dropout(self.pool(x)))


def begin(network: nn.Module) -> None:
    """Normal weights of deviation 0.02, cut at two deviations; biases 0 (the released code)."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            nn.init.trunc_normal_(layer.weight, std=0.02, a=-0.04, b=0.04)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
