"""The weights of the first layer as pictures, and what a layer's maps say of a picture.

Paper     Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural networks, figure 3: edges
          of every direction, and colours.
"""

import torch
from torch import Tensor, nn

from profundo.study.explaining.watching import watching


def filters(network: nn.Module, x: Tensor, most: int = 25) -> Tensor | None:
    """The kernels of the first layer, the longest ones first, (n, C, height, width); None where it does not read pixels.

    A dense layer that reads all pixels has one as large as the picture for each unit. x: (1, C, H, W).
    """
    with torch.no_grad(), watching(network) as said:
        network(x)
    first = next((m for m in map(network.get_submodule, said) if list(m.parameters(recurse=False))), network)
    if isinstance(first, nn.Conv2d):
        kernels = first.weight
    elif isinstance(first, nn.Linear) and first.in_features == x.numel():
        kernels = first.weight.view(-1, *x.shape[1:])
    else:
        return None
    return strongest(kernels.detach(), most)


def feature_maps(network: nn.Module, x: Tensor, layer: str, most: int = 12) -> Tensor:
    """The maps of a layer that say most, (n, h, w). x: (1, C, H, W)."""
    with torch.no_grad(), watching(network) as said:
        network(x)
    return strongest(said[layer][0], most)


def strongest(parts: Tensor, most: int) -> Tensor:
    """Those with the largest numbers, the largest first, (n, ...)."""
    size = parts.flatten(1).square().mean(1)
    return parts[size.argsort(descending=True, stable=True)[:most]]
