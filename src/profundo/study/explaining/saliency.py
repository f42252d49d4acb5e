"""Saliency: where a small change of a pixel changes the score most.

Paper     Simonyan, Vedaldi, Zisserman (2014), Deep inside convolutional networks: visualising image classification models and
          saliency maps, section 3.
"""

import torch
from torch import Tensor, nn


def saliency(network: nn.Module, x: Tensor, k: int) -> Tensor:
    """M = max over channels of |dS_k / dx|, (H, W). x: (1, C, H, W)."""
    return gradient(network, x, k)[0].abs().amax(0)


def gradient(network: nn.Module, x: Tensor, k: int) -> Tensor:
    """dS_k / dx for every picture by itself, (B, C, H, W)."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(network(x)[:, k].sum(), x)[0]
