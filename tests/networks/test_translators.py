"""Recurrent translators: what fills up changes nothing, attention is a loop by hand, and a step at a time is all at once."""

import pytest
import torch
from torch.testing import assert_close

from profundo.evaluation.translation import beam, greedy, written
from profundo.networks.recurrent.bahdanau import AdditiveAttention, BahdanauConfig
from profundo.networks.recurrent.elman import flipped
from profundo.networks.recurrent.encoder_decoder import DeepOutput, EncoderDecoderConfig, Seq2SeqConfig
from profundo.training.translating import smoothed_translation, translation

V, W = 30, 40
TRANSLATORS = [
    Seq2SeqConfig(V, W, embedding=8, units=12, layers=2, dropout=0.0),
    Seq2SeqConfig(V, W, embedding=8, units=12, layers=1, dropout=0.0, backwards=False),
    EncoderDecoderConfig(V, W, embedding=8, units=12, maxout=6, dropout=0.0),
    BahdanauConfig(V, W, embedding=8, units=12, alignment=7, maxout=6, dropout=0.0),
]
every_translator = pytest.mark.parametrize("config", TRANSLATORS, ids=lambda c: type(c).__name__)


def built(config):
    torch.manual_seed(0)
    return config.build().eval()


def batch(lengths=((5, 4), (2, 7), (7, 3)), extra=0):
    """Random sentences side by side, filled up with 0, `extra` places more than need be."""
    lot = torch.Generator().manual_seed(1)
    x = torch.zeros(len(lengths), max(s for s, _t in lengths) + extra, dtype=torch.long)
    y = torch.zeros(len(lengths), max(t for _s, t in lengths) + extra, dtype=torch.long)
    for row, (s, t) in enumerate(lengths):
        x[row, :s] = torch.cat([torch.randint(4, V, (s - 1,), generator=lot), torch.tensor([3])])
        y[row, :t] = torch.cat([torch.tensor([2]), torch.randint(4, W, (t - 2,), generator=lot), torch.tensor([3])])
    return x, y


@every_translator
def test_filling_up_changes_no_loss_no_gradient_and_no_translation(config):
    network = built(config)
    losses, gradients, said = [], [], []
    for extra in (0, 5):
        x, y = batch(extra=extra)
        network.zero_grad()
        loss = translation(network, (x, y))["loss"]
        loss.backward()
        losses.append(loss.item())
        gradients.append([p.grad.clone() for p in network.parameters()])
        said.append(written(greedy(network, x)))
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    for here, there in zip(*gradients, strict=True):
        assert_close(here, there)
    assert said[0] == said[1]
    assert not torch.stack([g[0].abs().sum() for g in (network.source.weight.grad, network.target.weight.grad)]).any()


@every_translator
def test_together_is_one_by_one(config):
    network = built(config)
    x, y = batch()
    single = [(x[n : n + 1, : (x[n] != 0).sum()], y[n : n + 1, : (y[n] != 0).sum()]) for n in range(3)]
    words = [(one != 0).sum() - 1 for _x, one in single]
    alone = sum(translation(network, pair)["loss"] * n for pair, n in zip(single, words, strict=True)) / sum(words)
    assert_close(translation(network, (x, y))["loss"], alone)
    assert written(greedy(network, x)) == [written(greedy(network, source))[0] for source, _y in single]


@every_translator
def test_a_step_at_a_time_is_all_at_once(config):
    network = built(config)
    x, y = batch()
    state, steps = network.encode(x), []
    for t in range(y.shape[1]):
        logits, state = network.decode_step(y[:, t], state)
        steps.append(logits)
        assert all(len(part) == len(x) for part in state), "the batch is the first axis of a state"
    assert_close(torch.stack(steps, 1), network(x, y))


@every_translator
def test_a_word_depends_on_those_before_it_and_on_the_source_only(config):
    network = built(config)
    x, y = batch()
    later = y.clone()
    later[:, 2] = 5
    assert_close(network(x, y)[:, :2], network(x, later)[:, :2])
    other = x.clone()
    other[:, 0] = 6
    assert not torch.allclose(network(x, y), network(other, y), atol=1e-5)


@every_translator
def test_the_likeliest_of_all_translations_is_found_by_a_wide_beam(config):
    """With five words that can be said, every translation of up to two is scored by hand."""
    torch.manual_seed(4)
    network = type(config)(**{**vars(config), "target_vocabulary": 6}).build().eval()
    with torch.no_grad():
        list(network.output.parameters())[-1][3] += 2  # END is likely, so that short translations are among the best
    x = torch.tensor([[5, 9, 3]])
    hand = {}
    for words in [[], *([a] for a in (0, 1, 2, 4, 5)), *([a, b] for a in (0, 1, 2, 4, 5) for b in (0, 1, 2, 4, 5))]:
        said = torch.tensor([[2, *words, 3]])
        p = network(x, said[:, :-1]).log_softmax(-1).gather(-1, said[:, 1:, None]).sum().item()
        hand[tuple(words)] = p / (len(words) + 1)
    found = beam(network, x, width=60)
    assert found[0][1] >= max(hand.values()) - 1e-5
    short = {tuple(words): p for words, p in found if len(words) <= 2}
    assert short
    for words, p in short.items():
        assert p == pytest.approx(hand[words], abs=1e-5)


