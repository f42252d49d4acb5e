"""The two mistakes in the order of the players' updates, a collapse and an outright win, in real small games; and right games."""

import math
from dataclasses import dataclass
from typing import Literal

import pytest
import torch

from games import CONFIG, Corners
from profundo.catalogue import names
from profundo.core import Recipe
from profundo.evaluation.parzen import Parzen
from profundo.run import Run
from profundo.study.doctor import Case, adversarial, checks
from profundo.training.adversarial import Adversarial, discriminator_loss, generator_loss
from profundo.training.optimizers import Adam
from profundo.training.train import train

OURS = {name: check for name, check in checks().items() if check.__module__ == adversarial.__name__}


@dataclass(frozen=True)
class WrongOrder(Adversarial):
    """The same game, with one mistake."""

    mistake: Literal["no detach", "gradients kept"] = "no detach"
    weight: float = 1.0
    """Of each term of the discriminator's loss: f."""

    def steps(self, state):
        G, D, rows = state.network.generator, state.network.discriminator, state.data.train
        g_optimizer, d_optimizer = self.g_optimizer.build(G), self.d_optimizer.build(D)
        while state.epoch < self.epochs:
            for x, _y in rows.batches(self.batch_size, state.shuffled(len(rows))):
                fake = G(state.network.noise(len(x)))
                real_odds, fake_odds = D(torch.cat([x, fake if self.mistake == "no detach" else fake.detach()])).split(len(x))
                d_loss = self.weight * discriminator_loss(real_odds, fake_odds)
                if self.mistake == "no detach":  # one backward pass, then everybody steps
                    g_loss = generator_loss(D(fake))
                    (d_loss + g_loss).backward()
                    d_optimizer.step(self.d_optimizer.lr)
                else:
                    d_loss.backward(inputs=list(D.parameters()))
                    d_optimizer.step(self.d_optimizer.lr)
                    g_loss = generator_loss(D(fake))
                    g_loss.backward()  # into both players, and what lies in D's gradient stays there
                g_optimizer.step(self.g_optimizer.lr)
                values = {"d_loss": d_loss, "g_loss": g_loss}
                values |= {"d_real": real_odds.sigmoid().mean(), "d_fake": fake_odds.sigmoid().mean()}
                last = state.batch + 1 == math.ceil(len(rows) / self.batch_size)
                advance = state.end_epoch if last else state.advance
                yield advance(len(x), **{name: value.detach() for name, value in values.items()})


def game(rule=Adversarial, d=2e-3, g=2e-3, epochs=12, seed=0, **fields):
    """A finished game; the run directory."""
    players = {"d_optimizer": Adam(lr=d, beta1=0.5), "g_optimizer": Adam(lr=g, beta1=0.5)}
    judge = Parzen(generated=200, examples=100, sigmas=(0.1,))
    recipe = Recipe(Corners(train=1200), CONFIG, rule(epochs=epochs, batch_size=40, **players, **fields), judge)
    for _step in train(recipe, Run("game"), seed):
        pass
    return Run("game")


def found(run):
    """What the checks of this file say of a run, by name."""
    return {name: finding for name, check in OURS.items() if (finding := check(Case(run)))}


def test_there_are_four_checks():
    assert len(OURS) == 4


@pytest.mark.parametrize("seed", [0, 1])
def test_a_right_game_hears_nothing(seed):
    assert found(game(seed=seed)) == {}


@pytest.mark.parametrize("name", sorted(names()))
def test_quick_runs_hear_nothing(name, quick_runs):
    assert found(quick_runs[name]) == {}


@pytest.mark.parametrize(
    ("weight", "d_fake", "d_loss", "g_loss"),
    [
        (1.0, 1 / 2, math.log(2), math.log(2)),
        (0.5, 2 / 3, 0.549, 0.405),
    ],  # the complement of 2/3 is the 1/3 of a D that says "false"
)
def test_no_detach_holds_the_figures_of_the_derivation(weight, d_fake, d_loss, g_loss):
    finding = found(game(WrongOrder, mistake="no detach", weight=weight))["players_share_a_loss"]
    expected = {"d_real": 1.0, "d_fake": d_fake, "d_loss": d_loss, "g_loss": g_loss}
    assert finding.evidence == pytest.approx(expected, abs=0.02)
    assert finding.grave


@pytest.mark.parametrize(("weight", "value"), [(1.0, 2 / 3), (0.5, 3 / 4)])  # the complement of 3/4 is 1/4
def test_gradients_that_are_not_zeroed_hold_the_figures_of_the_derivation(weight, value):
    findings = found(game(WrongOrder, d=5e-3, g=5e-3, mistake="gradients kept", weight=weight))
    assert findings.keys() == {"discriminator_keeps_gradients"}
    evidence = findings["discriminator_keeps_gradients"].evidence
    assert (evidence["d_real"], evidence["d_fake"]) == pytest.approx((value, value), abs=0.02)
    d_loss = -weight * (math.log(value) + math.log(1 - value))
    assert (evidence["d_loss"], evidence["g_loss"]) == pytest.approx((d_loss, -math.log(value)), abs=0.04)


def test_a_discriminator_that_says_how_false_a_picture_is(tmp_path):
    """Real 0, generated 1: the same game, with the complements written down."""
    run = game(WrongOrder, mistake="no detach", weight=0.5)
    mirrored = Run(tmp_path / "mirrored")
    for record in run.records():
        mirrored.log(**{name: 1 - value if name in ("d_real", "d_fake") else value for name, value in record.items()})
    evidence = found(mirrored)["players_share_a_loss"].evidence
    assert (evidence["d_fake"], evidence["d_loss"], evidence["g_loss"]) == pytest.approx((1 / 3, 0.549, 0.405), abs=0.02)


def test_one_picture_again_and_again():
    findings = found(game(d=1e-3, g=3e-2))  # so fast a generator runs after the one picture that D likes best now
    assert findings["mode_collapse"].evidence["diversity"] < 0.2


MEASURED = {
    "grey yet": (0.06, 0.07, 0.16, 0.10, 0.13, 0.14, 0.08, 0.16, 0.30),
    "every digit": (0.41, 0.64, 0.83, 0.79, 0.87, 0.86),
    "mostly ones": (0.38, 0.60, 0.70, 0.67),
    "nothing but a six": (0.41, 0.60, 0.68, 0.25, 0.20, 0.46, 0.29),
    "nothing but a smudge": (0.36, 0.60, 0.52, 0.60, 0.35, 0.47),
}
"""Diversity of generated digits, epoch by epoch, of long runs at other rates (a minute and more an epoch); the names say what
the sheets of samples showed at the end."""


@pytest.mark.parametrize(("seen", "diversities"), MEASURED.items())
def test_digits_that_collapsed_and_others_that_did_not(seen, diversities):
    for diversity in diversities:
        Run("run").log(dev_diversity=diversity)
    assert ("mode_collapse" in found(Run("run"))) == seen.startswith("nothing but")


def test_a_discriminator_that_wins():
    findings = found(game(d=1e-2, g=1e-5))
    assert findings.keys() == {"discriminator_wins"}
    assert findings["discriminator_wins"].evidence["g_loss"] > 4


def test_scores_that_are_no_probabilities_say_nothing():
    """The critic of a Wasserstein GAN."""
    run = Run("critic")
    for step in range(30):
        run.log(step=step, d_real=3.2, d_fake=1.1, d_loss=-2.1, g_loss=-1.1)
    assert found(run) == {}
