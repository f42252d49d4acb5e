"""Shannon's approximations to English: letters drawn with the frequencies of letters, of pairs, of triples...

Paper     Shannon (1948), A mathematical theory of communication, section 3; (1951) Prediction and entropy of printed English.
          Markov (1913) had counted vowels and consonants of Pushkin's Eugene Onegin in the same way.
Axes      B batch, C signs before, T signs of a text, A signs of the alphabet, H = A^(n-1) histories.
Departs   One imaginary sign is shared out as the shorter history has it, so that nothing is impossible.

    p_n(a | h) = (count(h a) + p_{n-1}(a | h')) / (count(h) + 1),    p_0 = 1 / A,    h' is h without its first sign
    F_n = - sum over h, a of p(h a) log2 p(a | h)     bits a sign, of the counts as they are
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from profundo.messages import _

YEAR = 1948


@dataclass(frozen=True)
class ShannonConfig:
    vocabulary: int = 27
    """Signs of the alphabet, the space among them."""
    order: int = 4
    """Signs that are counted together at most; 1 is a letter alone."""

    def __post_init__(self) -> None:
        if not (1 <= self.order <= 5 and 2 <= self.vocabulary <= 64):
            raise ValueError(_("order is between 1 and 5, vocabulary between 2 and 64"))

    def build(self) -> "Shannon":
        return Shannon(self)


class Shannon(nn.Module):
    order: Tensor
    """The order it answers with, of those counted; 0 before anything is."""

    def __init__(self, config: ShannonConfig):
        super().__init__()
        self.config = config
        A = config.vocabulary
        for n in range(1, config.order + 1):
            self.register_buffer(f"counts_{n}", torch.zeros(A ** (n - 1), A))
        self.register_buffer("order", torch.tensor(0))

    def counts(self, n: int) -> Float[Tensor, "H A"]:
        """How often each sign followed each history of n - 1 signs; a history is a number in base A."""
        return self.get_buffer(f"counts_{n}")

    def count(self, text: Int[Tensor, "T"], n: int) -> None:
        """Count what comes together n at a time, and answer with that from now on."""
        grams = self._number(text.unfold(0, n, 1))
        counts = self.counts(n)
        counts.copy_(torch.bincount(grams, minlength=counts.numel()).view_as(counts))
        self.order.fill_(n)

    def entropy(self, n: int) -> float:
        """F_n of the text that was counted."""
        counts = self.counts(n).double()
        p, total = counts / counts.sum(), counts.sum(1, keepdim=True)
        return -torch.xlogy(p, counts / total.clamp(min=1)).sum().item() / torch.tensor(2.0).log().item()

    def p(self, x: Int[Tensor, "B C"], n: int) -> Float[Tensor, "B A"]:
        """p_n of every sign to come next."""
        A = self.config.vocabulary
        p = torch.full((len(x), A), 1 / A, device=x.device)
        for k in range(1, n + 1):
            counts = self.counts(k)[self._number(x[:, x.shape[1] - k + 1 :])]
            p = (counts + p) / (counts.sum(1, keepdim=True) + 1)
        return p

    def log_p(self, x: Int[Tensor, "B C"], y: Int[Tensor, "B 1"], n: int | None = None) -> Float[Tensor, "B"]:
        """ln p of what did come next, with a history of n - 1 signs; with as many as it counted, if none."""
        return self.p(x, int(self.order) if n is None else n).gather(1, y)[:, 0].log()

    def forward(self, x: Int[Tensor, "B C"]) -> Float[Tensor, "B 1 A"]:
        return self.p(x, int(self.order)).log()[:, None]

    def sample(self, length: int, order: int, seed: int = 0) -> Int[Tensor, "length"]:
        """A text of the given order, drawn a sign at a time; order 0 draws all signs alike."""
        generator = torch.Generator().manual_seed(seed)
        text = torch.zeros(self.config.order - 1 + length, dtype=torch.long)  # spaces before it
        for at in range(self.config.order - 1, len(text)):
            history = text[None, at - self.config.order + 1 : at]
            text[at] = torch.multinomial(self.p(history, order)[0], 1, generator=generator)[0]
        return text[self.config.order - 1 :]

    def _number(self, signs: Int[Tensor, "M n"]) -> Int[Tensor, "M"]:
        """Rows of signs, the first one the highest digit -> numbers in base A; 0 for no signs."""
        number = signs.new_zeros(len(signs))
        for column in signs.unbind(1):
            number = number * self.config.vocabulary + column
        return number
