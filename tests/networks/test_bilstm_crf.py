from itertools import pairwise, product

import torch
from torch.testing import assert_close

from profundo.networks.recurrent.bilstm_crf import BiLSTMCRFConfig, LinearChain

K = 3


def field(T=4, lengths=(4, 2)):
    """A random field in double precision, scores, and which words are real."""
    torch.manual_seed(0)
    chain = LinearChain(K).double()
    for p in chain.parameters():
        p.data.normal_()
    return chain, torch.randn(len(lengths), T, K).double(), torch.arange(T) < torch.tensor(lengths)[:, None]


def paths(chain, P):
    """Every path of tags over P (T, K) with its score, added up by hand."""
    found = {}
    for y in product(range(K), repeat=len(P)):
        s = chain.begin[y[0]] + chain.end[y[-1]] + sum(P[t, k] for t, k in enumerate(y))
        found[y] = s + sum(chain.A[a, b] for a, b in pairwise(y))
    return found


def test_the_forward_algorithm_adds_up_every_path():
    chain, P, real = field()
    for P_one, n, found in zip(P, real.sum(1), chain.log_partition(P, real), strict=True):
        assert_close(found, torch.stack(list(paths(chain, P_one[:n]).values())).logsumexp(0))


def test_viterbi_finds_the_best_path():
    chain, P, real = field(T=5, lengths=(5, 3, 1))
    for P_one, n, tags in zip(P, real.sum(1).tolist(), chain.best(P, real).tolist(), strict=True):
        scores = paths(chain, P_one[:n])
        assert tuple(tags[:n]) == max(scores, key=scores.get)
        assert tags[n:] == [0] * (5 - n)


def test_a_path_scores_what_it_scores_by_hand_and_probabilities_add_up_to_one():
    chain, P, real = field(T=3, lengths=(3,))
    scores = paths(chain, P[0])
    every = torch.tensor(list(scores))
    assert_close(chain.score(P.expand(len(every), 3, K), every, real.expand(len(every), 3)), torch.stack(list(scores.values())))
    nll = chain.nll(P.expand(len(every), 3, K), every, real.expand(len(every), 3))
    assert_close((-nll).exp().sum(), torch.tensor(1.0).double())


def test_gradients_are_those_of_finite_differences():
    chain, P, real = field()
    y = torch.tensor([[0, 2, 1, 1], [2, 0, -100, -100]])
    P.requires_grad_()
    A, begin, end = (p.detach().requires_grad_() for p in chain.parameters())

    def nll(P, A, begin, end):
        return torch.func.functional_call(chain, {"A": A, "begin": begin, "end": end}, (P,))

    chain.forward = lambda P: chain.nll(P, y, real)
    assert torch.autograd.gradcheck(nll, (P, A, begin, end))


def example():
    """Two sentences of 2 and 5 words, each with the characters of every word."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(2, 40, (2, 5, 9), generator=generator)
    x[:, :, 5:] = 0  # the characters of a word end somewhere
    x[0, 2:] = 0
    y = torch.randint(0, 5, (2, 5), generator=generator)
    y[0, 2:] = -100
    return x, y


def small(**options):
    torch.manual_seed(0)
    return BiLSTMCRFConfig(vocabulary=40, tags=5, dimension=8, characters=40, maps=6, units=7, **options).build().eval()


def test_filling_changes_no_loss_no_gradient_and_no_tag():
    for options in ({}, {"crf": False}, {"both_ways": False}):
        network, (x, y) = small(**options), example()
        together = network.nll(x, y)
        together.sum().backward()
        gradients = [p.grad.clone() for p in network.parameters()]
        network.zero_grad()
        alone = torch.cat([network.nll(x[:1, :2], y[:1, :2]), network.nll(x[1:], y[1:])])
        alone.sum().backward()
        assert_close(together, alone)
        assert_close(gradients, [p.grad for p in network.parameters()], atol=1e-5, rtol=1e-4)
        assert network(x)[0].tolist() == [*network(x[:1, :2])[0].tolist(), 0, 0, 0]


def test_without_a_field_it_is_cross_entropy_at_every_word():
    network, (x, y) = small(crf=False), example()
    P = network.emissions(x)
    assert_close(network.nll(x, y).sum(), torch.nn.functional.cross_entropy(P.flatten(0, 1), y.flatten(), reduction="sum"))


def test_a_field_learns_what_may_not_follow():
    """Tag 2 (I) never follows tag 0 (O); the words say nothing."""
    torch.manual_seed(0)
    chain, P = LinearChain(K), torch.zeros(1, 6, K)
    y, real = torch.tensor([[0, 1, 2, 2, 0, 1]]), torch.ones(1, 6).bool()
    for _step in range(200):
        chain.nll(P, y, real).backward()
        for p in chain.parameters():
            p.data -= 0.5 * p.grad
            p.grad = None
    assert chain.A[0, 2] < chain.A[1, 2] - 1
    assert chain.best(P, real).tolist()[0][0] == 0


def test_reading_one_way_an_earlier_word_knows_nothing_of_a_later_one():
    x, _y = example()
    other = x.clone()
    other[1, 4, 0] = 3 if x[1, 4, 0] != 3 else 4
    one_way, both = small(both_ways=False, crf=False), small(crf=False)
    assert torch.equal(one_way.emissions(x)[1, :4], one_way.emissions(other)[1, :4])
    assert not torch.equal(both.emissions(x)[1, :4], both.emissions(other)[1, :4])
