"""Examples mixed with each other, and their labels alike: the label of a mixture is a share of each class.

Papers    Zhang, Cisse, Dauphin, Lopez-Paz (2018), mixup: beyond empirical risk minimization.
          Yun, Han, Oh, Chun, Choe, Yoo (2019), CutMix: regularization strategy to train strong classifiers.
          Szegedy, Vanhoucke, Ioffe, Shlens, Wojna (2016), Rethinking the Inception architecture, section 7 (label smoothing).
Departs   Every example draws its own share; the papers' code draws one for the whole batch.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.core import Batch, Objective
from profundo.data.rows import images_last
from profundo.messages import UserError, _
from profundo.training.objectives import READ_SHARES
from profundo.training.resampling import rectangles


@dataclass(frozen=True)
class Mixing:
    """Mixtures of two examples, and labels mixed with no opinion. All 0: examples and labels stay as they are.

    lambda ~ Beta(a, a) is the share of an example that remains; the rest is another one of the batch, drawn by lot. With mixup
    and cutmix both on, each example draws one of the two. What training then records as its error counts as right the class with
    the larger share.
    """

    mixup: float = 0.0
    """a of mixup: x <- lambda x + (1 - lambda) x'. The paper: 1 on CIFAR-10, 0.2 on ImageNet."""
    cutmix: float = 0.0
    """a of CutMix: a rectangle of 1 - lambda of the area shows the other picture. The paper: 1, any area as likely as another."""
    smoothing: float = 0.0
    """Share of a label that is divided evenly among all classes; the paper: 0.1."""

    def __post_init__(self) -> None:
        if min(self.mixup, self.cutmix) < 0 or not 0 <= self.smoothing < 1:
            raise ValueError(_("mixup and cutmix are at least 0, smoothing at least 0 and below 1"))

    def check(self, objective: Objective) -> None:
        """Raises UserError for an objective that would misread shares of classes."""
        if self.on and objective not in READ_SHARES:
            known = ", ".join(known.__name__ for known in READ_SHARES)
            raise UserError(
                _("--rule.mixing needs an objective that reads shares of classes ({known}), not {name}.").format(
                    known=known, name=objective.__name__
                )
            )

    @property
    def on(self) -> bool:
        return max(self.mixup, self.cutmix, self.smoothing) > 0

    def __call__(self, batch: Batch, classes: int | None) -> Batch:
        """(x, class numbers (B,)) -> (x mixed, shares of the classes (B, K)); the batch itself where all is off.

        Raises UserError where there are no classes, or inputs that cannot be mixed.
        """
        if not self.on:
            return batch
        if classes is None or len(batch) != 2 or batch[1].is_floating_point() or batch[1].ndim != 1:
            raise UserError(_("--rule.mixing mixes labels that are classes, and these data have none; leave it out."))
        x, y = batch
        q = F.one_hot(y, classes).float()
        if self.mixup or self.cutmix:
            x, q = self.mixed(x, q)
        return x, (1 - self.smoothing) * q + self.smoothing / classes

    def mixed(self, x: Tensor, q: Tensor) -> Batch:
        """x (B, ...) and shares q (B, K), each with another example of the batch."""
        if not x.is_floating_point() or (self.cutmix and x.ndim != 4):
            raise UserError(_("mixup needs inputs that are quantities, cutmix pictures; these data are neither, leave it out."))
        other = torch.randperm(len(x), device=x.device)
        if not self.cutmix:
            w = share(len(x), self.mixup).to(x.device).view(-1, *[1] * (x.ndim - 1))
        else:
            w = (~patches(x, share(len(x), self.cutmix).to(x.device))).to(x.dtype)
            if self.mixup:
                chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
                w = torch.where(chosen, share(len(x), self.mixup).to(x.device).view(-1, 1, 1, 1), w)
        # (B, 1, ...): how much of its own picture each place shows; its mean is what the label keeps
        return images_last(torch.lerp(x[other], x, w)), torch.lerp(q[other], q, w.flatten(1).mean(1, keepdim=True))


def share(n: int, a: float) -> Tensor:
    """lambda ~ Beta(a, a) for each of n examples."""
    return torch.distributions.Beta(a, a).sample((n,))


def patches(x: Tensor, kept: Tensor) -> Tensor:
    """A rectangle of each picture, (B, 1, H, W): about 1 - kept (B,) of the area, its middle anywhere, cut off at the edge."""
    sides = torch.tensor(x.shape[-2:], device=x.device)  # H, W
    middle = (torch.rand(len(x), 2, device=x.device) * sides).long()
    half = (0.5 * (1 - kept).sqrt()[:, None] * sides).long()
    return rectangles(x, middle - half, middle + half)
