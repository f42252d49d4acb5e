"""Grad-CAM: which of the last maps speak for the class, and where they see it.

    alpha_m = the mean over h x w of dS_k / dA_m          L = relu(sum over m of alpha_m A_m)

Paper     Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra (2017), Grad-CAM: visual explanations from deep networks via
          gradient-based localization, equations 1 and 2.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.study.explaining.watching import watching


def grad_cam(network: nn.Module, x: Tensor, k: int, layer: str) -> Tensor:
    """L, enlarged to the picture, (H, W). x: (1, C, H, W); layer: one that says maps A, (1, M, h, w)."""
    with watching(network) as said:
        S = network(x.detach().requires_grad_())[0, k]
    A = said[layer]
    alpha = torch.autograd.grad(S, A)[0].mean((2, 3), keepdim=True)
    L = (alpha * A).sum(1, keepdim=True).relu()
    return F.interpolate(L.detach(), x.shape[2:], mode="bilinear")[0, 0]
