"""The game: each player moves alone, the numbers of the paper's theory hold, it learns, and it resumes bit for bit."""

import math
from contextlib import closing
from itertools import islice

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from games import CONFIG, Corners
from profundo.core import Recipe, TrainState
from profundo.evaluation.parzen import Parzen
from profundo.networks.generative.gan import GANConfig
from profundo.run import Run
from profundo.training.adversarial import Adversarial, _descend, discriminator_loss, generator_loss
from profundo.training.optimizers import SGD, Adam
from profundo.training.train import train

PLAYERS = {"d_optimizer": Adam(lr=2e-3, beta1=0.5), "g_optimizer": Adam(lr=2e-3, beta1=0.5)}


def recipe(epochs=3, **rule):
    return Recipe(
        data=Corners(), network=CONFIG, rule=Adversarial(epochs=epochs, batch_size=30, **PLAYERS | rule),
        evaluate=Parzen(generated=300, examples=100, sigmas=(0.03, 0.1, 0.3)),
    )  # fmt: skip


def state_of(seed=0):
    torch.manual_seed(seed)
    return TrainState(CONFIG.build(), Corners().open(), torch.device("cpu"), seed)


def weights(player):
    return torch.cat([p.detach().flatten() for p in player.parameters()]).clone()


def test_players_who_cannot_tell_pay_ln_4_and_ln_2():
    undecided = torch.zeros(7)  # log-odds of D = 1/2
    assert_close(discriminator_loss(undecided, undecided).item(), math.log(4))
    assert_close(generator_loss(undecided).item(), math.log(2))


def test_losses_by_hand():
    odds = torch.tensor([math.log(3.0), math.log(1 / 3)])  # D = 3/4 and 1/4
    assert_close(discriminator_loss(odds[:1], odds[1:]).item(), -2 * math.log(0.75))
    assert_close(generator_loss(odds).item(), -(math.log(0.75) + math.log(0.25)) / 2)


def test_a_perfect_discriminator_still_teaches_the_generator():
    fooled = torch.tensor([-30.0], requires_grad=True)  # D(G(z)) = 1e-13: log(1 - D) would have no slope left
    generator_loss(fooled).backward()
    assert_close(fooled.grad, torch.tensor([-1.0]))


@pytest.mark.parametrize(("mover", "other"), [("d_optimizer", "generator"), ("g_optimizer", "discriminator")])
def test_a_player_without_a_rate_stays_where_it_is(mover, other):
    """The other's update does not reach it: neither through gradients of this step nor through some left over."""
    state = state_of()
    still = "generator" if other == "generator" else "discriminator"
    moves = "discriminator" if still == "generator" else "generator"
    before, moving = weights(getattr(state.network, still)), weights(getattr(state.network, moves))
    frozen = {"d_optimizer": "g_optimizer", "g_optimizer": "d_optimizer"}[mover]
    for _step in islice(Adversarial(**PLAYERS | {frozen: SGD(lr=0.0)}).steps(state), 3):
        pass
    assert torch.equal(weights(getattr(state.network, still)), before)
    assert not torch.equal(weights(getattr(state.network, moves)), moving)


def test_no_gradient_crosses_the_table():
    network = CONFIG.build()
    G, D = network.generator, network.discriminator
    g_optimizer, d_optimizer = SGD(lr=0.0).build(G), SGD(lr=0.0).build(D)

    class Watched:
        """An optimizer that looks at both gradients before it forgets its own."""

        def __init__(self, optimizer):
            self.weights, self.inner = optimizer.weights, optimizer

        def step(self, lr):
            seen.append((g_optimizer.weights.g.abs().sum().item(), d_optimizer.weights.g.abs().sum().item()))
            self.inner.step(lr)

    seen = []
    fake = G(network.noise(4))
    _descend(discriminator_loss(D(torch.rand(4, 1, 3, 3)), D(fake.detach())), D, Watched(d_optimizer), 0.0)
    _descend(generator_loss(D(fake)), G, Watched(g_optimizer), 0.0)
    (g_idle, d_busy), (g_busy, d_idle) = seen
    assert g_idle == d_idle == 0
    assert g_busy > 0
    assert d_busy > 0


