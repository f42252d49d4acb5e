"""Fine-tuning: what is frozen keeps its bits, groups have their rates and their turns, and torch.optim is the reference."""

import itertools

import pytest
import torch
from torch import nn

from profundo import recipes
from profundo.core import Splits, TrainState
from profundo.data.rows import Rows
from profundo.evaluation.modes import evaluating
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.networks.dense.mlp import MLPConfig
from profundo.options import override
from profundo.run import Run
from profundo.study.doctor import diagnosis
from profundo.training.augment import Augment
from profundo.training.fine_tuning import FineTuning, Grouped, by_depth, remembered
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import cross_entropy, squared_error_to_codes
from profundo.training.optimizers import SGD, Adam
from profundo.training.penalty import Penalty
from profundo.training.train import train

CPU = torch.device("cpu")


@pytest.fixture
def rows():
    generator = torch.Generator().manual_seed(0)
    return Rows(torch.randn(24, 3, 16, 16, generator=generator), torch.arange(24) % 3)


def network():
    torch.manual_seed(0)
    return ResNetConfig(depth=8, classes=3).build().train()


def learnt(rule, net, rows, steps=None):
    """The state after the rule, with dev looked at after each epoch as the runner does."""
    state = TrainState(net, Splits(rows, rows, lambda: rows), CPU, 0)
    for step in itertools.islice(rule.steps(state), steps):
        assert step.values["loss"].isfinite()
        if state.batch == 0:
            with evaluating(net):
                net(rows.x)
    return state


def rule(**fields):
    return GradientDescent(cross_entropy, batch_size=8, optimizer=SGD(lr=0.05, momentum=0.9), precision="float32", **fields)


@pytest.mark.parametrize("augment", [Augment(), Augment(flip=True)], ids=["remembered", "seen anew"])
def test_what_is_frozen_keeps_its_bits(augment, rows):
    net = network()
    before = {name: w.clone() for name, w in net.state_dict().items()}
    learnt(rule(epochs=2, augment=augment, tuning=FineTuning(freeze="backbone")), net, rows)
    moved = {name for name, w in net.state_dict().items() if not torch.equal(w, before[name])}
    assert moved == {"head.weight", "head.bias"}, "statistics of batch norms stay too"


def test_features_that_are_remembered_teach_what_the_pictures_teach(rows, monkeypatch):
    tuning = FineTuning(freeze="backbone")
    quick, slow = network(), network()
    learnt(rule(epochs=3, tuning=tuning), quick, rows)
    monkeypatch.setattr(GradientDescent, "remembers", property(lambda _self: False))
    learnt(rule(epochs=3, tuning=tuning), slow, rows)
    torch.testing.assert_close(quick.head.weight, slow.head.weight, rtol=1e-4, atol=1e-5)
    assert not torch.equal(quick.head.weight, network().head.weight)


def test_what_may_be_remembered(rows):
    frozen = FineTuning(freeze="backbone")
    assert rule(tuning=frozen).remembers
    assert not rule().remembers
    assert not rule(tuning=frozen, augment=Augment(crop=2)).remembers
    assert not GradientDescent(squared_error_to_codes, tuning=frozen).remembers  # it may ask the network for more than answers
    last, features = remembered(network(), rows)
    assert isinstance(last, nn.Linear)
    assert features.x.shape == (24, 64)

    class Halved(nn.Module):
        def __init__(self):
            super().__init__()
            self.inside = network()

        def forward(self, x):
            return self.inside(x) / 2

    assert remembered(Halved(), rows) is None


def reference(net, rates, make):
    """torch.optim on the same groups; a rate of None: the group does not learn yet."""
    groups = by_depth(net, len(rates))
    return make([{"params": group, "lr": rate or 0.0} for group, rate in zip(groups, rates, strict=True)])


