"""ELMo's directions, its mixture by hand, and filling that changes nothing."""

import math

import torch
from torch.testing import assert_close

from profundo.networks.recurrent.elman import flipped
from profundo.networks.recurrent.elmo import ElmoConfig, Mix

TINY = ElmoConfig(vocabulary=20, width=6, layers=2, dropout=0.0)


def network():
    torch.manual_seed(0)
    return TINY.build().eval()


def test_a_mixture_worked_by_hand():
    mix = Mix(3)
    h = torch.tensor([[1.0, 0.0], [2.0, 10.0], [6.0, 20.0]]).view(3, 1, 1, 2)
    assert_close(mix(h).flatten(), torch.tensor([3.0, 10.0]))  # to begin with, the mean
    with torch.no_grad():
        mix.w.copy_(torch.tensor([math.log(1), math.log(2), math.log(5)]))
        mix.gamma.fill_(4.0)
    assert_close(mix(h).flatten(), 4 * torch.tensor([(1 + 4 + 30) / 8, (20 + 100) / 8]))


def test_one_way_sees_what_came_and_the_other_what_comes():
    net = network()
    x = torch.randint(1, 20, (1, 7))
    other = x.clone()
    other[0, 3] = x[0, 3] % 19 + 1
    there, back = net(x).chunk(2, 1)
    there2, back2 = net(other).chunk(2, 1)
    changed = lambda a, b: (a - b).abs().amax(-1)[0] > 1e-7  # noqa: E731
    assert changed(there, there2).tolist() == [False] * 3 + [True] * 4
    assert changed(back, back2).tolist() == [True] * 4 + [False] * 3


def test_the_way_back_is_the_same_model_on_the_text_read_backwards():
    net = network()
    net.backwards.load_state_dict(net.forwards.state_dict())
    x = torch.randint(1, 20, (2, 5))
    there, back = net.layers(x).chunk(2, -1)
    assert_close(net.layers(x.flip(1)).chunk(2, -1)[0].flip(2), back)
    assert_close(there[0], back[0])


def test_filling_changes_nothing():
    net = network()
    x = torch.randint(1, 20, (2, 6))
    x[1, 4:] = 0
    alone = net.layers(x[1:, :4])
    assert_close(net.layers(x)[:, 1:, :4], alone)
    assert_close(net.meaning(x)[1, :4], alone.mean(0)[0])


def test_flipped():
    x = torch.arange(8.0).view(2, 4, 1)
    assert flipped(x, torch.tensor([4, 2]))[..., 0].tolist() == [[3, 2, 1, 0], [5, 4, 6, 7]]


def test_parameters_counted_by_hand():
    lstm = 4 * 6 * (6 + 6 + 2)
    assert sum(p.numel() for p in network().parameters()) == 20 * 6 + 4 * lstm + 6 * 20 + 20
