"""ImageNet, ILSVRC 2012: a thousand kinds of things. Here for those who use a network that has learnt them.

Its photographs are given to researchers who ask for them, and to nobody else; the weights of networks that learnt from them are
published, and the names of the classes are too (imagenet_files/LICENSE.md says by whom).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from torch import Tensor

from profundo.core import Facts, Splits, UserError
from profundo.data import images
from profundo.data.rows import Standardize
from profundo.messages import _

NAMES = Path(__file__).parent / "imagenet_files" / "names.txt"
NORMAL = Standardize(  # of its red, green and blue, as torchvision rounds them
    mean=(0.485 * 255, 0.456 * 255, 0.406 * 255), std=(0.229 * 255, 0.224 * 255, 0.225 * 255)
)
SCALES = {"imagenet": NORMAL, "half": Standardize(mean=(127.5,) * 3, std=(127.5,) * 3)}
SAID = 5
"""Classes that are named in an answer, as in the challenge."""


@cache
def names() -> tuple[str, ...]:
    """The 1000 classes, in English."""
    return tuple(NAMES.read_text(encoding="utf-8").splitlines())


@dataclass(frozen=True)
class ImageNet:
    """What a network that has learnt ImageNet sees of a picture, and what its answer means."""

    size: int = 224
    """Height and width of what it sees, in pixels..."""
    resize: int = 256
    """...cut out of the middle of a picture whose shorter side was made so long."""
    normal: Literal["imagenet", "half"] = "imagenet"
    """Each colour's own mean 0 and deviation 1, or all from -1 (black) to 1, as Google's networks have it."""

    licence: ClassVar[str] = "for non-commercial research and education, on request"
    citation: ClassVar[str] = "Russakovsky et al. (2015), ImageNet Large Scale Visual Recognition Challenge"

    def __post_init__(self) -> None:
        if not 1 <= self.size <= self.resize:
            raise ValueError(_("size is at least 1 pixel, and at most resize"))

    @property
    def facts(self) -> Facts:
        return {"channels": 3, "size": self.size, "classes": len(names()), "names": list(names()), "task": "classify"}

    def open(self) -> Splits:
        raise UserError(_("The photographs of ImageNet are not given to everybody; train on your own with --data FOLDER."))

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture (path, PIL image or array) -> (3, size, size): of its largest central square, the middle."""
        edge = round((self.resize - self.size) / 2)
        x = images.read(raw, channels=3, size=self.resize)[:, edge : edge + self.size, edge : edge + self.size]
        return SCALES[self.normal](x[None])[0]

    def decode(self, output: Tensor, facts: Facts) -> dict[str, float]:
        """Logits (1000,) -> {"Egyptian cat": 0.71, ...}, the five likeliest."""
        return dict(list(images.probabilities(output, facts).items())[:SAID])