@pytest.mark.parametrize(
    ("config", "make"),
    [
        (SGD(lr=0.1, momentum=0.9, weight_decay=1e-3), lambda g: torch.optim.SGD(g, momentum=0.9, weight_decay=1e-3)),
        (Adam(lr=1e-2), lambda g: torch.optim.Adam(g)),
        (Adam(lr=1e-2, weight_decay=0.1), lambda g: torch.optim.AdamW(g, weight_decay=0.1)),
    ],
    ids=["SGD", "Adam", "AdamW"],
)
def test_rates_by_group_are_those_of_torchs_parameter_groups(config, make):
    """Three groups over nine steps, of which the first sleeps for six and the second for three."""
    ours, theirs = (MLPConfig(6, (5, 5), 3).build().double() for _copy in range(2))
    theirs.load_state_dict(ours.state_dict())
    optimizer = Grouped(config, ours, 3, divide=2.0)
    other = reference(theirs, [config.lr / 4, config.lr / 2, config.lr], make)
    x, y = torch.randn(8, 6, dtype=torch.float64), torch.arange(8) % 3
    for step in range(9):
        optimizer.wake(1 + step // 3)
        for i, group in enumerate(by_depth(theirs, 3)):
            for p in group:
                p.requires_grad_(i >= 2 - step // 3)
        cross_entropy(ours, (x, y))["loss"].double().backward()
        cross_entropy(theirs, (x, y))["loss"].double().backward()
        optimizer.step(config.lr)
        other.step()
        other.zero_grad(set_to_none=True)
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=1e-7, atol=1e-9)


def test_groups_join_from_above_one_an_epoch(rows):
    """After k epochs k groups have moved, and the statistics of the others' batch norms have not."""
    for epochs in (1, 2, 3):
        net = network()
        before = {name: w.clone() for name, w in net.state_dict().items()}
        groups = [{id(p) for p in group} for group in by_depth(net, 3)]
        learnt(rule(epochs=epochs, tuning=FineTuning(unfreeze=1, groups=3)), net, rows)
        moved = [any(id(p) in group and not torch.equal(p, before[n]) for n, p in net.named_parameters()) for group in groups]
        assert moved == [i >= 3 - epochs for i in range(3)]
        counted = {n.rpartition(".")[0]: w != before[n] for n, w in net.state_dict().items() if n.endswith("num_batches_tracked")}
        for name, norm in net.named_modules():
            if name in counted:
                assert counted[name] == (id(norm.weight) in set().union(*groups[3 - epochs :]))


@pytest.mark.parametrize("config", [MobileNetConfig(classes=5), ResNetConfig(depth=20), MLPConfig(8, (), 3)])
def test_every_parameter_is_in_one_group_and_the_head_is_the_last(config):
    net = config.build()
    groups = by_depth(net, 4)
    assert [p for group in groups for p in group] == list(net.parameters()) or len(groups) == 1
    last = [module for module in net.modules() if list(module.parameters(recurse=False))][-1]
    assert groups[-1] == list(last.parameters())
    assert len(groups) == (4 if len(list(net.parameters())) > 2 else 1)


def test_a_networks_own_parameters_are_of_the_first_group():
    net = VisionTransformerConfig(size=32, patch=16, depth=2, width=16, heads=2, hidden=8, classes=2).build()
    first = by_depth(net, 3)[0]
    assert any(p is net.token for p in first)
    assert any(p is net.positions for p in first)


def test_nothing_changes_where_nothing_is_asked(rows):
    one, other = network(), network()
    learnt(rule(epochs=1), one, rows)
    learnt(rule(epochs=1, tuning=FineTuning(groups=7)), other, rows)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize("tuning", [{"freeze": "backbone"}, {"freeze": "backbone", "flip": True}, {"unfreeze": 1}])
def test_the_doctor_takes_no_frozen_layer_for_a_fault(tuning, tmp_path):
    options = {f"rule.tuning.{name}" if name != "flip" else "rule.augment.flip": value for name, value in tuning.items()}
    options = {"data.limit": 100, "rule.batch_size": 50, "rule.schedule": "constant", "network.dropout": 0.2} | options
    still = {"rule.augment.crop": 0, "rule.augment.flip": False}
    base = recipes.load("mobilenet")
    recipe = override(base, base.quick | {"rule.epochs": 3} | still | options)
    run = Run(tmp_path / "run")
    for _step in train(recipe, run, 0, "cpu"):
        pass
    signs = [line for line in run.lines("vitals.jsonl") if line["step"]]
    assert all(not line.get("without_gradient") and not line.get("in_evaluation_mode") for line in signs)
    found = {finding["check"] for finding in diagnosis(run).get("findings", []) if "check" in finding}
    assert not {name for name in found if "gradient" in name or "mode" in name}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: FineTuning(divide=0.5), "at least 1"),
        (lambda: FineTuning(unfreeze=-1), "at least 0"),
        (lambda: FineTuning(groups=1), "at least 2"),
        (lambda: rule(tuning=FineTuning(unfreeze=1), penalty=Penalty(l1=0.1)), "treat all layers alike"),
        (lambda: rule(tuning=FineTuning(freeze="backbone"), max_norm=1.0), "treat all layers alike"),
    ],
)
def test_what_cannot_be_asked(wrong, why):
    with pytest.raises(ValueError, match=why):
        wrong()


def test_each_group_is_slower_than_the_one_above():
    optimizer = Grouped(SGD(lr=1.0), MLPConfig(4, (3, 3), 2).build(), 3, divide=2.6)
    assert optimizer.shares == pytest.approx([1 / 2.6**2, 1 / 2.6, 1.0])
