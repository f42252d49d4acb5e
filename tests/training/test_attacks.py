import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo import recipes
from profundo.data.mnist import MNIST, NORMAL
from profundo.data.rows import Rows, Standardize, as_it_is
from profundo.options import override
from profundo.run import Run
from profundo.training.attacks import AdversarialCrossEntropy, InPixels, fgsm, gradient, minimal, noise, pgd
from profundo.training.objectives import cross_entropy
from profundo.training.train import train


@pytest.fixture
def line():
    """Two classes of six numbers, divided by a plane through the middle of the box."""
    torch.manual_seed(0)
    network = nn.Linear(6, 2)
    with torch.no_grad():
        network.bias -= network(torch.full((6,), 0.5))
    x = 0.5 + 0.1 * torch.randn(40, 6)
    return network, x, network(x).argmax(1)


def margin(network, x, y):
    w = network.weight[0] - network.weight[1]
    b = network.bias[0] - network.bias[1]
    return (1 - 2 * y) * (x @ w + b), w


def test_the_gradient_is_each_examples_own():
    torch.manual_seed(0)
    network, x, y = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)), torch.rand(4, 5), torch.tensor([0, 2, 1, 1])
    got = gradient(network, x, y)
    assert all(p.grad is None for p in network.parameters()), "the weights were left alone"
    for i in range(4):
        one = x[i : i + 1].clone().requires_grad_()
        nn.functional.cross_entropy(network(one), y[i : i + 1]).backward()
        assert_close(got[i], one.grad[0])


def test_on_a_line_fgsm_takes_epsilon_times_the_sum_of_weights_off_the_margin(line):
    network, x, y = line
    moved = fgsm(network, x, y, 0.07, clip=False)
    before, w = margin(network, x, y)
    assert_close(margin(network, moved, y)[0], before - 0.07 * w.abs().sum())
    for change in (noise(x, 0.07), pgd(network, x, y, 0.07)):  # and nothing within epsilon takes more
        assert (margin(network, change, y)[0] >= before - 0.07 * w.abs().sum() - 1e-5).all()
    assert_close(margin(network, pgd(network, x, y, 0.07), y)[0], before - 0.07 * w.abs().sum(), atol=1e-4, rtol=0)


def test_on_a_line_the_nearest_picture_of_another_class_lies_across_the_border(line):
    network, x, y = line
    moved = minimal(network, x, y, halvings=10)
    before, w = margin(network, x, y)
    assert (network(moved).argmax(1) != y).all()
    distance = (moved - x).norm(dim=1)
    assert_close(distance, (before / w.norm()).detach(), atol=2e-3, rtol=0.02)


def test_the_nearest_picture_stays_in_the_box():
    network = nn.Linear(2, 2)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[4.0, 0.5], [0.0, 0.0]]))
        network.bias.copy_(torch.tensor([0.1, 0.3]))  # class 1 where 4 a + b / 2 < 0.2
    x = torch.tensor([[0.1, 1.0]])
    moved = minimal(network, x, torch.tensor([0]))
    assert network(moved).argmax().item() == 1
    assert moved.min() >= 0
    assert_close(moved, torch.tensor([[0.0, 0.4]]), atol=0.02, rtol=0)  # the free way leads out of the box: a = -0.03


def test_what_is_wrong_already_stays(line):
    network, x, y = line
    assert torch.equal(minimal(network, x[:3], 1 - y[:3]), x[:3])


def test_pgd_stays_within_epsilon_and_the_box(line):
    network, x, y = line
    moved = pgd(network, x.clamp(0, 1), y, 0.3)
    assert (moved - x.clamp(0, 1)).abs().max().item() <= 0.3 + 1e-6
    assert 0 <= moved.min() <= moved.max() <= 1
    assert torch.equal(moved, pgd(network, x.clamp(0, 1), y, 0.3))


def test_pixels_go_through_what_prepares_them_exactly():
    raw = MNIST(limit=100).open().train
    seen = InPixels(nn.Flatten(), raw)
    pixels = seen.pixels(raw.x)
    assert 0 == pixels.min() < pixels.max() == 1
    assert_close(seen(pixels), NORMAL(raw.x).flatten(1))
    assert_close(seen.unprepared(NORMAL(raw.x)), pixels, atol=1e-6, rtol=0)
    x, y = next(seen.batches(raw, 7))
    assert torch.equal(x, pixels[:7])
    assert torch.equal(y, raw.y[:7])


def test_a_step_of_epsilon_is_so_many_units_of_what_the_network_reads():
    data = Rows(
        torch.randint(0, 256, (8, 3, 2, 2), dtype=torch.uint8), prepare=Standardize((10.0, 20.0, 30.0), (51.0, 85.0, 255.0))
    )
    seen = InPixels(nn.Identity(), data)
    x = seen.pixels(data.x)
    steps = (seen(x + 0.1) - seen(x)).mean((0, 2, 3))
    assert_close(steps, torch.tensor([0.5, 0.3, 0.1]), atol=1e-5, rtol=0)


def test_pictures_that_are_no_bytes_go_from_their_least_to_their_largest():
    data = Rows(torch.linspace(-1, 3, 12).view(3, 1, 2, 2), prepare=as_it_is)
    seen = InPixels(nn.Identity(), data)
    assert_close(seen.pixels(data.x).flatten(), torch.linspace(0, 1, 12))
    assert_close(seen(seen.pixels(data.x)), data.x)


@pytest.fixture
def small():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)), (torch.rand(10, 6), torch.randint(3, (10,)))


def test_the_adversarial_objective_is_the_papers_sum(small):
    network, (x, y) = small
    found = AdversarialCrossEntropy(epsilon=0.1, alpha=0.3)(network, (x, y))
    attacked = fgsm(network, x, y, 0.1, clip=False)
    clean, worse = cross_entropy(network, (x, y)), cross_entropy(network, (attacked, y))
    assert_close(found["loss"], 0.3 * clean["loss"] + 0.7 * worse["loss"])
    assert found["error"] == clean["error"]
    assert found["adversarial_error"] == worse["error"]
    assert worse["loss"] > clean["loss"]


def test_its_gradient_takes_the_attack_as_given(small):
    network, (x, y) = small
    attacked = fgsm(network, x, y, 0.1, clip=False)
    wanted = torch.autograd.grad(cross_entropy(network, (torch.cat([x, attacked]), torch.cat([y, y])))["loss"], network[0].weight)
    got = torch.autograd.grad(AdversarialCrossEntropy(0.1, 0.5)(network, (x, y))["loss"], network[0].weight)
    assert_close(got, wanted)


def test_alpha_1_is_plain_cross_entropy(small):
    network, batch = small
    assert_close(AdversarialCrossEntropy(0.2, 1.0)(network, batch)["loss"], cross_entropy(network, batch)["loss"])
    with pytest.raises(ValueError, match="alpha"):
        AdversarialCrossEntropy(alpha=1.5)


def test_adversarial_training_resists():
    errors = {}
    for alpha in (0.5, 1.0):
        options = {"data.limit": 1000, "rule.epochs": 6, "network.units": (60,), "rule.lr": 3e-3}
        options |= {"rule.objective.alpha": alpha, "rule.objective.epsilon": 0.1, "evaluate.epsilon": 0.1}
        run = Run(f"run-{alpha}")
        for _step in train(override(recipes.load("adversarial_maxout"), options), run):
            pass
        last = [r for r in run.records() if "dev_adversarial_error" in r][-1]
        errors[alpha] = last["dev_adversarial_error"]
        assert last["dev_error"] < 0.3
    assert errors[0.5] < errors[1.0] - 0.2
