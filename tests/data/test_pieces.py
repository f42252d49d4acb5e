"""What is hidden, how, and that it depends on nothing but the seed and the epoch."""

import pytest
import torch

from profundo.core import UserError
from profundo.data.masked import Masked, framed, hide
from profundo.data.pieces import BothWays, Pieces
from profundo.data.windows import Windows
from profundo.data.wordpiece import CLS, MASK, SEP, SPECIAL

SMALL = Pieces(limit=60_000, pieces=300, context=16)


def order(n, seed=0):
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


def test_fifteen_in_a_hundred_are_asked_for_and_most_of_them_covered():
    text = torch.randint(5, 1000, (200, 100), generator=torch.Generator().manual_seed(0))
    read, asked = hide(text, 0.15, 1000, torch.Generator().manual_seed(1))
    is_asked = asked != -100
    assert is_asked.sum(1).tolist() == [15] * 200
    assert torch.equal(asked[is_asked], text[is_asked])
    assert torch.equal(read[~is_asked], text[~is_asked])
    covered = (read[is_asked] == SPECIAL.index(MASK)).float().mean()
    kept = (read[is_asked] == text[is_asked]).float().mean()
    assert abs(covered - 0.8) < 0.03
    assert abs(kept - 0.1) < 0.03
    assert read.min() >= SPECIAL.index(MASK)  # no filling, no unknown word is made up


def test_a_short_window_hides_one_piece():
    _read, asked = hide(torch.full((3, 4), 9), 0.01, 10, torch.Generator().manual_seed(0))
    assert (asked != -100).sum(1).tolist() == [1, 1, 1]


def test_masks_follow_the_epoch_and_a_resumed_epoch_has_the_same():
    data = SMALL.open().train
    first = list(data.batches(8, order(len(data))))
    again = list(data.batches(8, order(len(data)), start=3))
    for (x, y), (x2, y2) in zip(first[3:], again, strict=True):
        assert torch.equal(x, x2)
        assert torch.equal(y, y2)
    other = next(data.batches(8, order(len(data), seed=1)))
    assert not torch.equal(first[0][1] == -100, other[1] == -100)
    assert not torch.equal(first[0][1] == -100, first[1][1] == -100)
    assert len(data.take(torch.arange(5))) == 5


def test_dev_hides_the_same_pieces_every_time():
    dev = SMALL.open().dev
    (x, y), (x2, y2) = (next(dev.batches(4)) for _time in range(2))
    assert torch.equal(x, x2)
    assert torch.equal(y, y2)


def test_two_processes_hide_different_pieces():
    same = Masked(Windows.of(torch.full((400,), 9), 20), 10, 0.15)
    (x, y), (x2, y2) = (next(same.batches(8, order(len(same)), share=(rank, 2))) for rank in (0, 1))
    assert len(y) == len(y2) == 4
    assert not torch.equal(y, y2)
    assert x.shape == x2.shape


def test_the_frame():
    assert framed(torch.tensor([7, 8])).tolist() == [SPECIAL.index(CLS), 7, 8, SPECIAL.index(SEP)]


def test_both_ways_by_hand():
    rows = BothWays(Windows.of(torch.arange(1, 12), 4))
    x, y = next(rows.batches(1))
    assert x.tolist() == [[2, 3, 4]]
    assert y.tolist() == [[3, 4, 5, 1, 2, 3]]


def test_dev_and_test_are_other_text_than_train():
    splits = Pieces(limit=60_000, pieces=300, context=16, asks="neighbours").open()
    assert splits.facts["vocabulary"] == 300
    assert len(splits.train) > 10 * len(splits.dev) > 0
    seen = splits.train.windows.ids.tolist()
    dev = splits.dev.windows.ids[:30].tolist()
    assert all(seen[n : n + 30] != dev for n in range(len(seen)))


def test_encode_and_decode_keep_accents_and_marks():
    facts = SMALL.open().facts
    ids = SMALL.encode("¿Qué [MASK], señor?", facts)
    assert ids[0] == SPECIAL.index(CLS)
    assert (ids == SPECIAL.index(MASK)).sum() == 1
    said = torch.nn.functional.one_hot(SMALL.encode("¿Qué, señor?", facts), 300).float()
    assert SMALL.decode(said, facts) == "¿ qué , señor ?"


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path):
    facts = SMALL.open().facts
    with pytest.raises(UserError, match="text is empty"):
        SMALL.encode(" \n", facts)
    with pytest.raises(UserError, match="has 22 pieces, and this network reads 16"):
        SMALL.encode(", " * 20, facts)
    short = tmp_path / "short.txt"
    short.write_text("Érase una vez un país.")
    with pytest.raises(UserError, match=r"short.txt has 22 characters, too few"):
        Pieces(path=str(short)).open()
    with pytest.raises(ValueError, match="hidden is a share"):
        Pieces(hidden=0)
