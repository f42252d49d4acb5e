"""RandAugment: a few of fourteen changes, one after another, all of one strength.

Paper     Cubuk, Zoph, Shlens, Le (2020), RandAugment: practical automated data augmentation with a reduced search space.
Departs   The paper names the operations and leaves their ranges to its code; here they are torchvision's. What is moved is read
          at the nearest pixel, with black beyond the edge, as there.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from profundo.messages import _
from profundo.training.colour import (
    autocontrast,
    brightness,
    contrast,
    equalize,
    posterize,
    saturation,
    sharpness,
    solarize,
)
from profundo.training.resampling import affine, sample

STRONGEST = 30.0
"""The largest magnitude."""


@dataclass(frozen=True)
class RandAugment:
    """Every picture draws its own operations, with repetition, and the direction of each."""

    operations: int = 0
    """N: how many, one after another, such as 2."""
    magnitude: float = 9.0
    """M: how strong, from 0 to 30."""

    def __post_init__(self) -> None:
        if self.operations < 0 or not 0 <= self.magnitude <= STRONGEST:
            raise ValueError(_("operations are at least 0, and their magnitude is from 0 to 30"))

    def __call__(self, x: Tensor) -> Tensor:
        """Pictures (B, 1 or 3, H, W) of levels from 0 to 255 -> as many."""
        for _number in range(self.operations):
            drawn = torch.randint(len(OPERATIONS), (len(x),), device=x.device)
            sign = 2.0 * torch.randint(2, (len(x),), device=x.device) - 1
            new = x.clone()
            for number, operation in enumerate(OPERATIONS):
                same = (drawn == number).nonzero()[:, 0]  # pictures that drew the same operation make it together
                if len(same):
                    new[same] = operation(x[same], self.magnitude / STRONGEST, sign[same])
            x = new
        return x


Operation = Callable[[Tensor, float, Tensor], Tensor]
"""(pictures, strength from 0 to 1, direction of each) -> pictures."""


def _read(x: Tensor, matrix: Tensor, shift: Tensor) -> Tensor:
    """Each pixel of the new pictures comes from matrix place + shift, in pixels from the centre."""
    return sample(x, affine(x, matrix, shift), "nearest", "zeros")


def _shear(x: Tensor, strength: float, sign: Tensor, axis: int) -> Tensor:
    """Up to 0.3 pixels a pixel along an axis, 0 for x; the first row (or column) stays where it is."""
    matrix = torch.eye(2, device=x.device).repeat(len(x), 1, 1)
    matrix[:, axis, 1 - axis] = 0.3 * strength * sign
    shift = x.new_zeros(len(x), 2)
    shift[:, axis] = 0.3 * strength * sign * x.shape[-2 + axis] / 2  # places count from the centre
    return _read(x, matrix, shift)


def _translate(x: Tensor, strength: float, sign: Tensor, axis: int) -> Tensor:
    """Up to 150 of 331 pixels along an axis, by whole pixels."""
    shift = x.new_zeros(len(x), 2)
    shift[:, axis] = -sign * int(150 / 331 * strength * x.shape[-1 - axis])
    return _read(x, torch.eye(2, device=x.device).repeat(len(x), 1, 1), shift)


def _rotate(x: Tensor, strength: float, sign: Tensor) -> Tensor:
    """Up to 30 degrees about the centre."""
    angle = math.radians(30) * strength * sign
    matrix = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    return _read(x, matrix, x.new_zeros(len(x), 2))


OPERATIONS: tuple[Operation, ...] = (
    lambda x, _strength, _sign: x,
    lambda x, strength, sign: _shear(x, strength, sign, 0),
    lambda x, strength, sign: _shear(x, strength, sign, 1),
    lambda x, strength, sign: _translate(x, strength, sign, 0),
    lambda x, strength, sign: _translate(x, strength, sign, 1),
    _rotate,
    lambda x, strength, sign: brightness(x, 1 + 0.9 * strength * sign),
    lambda x, strength, sign: saturation(x, 1 + 0.9 * strength * sign),
    lambda x, strength, sign: contrast(x, 1 + 0.9 * strength * sign),
    lambda x, strength, sign: sharpness(x, 1 + 0.9 * strength * sign),
    lambda x, strength, _sign: posterize(x, 8 - round(4 * strength)),
    lambda x, strength, _sign: solarize(x, 255 * (1 - strength)),
    lambda x, _strength, _sign: autocontrast(x),
    lambda x, _strength, _sign: equalize(x),
)
"""Identity, shear and translation along x and y, rotation, and nine changes of colour: the paper's section 3."""
