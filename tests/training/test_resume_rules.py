"""A run that was stopped or killed goes on bit for bit, whatever the rule. Add a recipe by its name.

Every kind of interruption happens at a moment chosen beforehand, in a process of its own where it kills: forked from one that
has everything imported, so that a kill costs no second import of torch.
"""

import itertools
import multiprocessing
import os
import signal

import pytest
import torch

from profundo import recipes
from profundo.options import override
from profundo.run import Run
from profundo.training import keeper
from profundo.training import train as runner

RECIPES = {
    "perceptron": {"data.distance": 0.01},  # so narrow a gap takes some passes
    "perceptron_overlap": {},
    "hopfield": {"data.noise": 0.05},
    "mirror_symmetry": {"rule.sweeps": 8},
    "mark_one": {"rule.trials": 8},
    "nettalk": {},
    "svm": {"data.limit": 600, "network.examples": 600},
    "mcculloch_pitts_net": {},
    "cliff_walking": {},
    "mlp": {"data.limit": 600, "rule.batch_size": 50, "network.dropout": 0.5},
    "lenet": {"data.limit": 600, "rule.batch_size": 50},
    "bert_tiny": {"data.limit": 20_000, "rule.epochs": 2, "network.depth": 1},  # what is hidden follows the epoch
    "elmo_bilm": {"data.limit": 20_000, "rule.epochs": 2},
    "gan_mnist": {"data.limit": 300, "evaluate.generated": 100, "evaluate.examples": 50},
    "random_labels": {"network.hidden": (32,), "rule.epochs": 3},
    "mlp_scratch": {"data.limit": 600, "rule.batch_size": 50, "network.dropout": 0.5},
    "lenet_scratch": {"data.limit": 600, "rule.batch_size": 100},
    "bagging": {  # with what a member may have
        "network.member.hidden": (16,),
        "network.member.dropout": 0.2,
        "rule.member.noise.weights": 0.01,
        "rule.member.penalty.l1": 1e-3,
        "rule.member.augment.shift": 1.0,
        "rule.member.max_norm": 1.0,
    },
    "boltzmann_424": {"network.machines": 3, "rule.cycles": 12, "rule.per_epoch": 4, "evaluate.repeats": 1},
    "gmdh_diabetes": {"network.layers": 8, "network.units": 12},
    "neocognitron": {"data.train": 200, "network.planes": 30, "rule.batch_size": 50, "rule.passes": 2},
    "sparse_coding": {},
    "adversarial_maxout": {"data.limit": 300, "network.units": (20,), "rule.batch_size": 50},
    "scrambled_faces": {"data.train": 200, "network.maps": 4},
    "k_means": {"rule.starts": 2},
    "kneser_ney": {},
    "skipgram": {},
    "cbow": {},
    "digits_neighbours": {"rule.k": (1, 2, 3, 5, 7, 9)},
    "deep_belief": {"data.limit": 300, "network.hidden": (20, 20), "network.top": 30, "evaluate.sweeps": 2},
    "rbm_pretraining": {"data.limit": 300, "network.hidden": (20, 20)},
    "stacked_autoencoders": {"data.limit": 300, "network.hidden": (20, 20)},
    "deep_autoencoder": {"data.limit": 300, "network.hidden": (20, 20), "network.code": 5},
    "plain20": {  # the last layer alone, from what the others said once
        "data.limit": 100,
        "network.depth": 8,
        "rule.epochs": 3,
        "rule.augment.crop": 0,
        "rule.augment.flip": False,
        "rule.tuning.freeze": "backbone",
    },
    "resnet20": {  # a group of layers more each epoch, each at its rate
        "data.limit": 100,
        "network.depth": 8,
        "rule.epochs": 3,
        "rule.tuning.unfreeze": 1,
        "rule.tuning.divide": 2.6,
    },
    "dropout_mlp": {  # with every regulariser at once
        "data.limit": 600,
        "network.hidden": (32,),
        "network.batch_norm": True,
        "rule.epochs": 4,
        "rule.batch_size": 100,
        "rule.clip": 1.0,
        "rule.penalty.l1": 1e-3,
        "rule.penalty.l2": 1e-3,
        "rule.noise.inputs": 0.1,
        "rule.noise.weights": 0.01,
        "rule.noise.activities": 0.1,
        "rule.augment.shift": 1.0,
        "rule.augment.alpha": 8.0,
        "rule.augment.crop": 2,
        "rule.augment.flip": True,
        "rule.augment.cutout": 6,
        "rule.augment.colour.brightness": 0.3,
        "rule.augment.rand.operations": 1,
        "rule.mixing.mixup": 1.0,
        "rule.mixing.cutmix": 1.0,
        "rule.mixing.smoothing": 0.1,
        "rule.average": 0.9,
        "rule.patience": 2,
    },
}
"""Names, with options beyond `quick`, of the recipes that are interrupted."""
KILLS = ("between two steps", "while chosen weights are written", "while a checkpoint is written")
SEED = 5


