"""word2vec's steps are the gradient of its objective, and it finds what was planted."""

import pytest
import torch

from profundo.core import Splits, TrainState, UserError
from profundo.data.around import Asked
from profundo.evaluation.analogies import Analogies, accuracy
from profundo.networks.embeddings.word2vec import Word2VecConfig
from profundo.training.negative_sampling import GROUP, NegativeSampling, cut, learn, see, subsampled

TEXT = torch.randint(2, 30, (400,), generator=torch.Generator().manual_seed(0))
FREE = torch.ones(30), torch.ones(30)
COUNTS = torch.bincount(TEXT, minlength=30).float()


def network(reads="word", vocabulary=30, dimensions=8):
    torch.manual_seed(0)
    found = Word2VecConfig(vocabulary, dimensions, reads).build()
    torch.nn.init.normal_(found.u)
    torch.nn.init.normal_(found.v)
    found.counts.fill_(1)
    return found


def batch(window, text=TEXT):
    drawn = torch.Generator().manual_seed(1)
    return cut(text, COUNTS, window, 3, drawn).read(1, 10, drawn)


@pytest.mark.parametrize(("reads", "window"), [("word", 3), ("neighbours", 1)])
def test_a_step_goes_along_the_gradient(reads, window):
    net, words = network(reads), batch(window)
    if reads == "neighbours":  # one neighbour each: a mean's gradient is not divided, and here it need not be
        words.there[..., 0] = 0
    seen = see(net, words, negatives=5)
    (seen.loss * seen.weight.sum()).backward()
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    loss = learn(net, words, FREE, negatives=5, lr=0.01)
    assert loss == pytest.approx(seen.loss.item())
    for name, p in net.named_parameters():
        assert torch.allclose(p.detach(), before[name] - 0.01 * p.grad, atol=1e-5), name


def test_the_loss_worked_out_a_pair_at_a_time():
    net, words = network(), batch(2)
    total = pairs = 0.0
    for g in range(len(words.words)):
        for s in range(GROUP):
            w = words.words[g, s]
            for place in range(4):
                if words.there[g, s, place]:
                    o = words.around[g, s, place]
                    total -= torch.sigmoid(net.u[o] @ net.v[w]).log()
                    total -= 5 / 10 * sum(torch.sigmoid(-net.u[n] @ net.v[w]).log() for n in words.noise[g])
                    pairs += 1
    assert see(net, words, 5).loss.item() == pytest.approx((total / pairs).item(), rel=1e-5)


@pytest.mark.parametrize("reads", ["word", "neighbours"])
def test_filling_changes_nothing(reads):
    """At both ends of a text windows reach into fillers: their rows stay, and the loss is that without them."""
    net, words = network(reads), cut(TEXT[:GROUP], COUNTS, 4, 1, torch.Generator().manual_seed(1)).read(0, 5, torch.Generator())
    assert not words.there[words.around == 0].any()
    before = [net.u[0].clone(), net.v[0].clone()]
    loss = see(net, words, 5).loss
    with torch.no_grad():
        net.u[0], net.v[0] = 100.0, 100.0
    assert see(net, words, 5).loss.equal(loss) or 0 in words.noise
    with torch.no_grad():
        net.u[0], net.v[0] = before
    learn(net, words, FREE, 5, 0.1)
    assert torch.equal(net.v[0], before[1])
    assert torch.equal(net.u[0], before[0])


def test_noise_is_drawn_by_the_three_quarters_power():
    counts = torch.tensor([0.0, 0.0, 16.0, 81.0, 256.0])
    drawn = cut(TEXT, counts, 2, 4, torch.Generator().manual_seed(0)).read(0, 5000, torch.Generator().manual_seed(0)).noise
    shares = torch.bincount(drawn.flatten(), minlength=5) / drawn.numel()
    assert torch.allclose(shares, torch.tensor([0, 0, 8.0, 27.0, 64.0]) / 99, atol=0.02)


def test_frequent_words_are_left_out_and_rare_ones_kept():
    text = torch.cat([torch.full((90_000,), 2), torch.full((10,), 3)])
    kept = subsampled(text, torch.bincount(text).float(), 1e-2, torch.Generator().manual_seed(0))
    assert (kept == 3).sum() == 10
    assert (kept == 2).float().sum() / 90_000 == pytest.approx((1e-2**0.5) + 1e-2, rel=0.05)
    assert subsampled(text, COUNTS, 0, torch.Generator()) is text


def test_a_text_too_short_is_refused():
    with pytest.raises(UserError, match="31 words"):
        cut(TEXT[:31], COUNTS, 2, 1, torch.Generator())


def planted():
    """Sentences of two topics: words 2-11 stand with each other, and words 12-21."""
    drawn = torch.Generator().manual_seed(0)
    topic = torch.randint(0, 2, (1500,), generator=drawn).repeat_interleave(8)
    ids = topic * 10 + 2 + torch.randint(0, 10, topic.shape, generator=drawn)
    ends = (10_000, 11_000, 12_000)
    return [Asked(p.ids, 1, p.places, p.learnt, torch.zeros(0, 4, dtype=torch.long)) for p in Asked.__base__.of(ids, ends, 1)]


@pytest.mark.parametrize("reads", ["word", "neighbours"])
def test_words_used_alike_come_to_lie_close(reads):
    train, dev, test = planted()
    torch.manual_seed(0)
    net = Word2VecConfig(22, 10, reads).build()
    rule = NegativeSampling(epochs=5, lr=0.1, window=3, subsample=0, batch_size=256)
    before = Analogies(3).score(net, dev)["loss"]
    for _step in rule.steps(TrainState(net, Splits(train, dev, lambda: test), torch.device("cpu"), 0)):
        pass
    assert before == pytest.approx(Analogies().baseline(train, dev)["loss"], rel=1e-3)
    assert Analogies(3).score(net, dev)["loss"] < 0.9 * before
    for word in (2, 15):
        nearest = net(torch.tensor([[[word, 1]]]))[0].topk(9).indices
        assert ((nearest >= 12) == (word >= 12)).all()


def test_a_date_is_a_seed():
    train, dev, test = planted()
    state = TrainState(network(vocabulary=22), Splits(train, dev, lambda: test), torch.device("cpu"), 20261122)
    assert next(iter(NegativeSampling(epochs=1).steps(state))).step == 1


def test_analogies_of_a_square_are_right():
    net = network(vocabulary=7, dimensions=3)
    with torch.no_grad():
        net.v[2:] = torch.tensor([[1.0, 0, 0.2], [0, 1, 0.2], [1, 0, 1.2], [0, 1, 1.2], [-1, -1, 0]])
    assert accuracy(net, torch.tensor([[2, 4, 3, 5]])) == 1
    assert accuracy(net, torch.tensor([[2, 4, 3, 5], [2, 4, 3, 6]])) == 0.5
    said = net(torch.tensor([[[2, -1], [4, 1], [3, 1]]]))[0]
    assert said[[0, 1, 2, 3, 4]].isneginf().all()  # no fillers, and none of the three