def test_one_step_is_the_update_of_the_paper():
    """Plain gradient steps, against gradients that torch finds for V(D, G) and for log D(G(z)) on a copy."""
    silent = GANConfig(size=3, noise=2, rectifiers=8, maxouts=4, pieces=2, dropout_input=0.0, dropout=0.0)
    torch.manual_seed(0)
    network, copy = silent.build(), silent.build()
    copy.load_state_dict(network.state_dict())
    splits = Corners().open()
    state = TrainState(network, splits, torch.device("cpu"), 0)
    rng = torch.get_rng_state()
    next(Adversarial(batch_size=10, d_optimizer=SGD(lr=0.1), g_optimizer=SGD(lr=0.2)).steps(state))

    torch.set_rng_state(rng)
    x = splits.train.x[state.shuffled(200)[:10]]
    z = copy.noise(10)
    D, G = copy.discriminator, copy.generator
    value = D(x).sigmoid().log().mean() + (1 - D(G(z)).sigmoid()).log().mean()
    ascend(D, value, 0.1)
    ascend(G, D(G(z)).sigmoid().log().mean(), 0.2)
    assert_close(weights(network), weights(copy))


def ascend(player: nn.Module, value: torch.Tensor, rate: float):
    for p, g in zip(player.parameters(), torch.autograd.grad(value, list(player.parameters())), strict=True):
        p.data += rate * g


def test_every_batch_is_a_step_and_the_means_are_probabilities():
    state = state_of()
    steps = list(Adversarial(epochs=2, batch_size=30, **PLAYERS).steps(state))
    assert len(steps) == steps[0].of == 2 * 7  # 200 pictures: six batches of 30 and one of 20
    assert steps[-1].seen == 400
    assert state.epoch == 2
    for step in steps:
        assert step.values.keys() == {"d_loss", "g_loss", "d_real", "d_fake"}
        assert 0 < step.values["d_fake"] < 1
        assert 0 < step.values["d_real"] < 1


def test_it_learns(tmp_path):
    learner = recipe(epochs=60)
    untrained = learner.evaluate.score(CONFIG.build(), Corners().open().dev)
    scores = [s.values["dev_log_likelihood"] for s in train(learner, Run(tmp_path)) if "dev_log_likelihood" in s.values]
    assert max(scores) > untrained["log_likelihood"] + 15  # nats: e^15 times as likely


@pytest.mark.parametrize("stop_after", [3, 7, 10])  # within an epoch, at its end, within the next
def test_resumes_bit_for_bit(tmp_path, stop_after):
    whole, halves = Run(tmp_path / "whole"), Run(tmp_path / "halves")
    straight = list(train(recipe(), whole))
    with closing(train(recipe(), halves)) as steps:
        first = list(islice(steps, stop_after))
    rest = list(train(recipe(), halves))
    assert len(first) + len(rest) == len(straight) == 21
    for a, b in zip(straight, first + rest, strict=True):
        assert (a.step, a.seen) == (b.step, b.seen)
        assert {k: float(v) for k, v in a.values.items()} == {k: float(v) for k, v in b.values.items()}
    one, other = whole.load_state()["state"], halves.load_state()["state"]
    assert_equal(one, other)
    assert_equal(whole.load_weights(), halves.load_weights())
    assert torch.equal(whole.load_state()["torch_rng"], halves.load_state()["torch_rng"])


def assert_equal(a, b):
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for name in a:
            assert_equal(a[name], b[name])
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b)
    else:
        assert a == b


def test_pictures_are_kept_after_every_epoch(tmp_path):
    list(train(recipe(epochs=2), Run(tmp_path)))
    assert [p.name for p in sorted((tmp_path / "samples").iterdir())] == ["generated-epoch-0001.png", "generated-epoch-0002.png"]
    assert (tmp_path / "samples/generated-epoch-0001.png").read_bytes() != (
        tmp_path / "samples/generated-epoch-0002.png"
    ).read_bytes()