def quick(name):
    recipe = recipes.load(name)
    return override(recipe, recipe.quick | RECIPES[name])


def steps_of(name, path):
    """The run, with a checkpoint whenever one is allowed instead of every second."""
    keeper.CHECKPOINT_SECONDS = keeper.LONG_EPOCH_SECONDS = 0.0
    keeper.LOG_EVERY = 7
    return runner.train(quick(name), Run(path), SEED, "cpu")


def killed(name, path, kill, at):
    """Train until the moment comes, then die as by kill -9: no handler, no `finally`, no flush."""
    torch.set_num_threads(1)
    if kill != KILLS[0]:
        file = "weights.safetensors" if kill == KILLS[1] else "state.pt"
        replace, writes = os.replace, itertools.count(1)

        def replace_or_die(beside, target):
            if str(target).endswith(file) and next(writes) == at:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(beside, target)

        os.replace = replace_or_die
    for step in steps_of(name, path):
        if kill == KILLS[0] and step.step == at:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["profundo.recipes", "profundo.training.train"])
    return context


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The uninterrupted run of a recipe, and its number of steps; made once."""
    made = {}

    def run_of(name):
        if name not in made:
            path = tmp_path_factory.mktemp(name) / "whole"
            made[name] = path, sum(1 for _step in steps_of(name, path))
        return made[name]

    return run_of


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    for name in ("CHECKPOINT_SECONDS", "LONG_EPOCH_SECONDS", "LOG_EVERY"):
        monkeypatch.setattr(keeper, name, getattr(keeper, name))  # undone after the test, whatever `steps_of` set
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def assert_same_end(name, one, other):
    assert (one / "weights.safetensors").read_bytes() == (other / "weights.safetensors").read_bytes()
    a, b = Run(one).load_state(), Run(other).load_state()
    assert_same(a["state"], b["state"], "state")
    assert_same(a["best"], b["best"], "best")
    assert torch.equal(a["torch_rng"], b["torch_rng"])
    curves = [Run(path).curve(f"dev_{recipes.load(name).evaluate.metric}") for path in (one, other)]
    scores = [dict(zip(*curve, strict=True)) for curve in curves]
    assert scores[0].items() <= scores[1].items()  # a stop within the first epoch leaves one score more


def assert_same(a, b, where):
    assert type(a) is type(b), where
    if isinstance(a, torch.Tensor):
        assert a.dtype == b.dtype, where
        assert torch.equal(a, b), where
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            assert_same(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list | tuple):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_same(x, y, f"{where}[{i}]")
    else:
        assert a == b, where


@pytest.mark.parametrize("name", RECIPES)
def test_the_run_is_long_enough_to_be_interrupted(name, whole):
    path, steps = whole(name)
    assert steps >= 4
    assert Run(path).load_state()["state"]["step"] == steps


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_stopped_and_started_again(name, share, whole, tmp_path):
    path, total = whole(name)
    stopping = steps_of(name, tmp_path / "run")
    for _step in itertools.islice(stopping, max(1, int(share * total))):
        pass
    stopping.close()
    again = sum(1 for _step in steps_of(name, tmp_path / "run"))
    assert again == total - max(1, int(share * total)), "it went on from where it was stopped"
    assert_same_end(name, path, tmp_path / "run")


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("kill", KILLS)
def test_killed_and_started_again(name, kill, whole, processes, tmp_path):
    path, total = whole(name)
    at = total // 2 if kill == KILLS[0] else 1 if kill == KILLS[1] else 2
    child = processes.Process(target=killed, args=(name, tmp_path / "run", kill, at))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    again = sum(1 for _step in steps_of(name, tmp_path / "run"))
    assert again > 0
    assert_same_end(name, path, tmp_path / "run")


@pytest.mark.parametrize("name", RECIPES)
def test_a_finished_run_started_again_changes_nothing(name, whole):
    path, _steps = whole(name)
    before = {file.name: file.read_bytes() for file in path.iterdir() if file.name in ("weights.safetensors", "state.pt")}
    assert list(steps_of(name, path)) == []
    assert all((path / file).read_bytes() == content for file, content in before.items())


def test_the_score_of_a_stop_within_the_first_epoch_does_not_compete(tmp_path):
    """With a horizon of one frame all policies that keep off the cliff score alike, and the first of equals is chosen: that
    must be the end of epoch 1, stopped before it or not."""
    recipe = override(quick("cliff_walking"), {"evaluate.horizon": 1, "rule.episodes": 60})
    for path, stops in (("whole", ()), ("stopped", (3,))):
        for stop in (*stops, None):
            steps = runner.train(recipe, Run(tmp_path / path), SEED, "cpu")
            list(itertools.islice(steps, stop))
            steps.close()
    assert Run(tmp_path / "whole").load_state()["best"]["epoch"] == 1
    assert_same(*(Run(tmp_path / path).load_state()["best"] for path in ("whole", "stopped")), "best")
    assert_same(*(Run(tmp_path / path).load_weights() for path in ("whole", "stopped")), "weights")
