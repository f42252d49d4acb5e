"""Does an explanation explain the network? Then a network that has learnt nothing must get another one.

Methods that find edges draw beautiful maps of any picture, whatever the weights. Here the weights are shuffled within each layer
and the method is asked again: a rank correlation near 1 means that the map never depended on what was learnt.

Paper     Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim (2018), Sanity checks for saliency maps, section 3.
Departs   Weights are shuffled instead of drawn anew, which also works where a layer begins at zero.
"""

import copy

import torch
from torch import Tensor, nn


def shuffled(network: nn.Module, seed: int = 0) -> nn.Module:
    """A copy with the numbers of each parameter in another order."""
    other, dice = copy.deepcopy(network), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in other.parameters():
            p.copy_(p.flatten()[torch.randperm(p.numel(), generator=dice)].view_as(p))
    return other


def likeness(a: Tensor, b: Tensor) -> float:
    """Spearman's rank correlation of two maps; 0 where one of them is blank. a, b: (H, W)."""
    from scipy.stats import rankdata

    ranks = torch.stack([torch.from_numpy(rankdata(part.flatten().numpy())) for part in (a, b)])
    centred = ranks - ranks.mean(1, keepdim=True)
    length = centred.norm(dim=1).prod()
    return (centred[0] @ centred[1] / length).item() if length else 0.0
