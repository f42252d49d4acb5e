"""How well is the next word foretold from the few before it? For networks that say p of one word without saying that of all."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from profundo.evaluation.language import LanguageModel, figures
from profundo.evaluation.modes import evaluating
from profundo.messages import _
from profundo.networks.embeddings.ngram import NGram, NGramConfig
from profundo.networks.embeddings.shannon import Shannon

BATCH = 1024


class Foreteller(Protocol):
    def log_p(self, x: Tensor, y: Tensor) -> Tensor:
        """ln p of the words y (B, 1) after the histories x (B, C), (B,)."""
        ...


@dataclass(frozen=True)
class NextWord(LanguageModel):
    """Loss, perplexity and bits of a network with `log_p`; and how they become when an n-gram has its say too.

    A mixture p = (p of the network + p of the n-gram) / 2 is as good as Bengio et al. (2003) say; they fix the half as well.
    """

    mixed: int = 0
    """Order of an n-gram (Kneser-Ney) to mix with, such as 3; 0 is none."""

    def __post_init__(self) -> None:
        if not 0 <= self.mixed <= 6:
            raise ValueError(_("mixed is the order of an n-gram, between 1 and 6, or 0"))

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        """data: Histories. With `mixed`, beside them mixed_loss and mixed_perplexity, and those of the n-gram alone."""
        own = said(cast(Foreteller, network), data)
        scores = figures(-own.mean().item())
        if self.mixed:
            other = said(_ngram(data, self.mixed), data)
            both = torch.logaddexp(own, other) - torch.tensor(2.0).log()
            for name, log_p in (("mixed", both), ("ngram", other)):
                found = figures(-log_p.mean().item())
                scores |= {f"{name}_{figure}": found[figure] for figure in ("loss", "perplexity")}
        return scores


@dataclass(frozen=True)
class LetterEntropy(NextWord):
    """The same, and F1, F2, F3...: bits a sign that each order needs on this split, from what was counted in training."""

    def score(self, network: nn.Module, data: Any) -> dict[str, float]:
        assert isinstance(network, Shannon)
        bits = {}
        for n in range(1, int(network.order) + 1):
            total = sum(network.log_p(x, y, n).double().sum() for x, y in data.batches(BATCH))
            bits[f"F{n}"] = -float(total) / len(data) / torch.tensor(2.0).log().item()
        return super().score(network, data) | bits


@torch.no_grad()
def said(network: Foreteller, data: Any) -> Tensor:
    """ln p of every word of the data, (M,)."""
    log_p = torch.empty(len(data), dtype=torch.double)  # in one place: small tensors kept one by one lie between large freed ones
    with evaluating(cast(nn.Module, network)):
        for n, (x, y) in enumerate(data.batches(BATCH)):
            log_p[n * BATCH : n * BATCH + len(y)] = network.log_p(x, y)
    return log_p


def _ngram(data: Any, order: int) -> NGram:
    """What the training part of the data's text counts to."""
    text = data.ids[: data.learnt]
    network = NGramConfig(vocabulary=int(data.ids.max()) + 1, order=order).build().to(text.device)
    network.count(text, order)
    return network
