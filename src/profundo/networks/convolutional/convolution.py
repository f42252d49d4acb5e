"""A convolution with nothing hidden: windows become columns, one product of matrices does the rest, gradients are by hand.

Paper     LeCun, Boser, Denker, Henderson, Howard, Hubbard, Jackel (1989), Backpropagation applied to handwritten zip code
          recognition: one window of weights, moved over the whole picture. Chellapilla, Puri, Simard (2006) write it as one
          product of matrices.
Axes      B batch, C maps that come in, M maps that go out, H height, W width, D = C / groups maps that one output reads,
          N = kh kw places of a window, G groups, L = H2 W2 places of the output.
Departs   Like every library's "convolution" this is a cross-correlation: the window is not turned round before it is moved,

              y[m, i, j] = b[m] + sum_{d, u, v} w[m, d, u, v] x[d, s i + r u - p, s j + r v - p]

          with stride s, dilation r, and zeros p wide around x. A window that is learnt does not care which way round it lies.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1989


def places(n: int, window: int, stride: int, padding: int, dilation: int) -> int:
    """How many windows fit along an axis of n pixels. Raises ValueError where none does."""
    fit = (n + 2 * padding - dilation * (window - 1) - 1) // stride + 1
    if fit < 1:
        raise ValueError(
            _("a window that spans {n} pixels does not fit into {m}").format(n=dilation * (window - 1) + 1, m=n + 2 * padding)
        )
    return fit


def columns(
    x: Float[Tensor, "B C H W"], window: tuple[int, int], stride: int, padding: int, dilation: int, outside: float = 0.0
) -> Float[Tensor, "B C N L"]:
    """Every window of the picture as a column ("im2col"): row n holds what the window's n-th place sees, wherever it lies.

    A slice with a step is all places that one corner of the window visits, so the loop is over the window, not the picture.
    """
    rows, across = (places(n, k, stride, padding, dilation) for n, k in zip(x.shape[2:], window, strict=True))
    x = F.pad(x, (padding,) * 4, value=outside)
    seen = [
        x[:, :, dilation * u :: stride, dilation * v :: stride][:, :, :rows, :across].flatten(2)
        for u in range(window[0])
        for v in range(window[1])
    ]
    return torch.stack(seen, 2)


def pictures(
    gradient: Float[Tensor, "B C N L"], size: tuple[int, int], window: tuple[int, int], stride: int, padding: int, dilation: int
) -> Float[Tensor, "B C H W"]:
    """The transpose of `columns` ("col2im"): a pixel that several windows read gets the sum of what flows back from each."""
    B, C, _N, _L = gradient.shape
    rows, across = (places(n, k, stride, padding, dilation) for n, k in zip(size, window, strict=True))
    x = gradient.new_zeros(B, C, size[0] + 2 * padding, size[1] + 2 * padding)
    for n, back in enumerate(gradient.unflatten(3, (rows, across)).unbind(2)):
        u, v = divmod(n, window[1])
        x[:, :, dilation * u :: stride, dilation * v :: stride][:, :, :rows, :across] += back
    return x[:, :, padding : padding + size[0], padding : padding + size[1]]


class Correlation(torch.autograd.Function):
    """Y = W X for each picture and group: W (M/G, D N), X (D N, L) the columns. What flows back follows from one line:

    dW = dY X^T,   dX = W^T dY,   db = the sum of dY over pictures and places.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, b: Tensor, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
        (B, _C, H, W), (M, _D, kh, kw) = x.shape, w.shape
        X = columns(x, (kh, kw), stride, padding, dilation)
        X = X.reshape(B, groups, -1, X.shape[-1])
        Y = w.view(groups, M // groups, -1) @ X  # (B, G, M/G, L)
        ctx.save_for_backward(X, w)
        ctx.geometry = (H, W), (kh, kw), stride, padding, dilation
        return (Y.reshape(B, M, -1) + b[:, None]).unflatten(2, (places(H, kh, stride, padding, dilation), -1))

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        X, w = ctx.saved_tensors
        B, G, _DN, L = X.shape
        W = w.view(G, w.shape[0] // G, -1)
        dY = dy.reshape(B, G, -1, L)
        dW = (dY @ X.mT).sum(0)  # every picture and every place pulls at the same weights: that is what sharing means
        dX = (W.mT @ dY).reshape(B, G * w.shape[1], -1, L)
        return pictures(dX, *ctx.geometry), dW.view_as(w), dy.sum((0, 2, 3)), None, None, None, None


class LargestOf(torch.autograd.Function):
    """Max pooling: the largest of each window goes on, and all that flows back goes to where it came from."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: int, stride: int, padding: int) -> Tensor:
        X = columns(x, (window, window), stride, padding, 1, outside=-torch.inf)
        y, ctx.winner = X.max(2)
        ctx.geometry = tuple(x.shape[2:]), (window, window), stride, padding, 1
        return y.unflatten(2, (places(x.shape[2], window, stride, padding, 1), -1))

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        dX = dy.new_zeros(*dy.shape[:2], math.prod(ctx.geometry[1]), dy.shape[2] * dy.shape[3])
        dX.scatter_(2, ctx.winner[:, :, None], dy.flatten(2)[:, :, None])
        return pictures(dX, *ctx.geometry), None, None, None


class MeanOf(torch.autograd.Function):
    """Mean pooling, LeNet's subsampling: each pixel of a window gets an equal share of what flows back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: int, stride: int, padding: int) -> Tensor:
        ctx.geometry = tuple(x.shape[2:]), (window, window), stride, padding, 1
        y = columns(x, (window, window), stride, padding, 1).mean(2)
        return y.unflatten(2, (places(x.shape[2], window, stride, padding, 1), -1))

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        N = math.prod(ctx.geometry[1])
        dX = (dy.flatten(2)[:, :, None] / N).expand(-1, -1, N, -1)
        return pictures(dX, *ctx.geometry), None, None, None


class Convolution(nn.Module):
    """M windows of k x k weights over C maps; the same numbers as `nn.Conv2d`, and its names."""

    def __init__(self, inputs: int, outputs: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1, groups: int = 1):
        super().__init__()
        if inputs % groups or outputs % groups:
            raise ValueError(_("{groups} groups do not divide both {n} and {m} maps").format(groups=groups, n=inputs, m=outputs))
        n = inputs // groups * k * k  # what one output reads
        self.geometry = stride, padding, dilation, groups
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, k, k).uniform_(-(n**-0.5), n**-0.5))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B M H2 W2"]:
        return Correlation.apply(x, self.weight, self.bias, *self.geometry)  # type: ignore[no-any-return]


class MaxPool(nn.Module):
    """The largest of each window."""

    def __init__(self, window: int, stride: int | None = None, padding: int = 0):
        super().__init__()
        self.geometry = window, stride or window, padding

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H2 W2"]:
        return LargestOf.apply(x, *self.geometry)  # type: ignore[no-any-return]


class MeanPool(nn.Module):
    """The mean of each window."""

    def __init__(self, window: int, stride: int | None = None, padding: int = 0):
        super().__init__()
        self.geometry = window, stride or window, padding

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H2 W2"]:
        return MeanOf.apply(x, *self.geometry)  # type: ignore[no-any-return]
