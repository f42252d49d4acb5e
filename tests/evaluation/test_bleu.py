"""BLEU is sacrebleu's, and by hand; the translation evaluator counts what is there and nothing that fills up."""

import math
import random

import pytest
import torch
from torch import nn

from profundo.data.ragged import Ragged, Sequences
from profundo.evaluation.bleu import bleu, grams
from profundo.evaluation.translation import Translation, faithful, greedy, written


def corpus(n, words, seed, noise=0.3):
    """Random references, and candidates that differ from them here and there."""
    lot = random.Random(seed)
    references = [[str(lot.randrange(words)) for _word in range(lot.randint(1, 20))] for _sentence in range(n)]
    candidates = [
        [w if lot.random() > noise else str(lot.randrange(words)) for w in one if lot.random() > 0.05] for one in references
    ]
    return candidates, references


def test_equal_to_sacrebleu():
    from sacrebleu.metrics import BLEU

    exact = BLEU(tokenize="none", smooth_method="none")
    scores = []
    for seed in range(20):
        candidates, references = corpus(
            n=5 + 10 * seed, words=(3, 10, 200)[seed % 3], seed=seed, noise=(0.1, 0.5, 0.95)[seed % 3]
        )
        other = [[*lines[: 1 + len(lines) // 2], "x"] for lines in references]
        for several in ([references], [references, other]):
            theirs = exact.corpus_score([" ".join(c) for c in candidates], [[" ".join(r) for r in rs] for rs in several]).score
            ours = bleu(candidates, list(zip(*several, strict=True)))
            assert ours == pytest.approx(theirs, abs=1e-6)
            scores.append(ours)
    assert 0.0 in scores
    assert max(scores) > 50


def test_by_hand():
    """The paper's example 2: "the" seven times may be counted twice. And a short candidate pays exp(1 - r/c)."""
    assert (
        grams(["the", "the", "the", "the", "the", "the", "the"], 1) & grams(["the", "cat", "is", "on", "the", "mat"], 1)
    ).total() == 2
    reference = ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert bleu([reference], [[reference]]) == pytest.approx(100)
    assert bleu([reference[:4]], [[reference]]) == pytest.approx(100 * math.exp(1 - 8 / 4))
    assert bleu([[*reference, "z"]], [[reference]]) == pytest.approx(100 * (8 / 9 * 7 / 8 * 6 / 7 * 5 / 6) ** 0.25)
    assert bleu([["a", "b"]], [[reference]]) == 0.0  # there is no run of four words
    assert bleu([[]], [[reference]]) == 0.0


class Copyist(nn.Module):
    """A translator that says word n + shift for each word n of the source, and is sure of it."""

    def __init__(self, words=50, shift=0):
        super().__init__()
        self.words, self.shift = words, shift

    def encode(self, x):
        return x, torch.zeros(len(x), dtype=torch.long)

    def decode_step(self, previous, state):
        x, at = state
        word = x.gather(1, at[:, None].clamp(max=x.shape[1] - 1))[:, 0]
        word = torch.where(word > 3, word + self.shift, 3)
        return 20.0 * torch.nn.functional.one_hot(word, self.words), (x, at + 1)

    def forward(self, x, y):
        state, steps = self.encode(x), []
        for t in range(y.shape[1]):
            logits, state = self.decode_step(y[:, t], state)
            steps.append(logits)
        return torch.stack(steps, 1)


def pairs(n=30, shift=0, seed=0):
    lot = random.Random(seed)
    rows = [[lot.randrange(4, 40) for _word in range(lot.randint(4, 9))] for _sentence in range(n)]
    return Ragged(Sequences.of([[*r, 3] for r in rows]), Sequences.of([[2, *(w + shift for w in r), 3] for r in rows]), fill=0)


def test_who_translates_all_right_has_100_and_hardly_any_loss():
    found = Translation().score(Copyist(shift=2), pairs(shift=2))
    assert found["bleu"] == pytest.approx(100)
    assert found["loss"] < 1e-5
    assert found["perplexity"] == pytest.approx(1, abs=1e-5)
    assert Translation().score(Copyist(), pairs(shift=2))["bleu"] < 1


def test_the_loss_of_who_knows_nothing_is_log_words_however_much_is_filled_up():
    class Blank(Copyist):
        def forward(self, x, y):
            return torch.zeros(*y.shape, self.words)

    assert Translation().score(Blank(), pairs())["loss"] == pytest.approx(math.log(50), rel=1e-6)


def test_only_the_first_sentences_are_translated_after_an_epoch_and_all_at_the_end():
    right, wrong = pairs(100), pairs(150, shift=3, seed=1)
    both = Ragged(
        Sequences.of([s.tolist() for part in (right, wrong) for s in part.x.flat.split(part.x.lengths.tolist())]),
        Sequences.of([s.tolist() for part in (right, wrong) for s in part.y.flat.split(part.y.lengths.tolist())]),
        fill=0,
    )
    judge = Translation(sentences=100)
    assert judge.score(Copyist(), both)["bleu"] == pytest.approx(100)
    assert judge.settled(Copyist(), both).score(Copyist(), both)["bleu"] < 70


def test_an_unknown_word_is_never_right():
    rows = [[1] * 8] * 3
    data = Ragged(Sequences.of([[*r, 3] for r in rows]), Sequences.of([[2, *r, 3] for r in rows]), fill=0)

    class Ignorant(Copyist):
        def decode_step(self, previous, state):
            x, at = state
            word = torch.where(at < 8, 1, 3)
            return torch.nn.functional.one_hot(word, self.words).float(), (x, at + 1)

    assert written(greedy(Ignorant(), next(iter(data.batches(1)))[0])) == [[1] * 8]
    assert Translation().score(Ignorant(), data)["bleu"] == 0.0


def test_who_never_ends_is_stopped_by_the_length_of_its_own_source():
    class Endless(Copyist):
        def decode_step(self, previous, state):
            return torch.nn.functional.one_hot(torch.full_like(previous, 7), self.words).float(), state

    x = torch.tensor([[5, 6, 7, 3], [5, 3, 0, 0]])
    assert [len(row) for row in written(greedy(Endless(), x))] == [18, 14]


def test_the_dictionary_of_the_baseline_is_found_by_counting():
    train = Ragged(
        Sequences.of([[10, 11, 3], [10, 12, 3], [11, 12, 12, 3], [11, 3]]),
        Sequences.of([[2, 20, 21, 3], [2, 22, 20, 3], [2, 22, 21, 3], [2, 21, 3]]),
        fill=0,
    )
    assert faithful(train) == {10: 20, 11: 21, 12: 22}
    assert Translation().baseline(pairs(shift=5), pairs(shift=5))["bleu"] == pytest.approx(100)


def test_references_of_three_words_are_asked_for_runs_of_three():
    said = [["el", "rey", "canta"], ["el", "perro", "duerme"]]
    assert bleu(said, [[one] for one in said]) == 100
    assert bleu([["el", "rey", "canta"], ["el"]], [[one] for one in said]) < 100
    assert bleu([["el"], ["el"]], [[one] for one in said]) == 0
