"""What is minimised. An objective takes (network, batch) and returns scalars; "loss" is the one that is differentiated."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch, Objective


def cross_entropy(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(y | x), p the softmax of the network's logits (B, K); y is (B,) class numbers, or (B, K) shares of the classes.

    With shares q it is -sum_k q_k log p(k | x), and the error counts as right the class with the largest share.
    """
    x, y = batch
    logits = network(x)
    return {"loss": F.cross_entropy(logits.float(), y), "error": _error(logits, y)}


def helped_cross_entropy(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Cross-entropy of the network's own answer and 0.3 times that of each helper on its way (Szegedy et al. 2015, section 5).

    network(x, helped=True) answers (A, B, K), its own first.
    """
    x, y = batch
    own, *helpers = network(x, helped=True).float()
    loss = F.cross_entropy(own, y)
    helped = torch.stack([F.cross_entropy(answer, y) for answer in helpers]).sum()
    return {"loss": loss + 0.3 * helped, "own_loss": loss, "error": _error(own, y)}


def next_token(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(y_t | x_1 ... x_t) in nats, averaged over tokens; logits (B, T, V), y (B, T) of which -100 does not count.

    The same for whatever is said of every token: the next one, its tag, the one that was masked.
    """
    x, y = batch
    return {"loss": F.cross_entropy(network(x).float().flatten(0, 1), y.flatten())}


def squared_error(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """(y - f(x))^2, averaged over the batch; y is (B,) or (B, 1) numbers."""
    x, y = batch
    return {"loss": F.mse_loss(network(x).float().flatten(), y.float().flatten())}


def squared_error_to_codes(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Squared distance to a target of +1 for the right class and -1 for the others: how classifiers learnt before 1990."""
    x, y = batch
    outputs = network(x).float()  # (B, K)
    codes = 2.0 * (y if y.is_floating_point() else F.one_hot(y, outputs.shape[-1])) - 1.0
    return {"loss": F.mse_loss(outputs, codes), "error": _error(outputs, y)}


def _error(outputs: Tensor, y: Tensor) -> Tensor:
    """The share of a batch whose largest output (B, K) is not the class y (B,), or not the one with the largest share (B, K)."""
    return (outputs.argmax(-1) != (y.argmax(-1) if y.is_floating_point() else y)).float().mean()


def half_squared_error(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """1/2 (f(x) - d)^2, averaged over the batch; d is +1 for class 1 and -1 for class 0: one output tells two classes apart."""
    x, y = batch
    said, d = network(x).float(), 2.0 * y - 1.0
    return {"loss": (0.5 * (said - d) ** 2).mean(), "error": (said * d <= 0).float().mean()}


READ_SHARES: tuple[Objective, ...] = (cross_entropy, helped_cross_entropy, squared_error_to_codes)
"""Those whose y may be shares of the classes, (B, K)."""
