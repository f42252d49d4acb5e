"""Vision Transformer: a picture is sixteen by sixteen words.

Paper     Dosovitskiy et al. (2021), An image is worth 16x16 words: transformers for image recognition at scale, section 3.1 and
          table 1 (Base: 12 layers, 768 wide, MLP of 3072, 12 heads).
Axes      B batch, C channels, H height, W width, K classes; T tokens: patches and the class token; D width; N heads;
          d = D / N; L blocks.
Departs   None that changes the function. `token=False` reads the average of all patches instead of a class token (appendix D.3
          finds the same with another rate). The head begins near 0, not at 0, so that the first gradient reaches every layer.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _
from profundo.networks.attention.multi_head import MultiHeadAttention, possible

YEAR = 2020
KEYS = (
    (r"^class_token$", "token"),
    (r"^conv_proj\.", "patches."),
    (r"^encoder\.pos_embedding$", "positions"),
    (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
    (r"\.ln_1\.", ".norm1."),
    (r"\.ln_2\.", ".norm2."),
    (r"\.self_attention\.in_proj_(weight|bias)", r".attention.qkv.\1"),
    (r"\.self_attention\.out_proj\.", ".attention.out."),
    (r"\.mlp\.(linear_1|0)\.", ".mlp.0."),
    (r"\.mlp\.(linear_2|3)\.", ".mlp.2."),
    (r"^encoder\.ln\.", "norm."),
    (r"^heads\.head\.", "head."),
    (r"^cls_token$", "token"),
    (r"^pos_embed$", "positions"),
    (r"^patch_embed\.proj\.", "patches."),
    (r"\.attn\.qkv\.", ".attention.qkv."),
    (r"\.attn\.proj\.", ".attention.out."),
    (r"\.mlp\.fc1\.", ".mlp.0."),
    (r"\.mlp\.fc2\.", ".mlp.2."),
)
"""torchvision's names of the weights, then timm's, and ours."""


@dataclass(frozen=True)
class VisionTransformerConfig:
    channels: int = 3
    classes: int = 1000
    size: int = 224
    """Height and width of the input in pixels, a multiple of `patch`."""
    patch: int = 16
    """Height and width of a patch in pixels."""
    depth: int = 12
    """Blocks."""
    width: int = 768
    """D: numbers a token has, a multiple of `heads`."""
    heads: int = 12
    hidden: int = 3072
    """Units of each block's MLP."""
    dropout: float = 0.0
    """After the positions and both halves of a block; the paper has it between the two layers of the MLP as well."""
    token: bool = True

    def __post_init__(self) -> None:
        if self.size % self.patch:
            raise ValueError(_("pictures of {n} pixels cannot be cut into patches of {p}").format(n=self.size, p=self.patch))
        possible(self.width, self.heads)

    def build(self) -> "VisionTransformer":
        return VisionTransformer(self)


class Block(nn.Module):
    """Equations 2 and 3: x + attention(norm(x)), then x + MLP(norm(x))."""

    def __init__(self, config: VisionTransformerConfig):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=1e-6)
        self.attention = MultiHeadAttention(config.width, config.heads)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, config.hidden), nn.GELU(), nn.Linear(config.hidden, config.width), nn.Dropout(config.dropout)
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, config: VisionTransformerConfig):
        super().__init__()
        D, T = config.width, (config.size // config.patch) ** 2 + config.token
        self.patches = nn.Conv2d(config.channels, D, config.patch, stride=config.patch)  # a dense layer on every patch
        self.token = nn.Parameter(torch.zeros(1, 1, D)) if config.token else None
        self.positions = nn.Parameter(torch.empty(1, T, D).normal_(std=0.02))
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.Sequential(*(Block(config) for _block in range(config.depth)))
        self.norm = nn.LayerNorm(D, eps=1e-6)
        self.head = nn.Linear(D, config.classes)
        self.begin()

    def begin(self) -> None:
        """Glorot's weights in the blocks; a head near zero answers with nearly even chances at first."""
        for layer in self.blocks.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def embed(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B T D"]:
        """Equation 1: patches as tokens, the class token before them, each with its position added."""
        x = self.patches(x).flatten(2).transpose(1, 2)
        if self.token is not None:
            x = torch.cat([self.token.expand(len(x), -1, -1), x], dim=1)
        return self.dropout(x + self.positions)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        x = self.norm(self.blocks(self.embed(x)))
        return self.head(x.mean(1) if self.token is None else x[:, 0])

    def attention(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "L B N T T"]:
        """What every block, head and token takes from each token, for looking at."""
        x, maps = self.embed(x), []
        for block in self.blocks:
            assert isinstance(block, Block)
            maps.append(block.attention.weights(block.norm1(x)))
            x = block(x)
        return torch.stack(maps)
