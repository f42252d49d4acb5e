"""Occlusion: a square is moved over the picture, and where it hides what counts the score falls.

Paper     Zeiler and Fergus (2014), Visualizing and understanding convolutional networks, section 4.2.
Departs   The square has the picture's mean colour instead of grey, which on a black ground would be ink; a pixel gets the mean
          fall of all squares that hide it; the score is S_k, not its probability, which hardly moves where it is near 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from profundo.study.explaining.watching import at_a_time


class Falls(NamedTuple):
    falls: Tensor
    """Of the score, for each pixel that is hidden, (H, W)."""
    worst: tuple[int, int]
    """Top and left of the square that costs most."""
    left: float
    """The probability of the class with that square in place."""


def occlusion(network: nn.Module, x: Tensor, k: int, window: int, stride: int) -> Falls:
    """x: (1, C, H, W); window: side of the square, stride: how far it moves, in pixels."""
    H, W = x.shape[2:]
    places = [(top, left) for top in _starts(H, window, stride) for left in _starts(W, window, stride)]
    hidden = x.repeat(at_a_time(x), 1, 1, 1)
    colour = x.mean((2, 3), keepdim=True)
    falls, times = torch.zeros(H, W), torch.zeros(H, W)
    scores, probabilities = [], []
    with torch.no_grad():
        whole = network(x)[0, k]
        for begin in range(0, len(places), len(hidden)):
            part = places[begin : begin + len(hidden)]
            for picture, (top, left) in zip(hidden, part, strict=False):
                picture.copy_(x[0])
                picture[:, top : top + window, left : left + window] = colour[0]
            said = network(hidden[: len(part)]).float()
            scores += (whole - said[:, k]).tolist()
            probabilities += said.softmax(-1)[:, k].tolist()
    for (top, left), fall in zip(places, scores, strict=True):
        falls[top : top + window, left : left + window] += fall
        times[top : top + window, left : left + window] += 1
    worst = max(range(len(places)), key=scores.__getitem__)
    return Falls(falls / times, places[worst], probabilities[worst])


def _starts(side: int, window: int, stride: int) -> list[int]:
    """Where squares begin; the last one ends at the edge."""
    return sorted({*range(0, side - window, stride), side - window})
