"""Say what was hidden: the objective of masked language models.

Paper     Devlin et al. (2018), BERT, section 3.1, task 1; Taylor (1953), Cloze procedure, who asked people.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from profundo.core import Batch
from profundo.data.ragged import IGNORED


def masked_piece(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(hidden piece | the text around it) in nats, averaged over those hidden; y (B, T) is IGNORED where nothing is asked.

    The same as `next_token`, but only asked places reach the head: with 15 % of them hidden, a seventh of its work.
    """
    x, y = batch
    asked = y != IGNORED
    logits = network.say(network.encoder(x)[asked]).float()  # type: ignore[operator]  # (asked, V)
    wanted = y[asked]
    return {"loss": F.cross_entropy(logits, wanted), "error": (logits.argmax(-1) != wanted).float().mean()}