def test_a_beam_of_one_is_greedy():
    network = built(TRANSLATORS[3])
    x, _y = batch(((5, 4),))
    assert beam(network, x, width=1)[0][0] == written(greedy(network, x))[0]


def test_additive_attention_is_the_loop_of_the_paper():
    torch.manual_seed(0)
    attention = AdditiveAttention(state=3, annotation=4, units=5).double()
    s, h = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 6, 4, dtype=torch.float64)
    real = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    c, alpha = attention(s, h, attention.U(h), real)
    for b, n in enumerate((6, 4)):
        W, bias, U, v = attention.W.weight, attention.W.bias, attention.U.weight, attention.v.weight[0]
        e = [(v @ (W @ s[b] + bias + U @ h[b, j]).tanh()).exp() for j in range(n)]
        by_hand = torch.stack([one / sum(e) for one in e])
        assert_close(alpha[b, :n], by_hand)
        assert_close(c[b], sum(a * h[b, j] for j, a in enumerate(by_hand)))
    assert not alpha[1, 4:].any()


def test_alignments_sum_to_one_over_real_words():
    network = built(TRANSLATORS[3])
    x, y = batch(extra=3)
    alpha = network.alignment(x, y)
    assert alpha.shape == (3, y.shape[1], x.shape[1])
    assert_close(alpha.sum(-1), torch.ones(alpha.shape[:2]))
    assert not alpha.transpose(1, 2)[x == 0].any()


def test_bahdanau_is_its_equations_word_by_word():
    network = built(TRANSLATORS[3]).double()
    x, y = batch(((4, 5),))
    h, (last,) = network.encoder(network.source(x))
    s = network.begin(last[1]).tanh()
    for t in range(y.shape[1]):
        word = network.target(y[:, t])
        c, _alpha = network.attention(s, h, network.attention.U(h), x != 0)
        s = network.decoder.unroll(torch.cat([word, c], -1)[:, None], state=(s[None],))[0][:, 0]
        assert_close(network(x, y)[:, t], network.output(torch.cat([s, word, c], -1)))


def test_the_source_is_turned_and_its_filling_stays():
    assert flipped(torch.tensor([[7, 8, 9, 0], [5, 0, 0, 0]]), torch.tensor([3, 1])).tolist() == [[9, 8, 7, 0], [5, 0, 0, 0]]


def test_the_larger_of_each_two():
    output = DeepOutput(2, 1, 1)
    with torch.no_grad():
        output.O.weight.copy_(torch.eye(2))
        output.O.bias.zero_()
        output.G.weight.fill_(1)
        output.G.bias.zero_()
    assert output(torch.tensor([[3.0, 5.0], [2.0, -9.0]])).tolist() == [[5.0], [2.0]]


def test_weights_counted_by_hand():
    count = lambda c: sum(p.numel() for p in c.build().parameters())  # noqa: E731
    lstm = 2 * 4 * (512 * (256 + 512 + 2) + 512 * (512 + 512 + 2))  # two of two layers
    published = Seq2SeqConfig(vocabulary=7853, target_vocabulary=5893, embedding=256, units=512, layers=2)
    assert count(published) == (7853 + 5893) * 256 + lstm + 513 * 5893 == 13_898_501  # as notebook 1 counts them


def test_the_objectives_are_means_over_words():
    network = built(TRANSLATORS[0])
    x, y = batch()
    log_p = network(x, y[:, :-1]).log_softmax(-1)
    true = -log_p.gather(-1, y[:, 1:, None])[..., 0][y[:, 1:] != 0]
    spread = -log_p.mean(-1)[y[:, 1:] != 0]
    assert_close(translation(network, (x, y))["loss"], true.mean())
    smoothed = smoothed_translation(network, (x, y))
    shares = torch.full((W,), 0.1 / W)
    shares[0] += 0.9
    entropy = -(shares * shares.log()).sum()  # whoever is as sure as the targets pays nothing
    assert_close(smoothed["loss"], 0.9 * true.mean() + 0.1 * spread.mean() - entropy)
    assert_close(smoothed["likelihood_loss"], true.mean())


def test_impossible_sizes():
    for config in (Seq2SeqConfig, EncoderDecoderConfig, BahdanauConfig):
        with pytest.raises(ValueError, match="at least 1"):
            config(units=0)
        with pytest.raises(ValueError, match="below 1"):
            config(dropout=1.0)
