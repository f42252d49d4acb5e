import pytest
import torch

from profundo.data.drawn_faces import (
    A_FACE,
    A_SCRAMBLED_FACE,
    FACE,
    NO_FACE,
    PLACES,
    DrawnFaces,
    parts_of,
    pictures,
)


def test_a_scrambled_face_has_a_faces_parts_and_none_in_its_place():
    y = torch.arange(300) % 3
    parts = parts_of(y, torch.Generator().manual_seed(0))
    face = torch.tensor(FACE)
    assert (parts[y == A_FACE] == face).all()
    scrambled = parts[y == A_SCRAMBLED_FACE]
    assert torch.equal(scrambled.sort(1).values, face.sort().values.expand(100, 4))
    assert (scrambled != face).all()
    assert (parts[y == NO_FACE] != face).any(1).all(), "at least one part is another"
    kept = (parts[y == NO_FACE] == face).float().mean().item()
    assert 0.3 < kept < 0.6, "and about half are a face's, in their places"


def test_parts_are_painted_in_their_places():
    draw = torch.Generator().manual_seed(0)
    x = pictures(torch.tensor([FACE] * 50), draw).float()[:, 0]
    mean = x.mean(0)
    for eye in PLACES[:2]:
        assert mean[eye[1], eye[0] - 3] > 150 > 100 > mean[eye[1], eye[0]], "white, and a pupil"
    nose, mouth = PLACES[2:]
    assert mean[nose[1], nose[0]] > 150
    assert mean[mouth[1], mouth[0]] < 60
    assert mean[0, 0] < 30 < 90 < mean[20, 10] < 140, "dark ground, grey face"
    assert x.std(0)[20, 10] > 0


def test_splits_hold_what_they_say_and_training_has_no_scrambled_face():
    splits = DrawnFaces(train=60, dev=30, test=33).open()
    assert splits.train.y.bincount().tolist() == [30, 30]
    assert splits.dev.y.bincount().tolist() == [10, 10, 10]
    assert len(splits.open_test()) == 33
    again = DrawnFaces(train=60, dev=30, test=33).open()
    assert torch.equal(splits.dev.x, again.dev.x)
    assert not torch.equal(splits.train.x[:30], splits.dev.x)
    assert not torch.equal(splits.dev.x, DrawnFaces(train=60, dev=30, test=33, seed=1).open().dev.x)
    ready = next(iter(splits.train.batches(60)))[0]
    assert abs(ready.mean().item()) < 0.2
    assert abs(ready.std().item() - 1) < 0.2


def test_a_picture_of_ones_own_is_encoded_as_the_data_are():
    source = DrawnFaces(train=12, dev=12, test=12)
    splits = source.open()
    ready = splits.dev.prepare(splits.dev.x[:1])[0]
    assert torch.allclose(source.encode(splits.dev.x[0, 0].numpy(), splits.facts), ready)
    assert source.decode(torch.tensor([0.0, 5.0]), splits.facts)["face"] > 0.99
    with pytest.raises(ValueError, match="12 pictures"):
        DrawnFaces(dev=2)
