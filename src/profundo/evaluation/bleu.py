"""BLEU: how much of a translation, in runs of one to four words, somebody else has written too.

    BLEU = 100 BP exp(1/4 sum_n log p_n),   BP = min(1, exp(1 - r / c))

p_n is the share of the candidates' n-grams that stand in a reference; each counts at most as often as in the reference where it
is most frequent. c is the length of all candidates together, r that of the references, of several the one closest in length to
its candidate. Sums go over the whole corpus before anything is divided: BLEU of a sentence is another thing.

Paper     Papineni, Roukos, Ward, Zhu (2002), BLEU: a method for automatic evaluation of machine translation.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

Words = Sequence[Hashable]
N = 4


def bleu(candidates: Sequence[Words], references: Sequence[Sequence[Words]]) -> float:
    """BLEU from 0 to 100 of the candidates, each against one or more references. 0 where no run of four words is shared.

    Where no reference has four words, runs of as many as the longest has are asked for.
    """
    runs = min(N, max((len(one) for several in references for one in several), default=N) or N)
    matched, there = [0] * runs, [0] * runs
    c = r = 0
    for candidate, several in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(one) - len(candidate)), len(one)) for one in several)[1]
        for n in range(1, runs + 1):
            said = grams(candidate, n)
            most: Counter[Words] = Counter()
            for one in several:
                most |= grams(one, n)
            matched[n - 1] += (said & most).total()
            there[n - 1] += said.total()
    if not all(matched):
        return 0.0
    precision = sum(math.log(m / t) for m, t in zip(matched, there, strict=True)) / runs
    return 100 * min(1.0, math.exp(1 - r / c)) * math.exp(precision)


def grams(words: Words, n: int) -> Counter[Words]:
    """How often each run of n words occurs."""
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))
