"""Attention rollout: how much of each patch has reached the answer, followed through all blocks.

    R = product over blocks of (A + I) / 2          A: mean attention of the heads; I: the shortcut around them

It is the same for every class: it says where the network looked, not what for.

Paper     Abnar and Zuidema (2020), Quantifying attention flow in transformers, section 3.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.networks.attention.vision_transformer import VisionTransformer


def rollout(network: VisionTransformer, x: Tensor) -> Tensor:
    """Shares of the patches, enlarged to the picture, (H, W). x: (1, C, H, W)."""
    from profundo.study.attention_figure import rollout as flow  # which brings matplotlib

    with torch.no_grad():
        R = flow(network.attention(x))[0]  # (T, T)
    shares = R.mean(0) if network.token is None else R[0, 1:]  # what the head reads: all tokens, or the class token
    side = round(len(shares) ** 0.5)
    return F.interpolate(shares.view(1, 1, side, side), x.shape[2:], mode="bilinear")[0, 0]
