"""What is minimised. An objective takes (network, batch) and returns scalars; "loss" is the one that is differentiated."""

import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch


def cross_entropy(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(y | x), p the softmax of the network's logits (B, K); y is (B,) class numbers."""
    x, y = batch
    logits = network(x)
    return {"loss": F.cross_entropy(logits.float(), y), "error": (logits.argmax(-1) != y).float().mean()}


def squared_error(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """(y - f(x))^2, averaged over the batch; y is (B,) or (B, 1) numbers."""
    x, y = batch
    return {"loss": F.mse_loss(network(x).float().flatten(), y.float().flatten())}


def squared_error_to_codes(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Squared distance to a target of +1 for the right class and -1 for the others: how classifiers learnt before 1990."""
    x, y = batch
    outputs = network(x).float()  # (B, K)
    codes = 2.0 * F.one_hot(y, outputs.shape[-1]) - 1.0
    return {"loss": F.mse_loss(outputs, codes), "error": (outputs.argmax(-1) != y).float().mean()}
