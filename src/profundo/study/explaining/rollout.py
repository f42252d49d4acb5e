"""Attention rollout: how much of each patch has reached the answer, followed through all blocks.

    R = product over blocks of (A + I) / 2          A: mean attention of the heads; I: the shortcut around them

It is the same for every class: it says where the network looked, not what for.

Paper     Abnar and Zuidema (2020), Quantifying attention flow in transformers, section 3.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.networks.attention.vision_transformer import VisionTransformer


def flow(maps: Tensor) -> Tensor:
    """How much of each token (column) has arrived at each other (row) after all blocks: (L, B, N, T, T) -> (B, T, T).

    The mean of the heads, halved with the identity for the sum around each block, multiplied block by block (Abnar and Zuidema
    2020). Every row sums to 1.
    """
    T = maps.shape[-1]
    steps = 0.5 * maps.mean(2) + 0.5 * torch.eye(T, device=maps.device)
    R = steps[0]
    for step in steps[1:]:
        R = step @ R
    return R


def rollout(network: VisionTransformer, x: Tensor) -> Tensor:
    """Shares of the patches, enlarged to the picture, (H, W). x: (1, C, H, W)."""
    with torch.no_grad():
        R = flow(network.attention(x))[0]  # (T, T)
    shares = R.mean(0) if network.token is None else R[0, 1:]  # what the head reads: all tokens, or the class token
    side = round(len(shares) ** 0.5)
    return F.interpolate(shares.view(1, 1, side, side), x.shape[2:], mode="bilinear")[0, 0]
