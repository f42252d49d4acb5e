"""How word2vec learns: tell the words that do stand together from words drawn at random."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from profundo.core import Step, TrainState
from profundo.messages import UserError, _
from profundo.networks.embeddings.word2vec import Word2Vec

GROUP = 32
"""Words in a row that share their noise."""
MOST = 2.0
"""The rate of all the moves of one word in one batch together; what would go beyond it is scaled down to it."""


class Batch(NamedTuple):
    """G groups of S words, each with W places around it and N noise words for the group."""

    words: Tensor
    """(G, S)"""
    around: Tensor
    """(G, S, W)"""
    there: Tensor
    """1 where a place is within the word's window, (G, S, W)."""
    noise: Tensor
    """(G, N)"""


@dataclass(frozen=True)
class NegativeSampling:
    """Climb, for a word w and a neighbour o, with K noise words n drawn as count(n)^0.75 (Mikolov et al. 2013, equation 4):

        ln s(u_o . h) + sum_n ln s(-u_n . h),      s(z) = 1 / (1 + e^-z)

    h is v_w in skip-gram, which foretells each o; the mean of the v_o in CBOW, which foretells w. Windows are 1 to `window` words
    wide, drawn for each word; a frequent word is left out with probability 1 - sqrt(t / f) - t / f, as in the authors' program.
    The rate falls in a line to zero.

    Departs: the moves of `batch_size` words are added up before any is made, and 32 words in a row share their noise (Ji et al.
    2016, Parallelizing word2vec in shared and distributed memory): so it is products of matrices. A word that a batch would move
    too often is slowed down (`_calm`). As in the authors' program, the gradient of a mean goes undivided to each word of it.
    """

    epochs: int = 5
    lr: float = 0.05
    window: int = 5
    negatives: int = 5
    """K: noise words a neighbour."""
    subsample: float = 1e-3
    """t: the share of the text from which on a word is frequent; 0 leaves none out."""
    batch_size: int = 256
    """Words a step."""

    def __post_init__(self) -> None:
        if min(self.epochs, self.window, self.negatives, self.batch_size) < 1:
            raise ValueError(_("epochs, window, negatives and batch_size are at least 1"))
        if self.lr <= 0 or self.subsample < 0:
            raise ValueError(_("lr is above 0, subsample at least 0"))

    def steps(self, state: TrainState) -> Iterator[Step]:
        network, text = state.network, state.data.train.words
        assert isinstance(network, Word2Vec)
        network.counts.copy_(torch.bincount(text, minlength=len(network.counts)))
        groups = max(1, self.batch_size // GROUP)
        while state.epoch < self.epochs:
            drawn = torch.Generator().manual_seed(state.seed * 1_000_003 + state.epoch)
            some = subsampled(text, network.counts, self.subsample, drawn)
            batches = cut(some, network.counts, self.window, groups, drawn)
            state.total = state.step + (self.epochs - state.epoch) * len(batches) - state.batch
            calm = self._calm(batches, len(network.counts))
            for batch in range(state.batch, len(batches)):
                lr = self.lr * max(1 - (state.epoch + batch / len(batches)) / self.epochs, 1e-4)
                noise = torch.Generator().manual_seed(((state.seed * 1_000_003 + state.epoch) * 1_000_003 + batch) % 2**63)
                words = batches.read(batch, self.negatives * self.window, noise)
                loss = learn(network, words, calm, self.negatives, lr)
                last = batch + 1 == len(batches)
                yield (state.end_epoch if last else state.advance)(words.words.numel(), loss=loss, lr=lr)

    def _calm(self, batches: "Cut", vocabulary: int) -> tuple[Tensor, Tensor]:
        """Factors of the moves of v and of u, (V,): a frequent word, moved hundreds of times at once, would be thrown about."""
        here = torch.bincount(batches.text, minlength=vocabulary) / len(batches)  # occurrences a batch
        told = self.window + 1  # neighbours a word, on average
        noise = batches.odds.diff(prepend=batches.odds.new_zeros(1)) / batches.odds[-1]
        v = here * told * (1 + self.negatives)
        u = here * told + noise * (here.sum() * told * self.negatives)
        return tuple((MOST / (self.lr * moves).clamp(min=MOST)).float() for moves in (v, u))  # type: ignore[return-value]


def subsampled(text: Tensor, counts: Tensor, t: float, generator: torch.Generator) -> Tensor:
    """The text without some of its frequent words."""
    if not t:
        return text
    f = (counts / counts.sum())[text]
    keep = (t / f).sqrt() + t / f
    return text[torch.rand(len(text), generator=generator).to(text.device) < keep]


@dataclass(frozen=True)
class Cut:
    """A text cut into batches of groups of words; the words left over at its end rest."""

    text: Tensor
    """With `window` fillers on both sides, (window + N + window,)."""
    widths: Tensor
    """Of each word's window, (N,)."""
    odds: Tensor
    """count^0.75 of the words up to each one, added up, (V,): where a number drawn at random falls is a noise word."""
    window: int
    groups: int
    """A batch has."""

    def __len__(self) -> int:
        return max(1, len(self.widths) // (GROUP * self.groups))

    def read(self, batch: int, noise: int, generator: torch.Generator) -> Batch:
        """The words of a batch, those around them, and as many noise words a group."""
        size = min(GROUP * self.groups, len(self.widths) // GROUP * GROUP)
        at = torch.arange(batch * size, (batch + 1) * size, device=self.text.device)
        offsets = torch.tensor([n for n in range(-self.window, self.window + 1) if n], device=at.device)
        around = self.text[at[:, None] + self.window + offsets]
        near = offsets.abs() <= self.widths[at, None]
        drawn = torch.rand(size // GROUP, noise, generator=generator, dtype=torch.double).to(at.device)
        found = torch.searchsorted(self.odds, drawn * self.odds[-1]).clamp(max=len(self.odds) - 1)
        shape = (size // GROUP, GROUP, -1)
        return Batch(
            self.text[at + self.window].view(shape[:2]),
            around.view(shape),
            (near & (around > 0)).float().view(shape),
            found,
        )


def cut(text: Tensor, counts: Tensor, window: int, groups: int, generator: torch.Generator) -> Cut:
    """Draw the windows of a text; counts: of the words in training, (V,), for the noise.

    Raises UserError for a text shorter than a group.
    """
    if len(text) < GROUP:
        raise UserError(
            _("A text of {n} words is too short to learn from; {least} is the least.").format(n=len(text), least=GROUP)
        )
    widths = torch.randint(1, window + 1, (len(text),), generator=generator).to(text.device)
    return Cut(F.pad(text, (window, window)), widths, counts.double().pow(0.75).cumsum(0), window, groups)


@dataclass(frozen=True)
class Seen:
    """What a network says of a batch, before it learns from it."""

    h: Tensor
    """What foretells, (G, S, d)."""
    told: Tensor
    """u of what is foretold, (G, S, P, d): P = W neighbours, or the one word itself."""
    right: Tensor
    """u_o . h, (G, S, P)."""
    weight: Tensor
    """1 where there is something to foretell, (G, S, P)."""
    wrong: Tensor
    """u_n . h, (G, S, N)."""
    times: Tensor
    """How many of the K noise words of each thing foretold one of the N stands for, (G, S, 1)."""

    @property
    def loss(self) -> Tensor:
        """Minus the objective, averaged over what is foretold."""
        total = (self.weight * F.softplus(-self.right)).sum() + (self.times * F.softplus(self.wrong)).sum()
        return total / self.weight.sum().clamp(min=1)


def see(network: Word2Vec, batch: Batch, negatives: int) -> Seen:
    """negatives: K, however many noise words were drawn."""
    v, u, there = network.v, network.u, batch.there
    if network.config.reads == "word":
        h, told, weight = v[batch.words], u[batch.around], there
    else:
        many = there.sum(2, keepdim=True)
        h = (there[..., None, :] @ v[batch.around])[..., 0, :] / many.clamp(min=1)
        told, weight = u[batch.words][..., None, :], (many > 0).float()
    right = (told @ h[..., None])[..., 0]
    wrong = h @ u[batch.noise].mT
    return Seen(h, told, right, weight, wrong, weight.sum(2, keepdim=True) * (negatives / batch.noise.shape[1]))


@torch.no_grad()
def learn(network: Word2Vec, batch: Batch, calm: tuple[Tensor, Tensor], negatives: int, lr: float) -> Tensor:
    """One step uphill, each word's move times its factor in `calm`, for v and for u; returns the loss before it."""
    v, u, seen = network.v, network.u, see(network, batch, negatives)
    d = v.shape[1]
    up = lr * seen.weight * torch.sigmoid(-seen.right)  # (G, S, P)
    down = lr * seen.times * torch.sigmoid(seen.wrong)  # (G, S, N)
    move_h = (up[..., None, :] @ seen.told)[..., 0, :] - down @ u[batch.noise]
    calm_v, calm_u = calm
    told, read = (batch.around, batch.words) if network.config.reads == "word" else (batch.words[..., None], batch.around)
    move_told = (up * calm_u[told])[..., None] * seen.h[..., None, :]  # (G, S, P, d)
    move_noise = -(down * calm_u[batch.noise][:, None]).mT @ seen.h  # (G, N, d)
    if network.config.reads == "word":
        move_read = move_h * calm_v[read][..., None]
    else:
        move_read = (batch.there * calm_v[read])[..., None] * move_h[..., None, :]
    v.index_add_(0, read.flatten(), move_read.view(-1, d))
    u.index_add_(0, told.flatten(), move_told.view(-1, d))
    u.index_add_(0, batch.noise.flatten(), move_noise.view(-1, d))
    return seen.loss
