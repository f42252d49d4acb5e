"""Nearest neighbours and k-means are what scikit-learn has under these names."""

import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from profundo import recipes
from profundo.core import Splits, TrainState, UserError
from profundo.data.digits8 import HALF
from profundo.data.rows import Rows
from profundo.evaluation.clusters import Clusters
from profundo.networks.dense import nearest_neighbours
from profundo.networks.dense.k_means import KMeansConfig
from profundo.networks.dense.nearest_neighbours import NearestNeighboursConfig
from profundo.run import Run
from profundo.training import lloyd
from profundo.training.lloyd import Lloyd
from profundo.training.remember import Remember
from profundo.training.train import train


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def memory_of(x, y, k, **options):
    memory = NearestNeighboursConfig(features=x[0].numel(), examples=len(x), **options).build()
    memory.remember(x, y)
    memory.k.fill_(k)
    return memory


def taught(network, rule, x, y=None, seed=0):
    state = TrainState(network, Splits(Rows(x, y), None, lambda: None), torch.device("cpu"), seed)
    return list(rule.steps(state))


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_votes_are_those_of_scikit_learn(k, monkeypatch):
    monkeypatch.setattr(nearest_neighbours, "CHUNK", 90)  # 200 examples: two chunks and a part
    x, y, asked = noise(200, 5), torch.arange(200) % 10, noise(300, 5, seed=1)
    theirs = KNeighborsClassifier(k).fit(x.numpy(), y.numpy())
    memory = memory_of(x, y, k)
    assert memory(asked).argmax(-1).tolist() == theirs.predict(asked.numpy()).tolist()
    assert memory.neighbours(asked).tolist() == theirs.kneighbors(asked.numpy(), return_distance=False).tolist()
    share = (memory(asked).exp() * (k + 10) - 1) / k
    torch.testing.assert_close(share.double(), torch.from_numpy(theirs.predict_proba(asked.numpy())), atol=1e-5, rtol=0)


def test_three_neighbours_on_the_two_halves_of_the_digits():
    pixels, labels = load_digits(return_X_y=True)
    x, y = torch.from_numpy(pixels).float() / 16, torch.from_numpy(labels).long()
    said = memory_of(x[:HALF], y[:HALF], 3)(x[HALF:]).argmax(-1)
    theirs = KNeighborsClassifier(3).fit(pixels[:HALF], labels[:HALF]).predict(pixels[HALF:])
    assert (said == y[HALF:]).double().mean().item() == pytest.approx(0.963, abs=5e-4)
    assert (said.numpy() != theirs).sum() <= 1, "but for one digit, which has two third neighbours equally far away"


def test_bytes_hold_pictures_exactly():
    x = torch.randint(256, (50, 1, 4, 4), generator=torch.Generator().manual_seed(0)) / 255
    memory = memory_of(x, torch.zeros(50, dtype=torch.long), 1, levels=255)
    assert memory.x.dtype is torch.uint8
    torch.testing.assert_close(memory.x / 255, x.flatten(1))
    assert memory.neighbours(x.flatten(1))[:, 0].tolist() == list(range(50)), "each is its own neighbour"


def test_with_fewer_examples_than_neighbours_all_vote():
    memory = memory_of(noise(3, 2), torch.tensor([1, 1, 0]), 9)
    assert memory(noise(4, 2, seed=1)).argmax(-1).tolist() == [1] * 4


def test_the_run_keeps_the_k_that_is_best_on_dev(tmp_path):
    run = Run(tmp_path)
    list(train(recipes.load("digits_neighbours"), run))
    errors = {record["k"]: record["dev_error"] for record in run.records() if "dev_error" in record}
    assert list(errors) == [1, 3, 5, 7, 9]
    assert errors[int(run.load_weights()["k"])] == min(errors.values()) < max(errors.values())


def test_what_cannot_be_remembered():
    network = NearestNeighboursConfig(features=2, examples=5).build()
    with pytest.raises(UserError, match="6 examples, and room for 5"):
        taught(network, Remember(), noise(6, 2), torch.zeros(6, dtype=torch.long))
    with pytest.raises(UserError, match="levels none"):
        memory_of(noise(5, 2), torch.zeros(5, dtype=torch.long), 1, levels=255)
    for wrong in (lambda: Remember(k=(0,)), lambda: Remember(k=()), lambda: NearestNeighboursConfig(levels=300)):
        with pytest.raises(ValueError, match=" "):
            wrong()


def test_lloyd_ends_where_scikit_learn_ends():
    x = noise(300, 4)
    net = KMeansConfig(features=4, clusters=5).build()
    steps = taught(net, Lloyd(starts=1), x, seed=3)
    start = lloyd.first(x, 5, torch.Generator().manual_seed(3))
    theirs = KMeans(5, init=start.numpy(), n_init=1, tol=0, max_iter=300).fit(x.numpy())
    torch.testing.assert_close(net.centres.data, torch.from_numpy(theirs.cluster_centers_), atol=1e-5, rtol=0)
    assert net(x).argmax(-1).tolist() == theirs.predict(x.numpy()).tolist()
    assert 300 * steps[-1].values["loss"].item() == pytest.approx(theirs.inertia_, rel=1e-5)


def test_the_loss_never_rises_and_two_pairs_are_found_by_hand():
    losses = [step.values["loss"].item() for step in taught(KMeansConfig(4, 6).build(), Lloyd(starts=1), noise(300, 4))]
    assert losses == sorted(losses, reverse=True)
    net = KMeansConfig(features=1, clusters=2).build()
    taught(net, Lloyd(starts=1), torch.tensor([[0.0], [2.0], [10.0], [14.0]]))
    assert sorted(net.centres.flatten().tolist()) == [1.0, 12.0]


def test_a_centre_that_nobody_is_near_moves_to_the_farthest_example():
    net = KMeansConfig(features=1, clusters=2).build()
    net.centres.copy_(torch.tensor([[1.0], [100.0]]))
    lloyd.step(net, torch.tensor([[0.0], [1.0], [9.0]]))
    assert sorted(net.centres.flatten().tolist()) == pytest.approx([10 / 3, 9.0])


def test_clusters_of_all_digits_and_two_components():
    """0.67, as scikit-learn finds; ours is the best of ten starts of its own."""
    pixels, labels = load_digits(return_X_y=True)
    x, y = torch.from_numpy(pixels).float() / 16, torch.from_numpy(labels).long()
    found = []
    for seed in range(10):
        net = KMeansConfig(features=64, clusters=10).build()
        taught(net, Lloyd(starts=1), x, seed=seed)
        found.append(Clusters().score(net, Rows(x, y)))
    assert min(found, key=lambda scores: scores["loss"])["ari"] == pytest.approx(0.67, abs=0.01)
    assert PCA(2).fit(pixels).explained_variance_ratio_.sum() == pytest.approx(0.285, abs=1e-3)
