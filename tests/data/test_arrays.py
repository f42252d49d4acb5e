import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.preprocessing import StandardScaler
from torch.testing import assert_close

from profundo.core import UserError
from profundo.data.arrays import Arrays

RNG = np.random.default_rng(0)
X = RNG.normal(5, 3, (60, 4))
Y = np.arange(60) % 3


def saved(name="a.npz", **arrays):
    np.savez(name, **arrays)
    return name


def whole(splits):
    """Every example, as batches give it."""
    batches = [batch for part in (splits.train, splits.dev, splits.open_test()) for batch in part.batches(100)]
    return torch.cat([x for x, _y in batches]), torch.cat([y for _x, y in batches])


def test_rows_are_standardized_with_what_training_sees():
    splits = Arrays(saved(x=X, y=Y)).open()
    facts = splits.facts
    assert (facts["features"], facts["classes"], facts["names"], facts["task"]) == (4, 3, ["0", "1", "2"], "classify")
    assert facts["examples"] == {"train": 42, "dev": 9, "test": 9}
    raw = splits.train.x.double().numpy() * facts["std"] + facts["mean"]
    assert_close(splits.train.x, torch.tensor(StandardScaler().fit_transform(raw)).float(), atol=1e-5, rtol=0)
    assert {tuple(row) for row in raw.round(4)} <= {tuple(row) for row in X.round(4)}


def test_years_keep_their_digits():
    """In float32 alone, 1e9 + i would be all the same."""
    splits = Arrays(saved(x=1e9 + np.arange(60.0)[:, None], y=Y)).open()
    assert len(splits.train.x.unique()) == 42


@pytest.mark.parametrize(
    ("shape", "channels"), [((60, 8, 8), 1), ((60, 1, 8, 8), 1), ((60, 3, 8, 8), 3), ((60, 8, 8, 3), 3), ((60, 8, 8, 1), 1)]
)
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_pictures_have_their_channels_first(shape, channels, kind):
    x = RNG.integers(0, 256, shape).astype(np.uint8)
    x = x if kind is np.uint8 else (x / 255).astype(kind)
    source = Arrays(saved(x=x, y=Y))
    splits = source.open()
    assert (splits.facts["channels"], splits.facts["size"]) == (channels, 8)
    seen, _y = whole(splits)
    assert seen.shape == (60, channels, 8, 8)
    learnt = next(splits.train.batches(42))[0]
    assert_close(learnt.mean((0, 2, 3)), torch.zeros(channels), atol=1e-5, rtol=0)
    one = source.encode(x[7], splits.facts)
    assert ((seen - one).abs().amax((1, 2, 3)) < 1e-5).sum() == 1

    pixels = x[7] if kind is np.uint8 else (x[7] * 255).round().astype(np.uint8)
    pixels = pixels.transpose(1, 2, 0) if pixels.ndim == 3 and pixels.shape[0] in (1, 3) else pixels
    Image.fromarray(pixels.squeeze()).save("one.png")
    assert_close(source.encode("one.png", splits.facts), one, atol=1e-5, rtol=0)


def test_bytes_stay_bytes_until_a_batch_needs_them():
    splits = Arrays(saved(x=np.zeros((60, 8, 8), np.uint8), y=Y)).open()
    assert splits.train.x.dtype == torch.uint8


def test_quantities():
    y = RNG.normal(100, 10, 60)
    source = Arrays(saved(x=X, y=y[:, None]))
    splits = source.open()
    facts = splits.facts
    assert (facts["task"], facts["classes"]) == ("regress", 1)
    _x, learnt = whole(splits)
    told = learnt.double() * splits.train.y_scale + facts["y_mean"]
    assert sorted(told.tolist()) == pytest.approx(sorted(y), abs=1e-4)
    assert source.decode(torch.tensor([0.0]), facts) == {"y": pytest.approx(facts["y_mean"], rel=1e-5)}


def test_whole_numbers_are_classes_unless_told_otherwise():
    assert Arrays(saved(x=X, y=Y.astype(float))).open().facts["task"] == "classify"
    assert Arrays(saved(x=X, y=Y), task="regress").open().facts["task"] == "regress"
    assert Arrays(saved(x=X, y=np.arange(60) * 1000)).open().facts["task"] == "regress"


def test_limit_and_seed():
    name = saved(x=X, y=Y)
    assert sum(Arrays(name, limit=30).open().facts["examples"].values()) == pytest.approx(30, abs=3)
    first, again, other = (Arrays(name, split_seed=seed).open().facts["split"] for seed in (0, 0, 1))
    assert first == again != other


# what is answered in one sentence

HOLE = X.copy()
HOLE[7, 2] = np.nan


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": X, "b": Y}, "holds a, b, not x and y"),
        ({}, "holds nothing"),
        ({"x": X, "y": Y[:-1]}, "x has 60 examples"),
        ({"x": X[:0], "y": Y[:0]}, "x has 0 examples"),
        ({"x": X, "y": np.eye(60)}, r"shape \(60, 60\)"),
        ({"x": HOLE, "y": Y}, r"x\[7, 2\] of a.npz is nan"),
        ({"x": X, "y": np.where(Y == 1, np.inf, Y)}, "is inf"),
        ({"x": X.astype(str), "y": Y}, "not numbers"),
        ({"x": X, "y": Y.astype(str)}, "number the classes from 0"),
        ({"x": X * 1j, "y": Y}, "complex128"),
        ({"x": X, "y": Y + 1}, "from 0 without gaps.*has 1, 2, 3"),
        ({"x": X, "y": Y * 2}, "has 0, 2, 4"),
        ({"x": X, "y": Y - 1}, "has -1, 0, 1"),
        ({"x": X, "y": Y * 0}, "one class only"),
        ({"x": X, "y": Y * 0 + 0.5}, "0.5 everywhere"),
        ({"x": X, "y": np.r_[Y[:-1], 3]}, "'3' of a.npz has too few"),
        ({"x": np.zeros((60, 8, 9)), "y": Y}, r"shape \(60, 1, 8, 9\)"),
        ({"x": np.zeros((60, 5, 8, 8)), "y": Y}, r"shape \(60, 5, 8, 8\)"),
    ],
)
def test_arrays_that_cannot_be_learnt(arrays, words):
    with pytest.raises(UserError, match=words) as answer:
        Arrays(saved(**arrays)).open()
    assert "\n" not in str(answer.value)


def test_nothing_is_unpickled():
    np.savez("a.npz", x=np.array([print, "object"], dtype=object), y=np.zeros(2))
    with pytest.raises(UserError, match="never unpickled"):
        Arrays("a.npz").open()


def test_damaged_files(tmp_path):
    with pytest.raises(UserError, match="no file"):
        Arrays("gone.npz").open()
    whole_file = (tmp_path / saved(x=X, y=Y)).read_bytes()
    for damaged in (b"", b"numbers", whole_file[:500], whole_file[:200] + b"\xff" * 400 + whole_file[600:]):
        (tmp_path / "a.npz").write_bytes(damaged)
        with pytest.raises(UserError, match="damaged"):
            Arrays("a.npz").open()


def test_inputs_of_another_shape():
    source = Arrays(saved(x=X, y=Y))
    with pytest.raises(UserError, match=r"\(4,\), not \(5,\)"):
        source.encode(np.zeros(5), source.open().facts)
