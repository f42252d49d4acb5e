"""The objective of translators: each word of the translation, given the source and the words before it."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch
from profundo.data.ragged import PADDING

SMOOTHING = 0.1


def translation(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(y_t | y_<t, x) in nats, averaged over the words y_2 ... y_T of which padding (0) does not count.

    network(x, y_1 ... y_T-1): sources (B, S) and what was said so far -> logits (B, T-1, V); y_1 is BEGIN, the last word END. At
    each place the network is told the true words before it, not its own (teacher forcing; Williams and Zipser 1989).
    """
    x, y = batch
    logits = network(x, y[:, :-1]).float()
    return {"loss": F.cross_entropy(logits.flatten(0, 1), y[:, 1:].flatten(), ignore_index=PADDING)}


def smoothed_translation(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """The same against targets of which a tenth is spread over all words (Vaswani et al. 2017, section 5.4).

    `loss` is what is minimised, less what nobody gets below, as in the paper's own code; `likelihood_loss` that of `translation`,
    to be compared.
    """
    x, y = batch
    logits, targets = network(x, y[:, :-1]).float().flatten(0, 1), y[:, 1:].flatten()
    return {
        "loss": F.cross_entropy(logits, targets, ignore_index=PADDING, label_smoothing=SMOOTHING) - _least(logits.shape[1]),
        "likelihood_loss": F.cross_entropy(logits.detach(), targets, ignore_index=PADDING),
    }


def _least(words: int) -> float:
    """The cross-entropy of smoothed targets over so many words against themselves, their entropy."""
    true, other = 1 - SMOOTHING + SMOOTHING / words, SMOOTHING / words
    return -true * math.log(true) - (words - 1) * other * math.log(other)
