import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from profundo.core import Splits, TrainState, UserError
from profundo.data.rows import Rows
from profundo.training.gradient_descent import GradientDescent
from profundo.training.mixing import Mixing, patches, share
from profundo.training.objectives import READ_SHARES, cross_entropy, helped_cross_entropy, squared_error


def flags(n=64, classes=8, size=6):
    """Pictures of one colour, which is their class: what is in a mixture can be read from it."""
    y = torch.arange(n) % classes
    return F.one_hot(y, classes).float()[:, :, None, None].expand(-1, -1, size, size).contiguous(), y


@pytest.mark.parametrize("rule", [Mixing(mixup=1.0), Mixing(cutmix=1.0), Mixing(mixup=0.3, cutmix=2.0)])
def test_the_label_says_what_the_picture_shows(rule):
    torch.manual_seed(0)
    x, y = flags()
    mixed, q = rule((x, y), 8)
    assert_close(mixed.mean((2, 3)), q)
    assert_close(q.sum(1), torch.ones(64))
    assert (q > 0).sum(1).max() == 2
    assert len(q.amax(1).unique()) > 5  # each its own share


def test_mixup_is_the_papers_line():
    torch.manual_seed(0)
    x, y = torch.rand(5, 3), torch.tensor([0, 1, 2, 1, 0])
    mixed, q = Mixing(mixup=0.4)((x, y), 3)
    torch.manual_seed(0)
    torch.rand(5, 3)
    other, lam = torch.randperm(5), torch.distributions.Beta(0.4, 0.4).sample((5,))[:, None]
    one_hot = F.one_hot(y, 3).float()
    assert_close(mixed, lam * x + (1 - lam) * x[other])
    assert_close(q, lam * one_hot + (1 - lam) * one_hot[other])


def test_cutmix_is_torchvisions_box(torchvision):
    """Its box for the same lambda and middle; every pixel is one of the two pictures'."""
    from torchvision.transforms.v2 import CutMix

    x = torch.zeros(40, 1, 12, 17)
    torch.manual_seed(0)
    kept = share(40, 1.0)
    torch.manual_seed(5)
    ours = patches(x, kept)
    torch.manual_seed(5)
    middle = (torch.rand(40, 2) * torch.tensor([12, 17])).long()
    for inside, lam, (row, column) in zip(ours, kept.tolist(), middle.tolist(), strict=True):
        box = _box_of(CutMix(num_classes=2), lam, row, column)
        expected = torch.zeros(12, 17, dtype=torch.bool)
        left, top, right, bottom = box
        expected[top:bottom, left:right] = True
        assert torch.equal(inside[0], expected)


def _box_of(transform, lam, row, column):
    draws = iter((torch.tensor([column]), torch.tensor([row])))
    transform._dist = type("Fixed", (), {"sample": lambda self, _shape: torch.tensor([lam])})()
    randint = torch.randint
    torch.randint = lambda *_args, **_more: next(draws)
    try:
        return transform.make_params([torch.zeros(2, 1, 12, 17)])["box"]
    finally:
        torch.randint = randint


def test_shares_are_drawn_from_beta():
    torch.manual_seed(0)
    for a in (0.2, 1.0, 3.0):
        lam = share(40_000, a)
        assert_close(lam.mean().item(), 0.5, rtol=0, atol=0.006)
        assert_close(lam.var().item(), 1 / (4 * (2 * a + 1)), rtol=0.03, atol=0)


def test_many_draws_keep_the_mean():
    torch.manual_seed(0)
    x, y = flags(16, 4, 8)
    for rule in (Mixing(mixup=0.4), Mixing(cutmix=1.0), Mixing(mixup=1.0, cutmix=1.0, smoothing=0.2)):
        draws = [rule((x, y), 4) for _draw in range(300)]
        assert_close(
            torch.stack([mixed.mean((0, 2, 3)) for mixed, _q in draws]).mean(0), torch.full((4,), 0.25), rtol=0, atol=0.01
        )
        assert_close(torch.stack([q.mean(0) for _x, q in draws]).mean(0), torch.full((4,), 0.25), rtol=0, atol=0.01)


@pytest.mark.parametrize("smoothing", [0.05, 0.1, 0.9])
def test_smoothing_is_torchs(smoothing):
    torch.manual_seed(0)
    network, x, y = nn.Linear(6, 4), torch.rand(9, 6), torch.arange(9) % 4
    ours = cross_entropy(network, Mixing(smoothing=smoothing)((x, y), 4))
    assert_close(ours["loss"], F.cross_entropy(network(x), y, label_smoothing=smoothing))
    assert_close(ours["error"], cross_entropy(network, (x, y))["error"])


def test_hard_labels_as_shares_change_nothing():
    torch.manual_seed(0)
    x, y = torch.rand(9, 6), torch.arange(9) % 4
    for objective in READ_SHARES:
        network = Helped() if objective is helped_cross_entropy else nn.Linear(6, 4)
        hard, soft = objective(network, (x, y)), objective(network, (x, F.one_hot(y, 4).float()))
        assert_close(hard["loss"], soft["loss"])
        assert hard["error"] == soft["error"]


class Helped(nn.Module):
    """Two answers, the network's own and a helper's."""

    def __init__(self):
        super().__init__()
        self.answers = nn.ModuleList([nn.Linear(6, 4), nn.Linear(6, 4)])

    def forward(self, x, helped=False):
        return torch.stack([answer(x) for answer in self.answers])


def test_the_error_counts_the_larger_share():
    x = torch.tensor([[3.0, 1.0, 0.0], [3.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    q = torch.tensor([[0.6, 0.4, 0.0], [0.4, 0.6, 0.0], [0.3, 0.3, 0.4]])
    assert_close(cross_entropy(nn.Identity(), (x, q))["error"].item(), 1 / 3)
    by_hand = -(q * x.log_softmax(1)).sum(1).mean()
    assert_close(cross_entropy(nn.Identity(), (x, q))["loss"], by_hand)


def test_off_the_batch_goes_through():
    batch = (torch.rand(3, 2), torch.arange(3))
    assert Mixing()(batch, None) is batch


def test_a_rule_learns_from_mixtures():
    torch.manual_seed(0)
    x, y = flags(256, 8, 4)
    data = Splits(Rows(x, y), Rows(x, y), lambda: None, {"classes": 8})
    network = nn.Sequential(nn.Flatten(), nn.Linear(128, 8))
    state = TrainState(network, data, torch.device("cpu"), seed=0)
    rule = GradientDescent(cross_entropy, epochs=20, batch_size=32, mixing=Mixing(mixup=1.0, cutmix=1.0, smoothing=0.1))
    steps = [step.values for step in rule.steps(state)]
    assert steps[-1]["loss"] < 0.9 * steps[0]["loss"]
    assert (network(x).argmax(1) == y).all()


def test_refusals():
    classes, numbers = torch.arange(4), torch.rand(4)
    with pytest.raises(ValueError, match="below 1"):
        Mixing(smoothing=1.0)
    with pytest.raises(UserError, match="have none"):
        Mixing(mixup=1.0)((torch.rand(4, 2), numbers), 4)
    with pytest.raises(UserError, match="have none"):
        Mixing(smoothing=0.1)((torch.rand(4, 2), classes), None)
    with pytest.raises(UserError, match="cutmix pictures"):
        Mixing(cutmix=1.0)((torch.rand(4, 2), classes), 4)
    with pytest.raises(UserError, match="quantities"):
        Mixing(mixup=1.0)((torch.arange(4), classes), 4)
    with pytest.raises(UserError, match="not squared_error"):
        Mixing(mixup=1.0).check(squared_error)
