import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torch.testing import assert_close

from profundo.core import Splits, TrainState, UserError
from profundo.data.rows import Rows, Standardize
from profundo.data.streamed import Streamed
from profundo.training.augment import Augment
from profundo.training.colour import Colour
from profundo.training.gradient_descent import GradientDescent
from profundo.training.mixing import Mixing
from profundo.training.randaugment import RandAugment
from profundo.training.resampling import affine, elastic, gaussian, sample

INTERIOR = (..., slice(8, -8), slice(8, -8))
"""Beyond the edge PIL paints black, and we go on with the edge's colour."""


def picture(height=40, width=32):
    """Smooth, so that rounding of places matters little: (1, 1, H, W)."""
    rough = torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0))
    return F.avg_pool2d(rough, 5, stride=1, padding=2)


def turned(degrees):
    a = math.radians(degrees)
    return torch.tensor([[[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]])


def test_fixed_changes_are_those_of_pil():
    """Turn, slant, scale and shift at once, on a picture that is not square."""
    x = picture()
    matrix, shift = turned(20) @ torch.tensor([[[1.1, 0.2], [0.0, 0.9]]]), torch.tensor([[1.5, -2.25]])
    ours = sample(x, affine(x, matrix, shift))

    A, centre = matrix[0].double().numpy(), np.array([16.0, 20.0])  # PIL counts from the corner
    offset = centre + shift[0].numpy() - A @ centre
    image = Image.fromarray(x[0, 0].numpy())
    coefficients = (*A[0], offset[0], *A[1], offset[1])
    theirs = image.transform(image.size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)
    assert_close(ours[0, 0][INTERIOR], torch.from_numpy(np.array(theirs))[INTERIOR], rtol=0, atol=1e-5)


def test_fixed_changes_are_those_of_torch():
    x, matrix = picture(32, 32), turned(30)
    theta = torch.cat([matrix, torch.tensor([[[2 * 3 / 32], [0.0]]])], -1)  # torch counts in half pictures
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    theirs = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    assert_close(sample(x, affine(x, matrix, torch.tensor([[3.0, 0.0]]))), theirs, rtol=0, atol=1e-5)


def test_a_shift_by_whole_pixels_moves_the_picture_and_repeats_its_edge():
    x = picture(5, 6)
    moved = sample(x, affine(x, torch.eye(2)[None], torch.tensor([[2.0, 0.0]])))
    assert_close(moved[..., :4], x[..., 2:])
    assert_close(moved[..., 4:], x[..., -1:].expand(-1, -1, -1, 2))


def test_every_picture_draws_its_own_change_within_the_bounds():
    torch.manual_seed(0)
    change = Augment(shift=3, rotate=15, scale=0.2, shear=0.1)
    matrix, shift = change.draw(4000, torch.device("cpu"))
    assert shift.abs().max() <= 3
    assert_close(shift.abs().mean().item(), 1.5, rtol=0.03, atol=0)
    first = matrix[:, :, 0]  # turned and scaled, not slanted
    angle = torch.atan2(first[:, 1], first[:, 0]).rad2deg()
    assert 14.9 < angle.abs().max() <= 15.001
    lengths = 1 / first.norm(dim=1)
    assert 0.8 <= lengths.min() < 0.801
    assert 1.199 < lengths.max() <= 1.2001
    assert len(matrix.flatten(1).unique(dim=0)) == 4000


def test_size_grows_with_scale():
    """Twice the length on screen is read at half the steps."""
    x = torch.zeros(1, 1, 41, 41)
    x[..., 15:26, 15:26] = 1.0  # 11 pixels wide
    matrix = torch.eye(2)[None] / 2
    assert 21 <= sample(x, affine(x, matrix, torch.zeros(1, 2)))[0, 0, 20].sum() <= 23


def test_half_of_the_pictures_are_flipped_pixel_for_pixel():
    torch.manual_seed(0)
    x = torch.arange(6, dtype=torch.uint8).view(1, 1, 1, 6).repeat(400, 1, 4, 1)
    out = Augment(flip=True)(x)
    flipped = out[:, 0, 0, 0] == 5
    assert torch.equal(out, torch.where(flipped.view(-1, 1, 1, 1), x.flip(-1), x))
    assert 160 < flipped.sum() < 240


@pytest.mark.parametrize("padding", ["black", "reflect"])
def test_a_crop_is_a_window_of_the_padded_picture_and_every_window_comes(padding):
    torch.manual_seed(0)
    x = torch.randint(1, 256, (1, 3, 7, 5), dtype=torch.uint8)
    out = Augment(crop=2, padding=padding)(x.expand(1000, -1, -1, -1))
    padded = F.pad(x.float(), (2, 2, 2, 2), mode="constant" if padding == "black" else "reflect").byte()
    windows = padded.unfold(2, 7, 1).unfold(3, 5, 1).permute(0, 2, 3, 1, 4, 5).reshape(25, 3, 7, 5)
    which = (out[:, None] == windows).flatten(2).all(2)
    assert (which.sum(1) == 1).all()
    assert 20 < which.sum(0).min() <= which.sum(0).max() < 65  # 40 each, give or take four deviations


def test_cropped_and_flipped_is_pads_flip_and_slice():
    torch.manual_seed(1)
    x = torch.rand(50, 2, 6, 8)
    out = Augment(crop=3, flip=True)(x)
    padded = F.pad(x, (3, 3, 3, 3))
    for picture, original in zip(out, padded, strict=True):
        places = [(i, j) for i in range(7) for j in range(7)]
        assert any(
            torch.equal(picture, window) or torch.equal(picture, window.flip(-1))
            for window in (original[:, i : i + 6, j : j + 8] for i, j in places)
        )


def test_a_crop_is_made_before_pixels_are_prepared():
    """What is black is black, whatever the mean of the data."""
    x = torch.full((200, 1, 4, 4), 255, dtype=torch.uint8)
    out = Augment(crop=1)(x, Standardize(mean=(100.0,), std=(50.0,)))
    assert out.unique().tolist() == [-2.0, torch.tensor(3.1).item()]


def test_cutout_covers_a_square_cut_off_at_the_edge_with_the_mean():
    torch.manual_seed(0)
    x = torch.full((3000, 2, 9, 12), 255, dtype=torch.uint8)
    out = Augment(cutout=4)(x, Standardize(mean=(0.0, 100.0), std=(1.0, 1.0)))
    hole = out[:, :1] == 0
    assert torch.equal(hole, out[:, 1:] == 0)
    rows, columns = hole.any(3).sum(2), hole.any(2).sum(2)
    assert torch.equal(hole.sum((1, 2, 3)), (rows * columns).flatten())  # a rectangle
    assert rows.max() == columns.max() == 4
    assert 2 == rows.min() == columns.min()
    # rows -2...2 to 6...10 begin as likely as each other: 2, 3, 4 (six times), 3, 2... rows of the nine are inside
    assert_close(rows.float().mean().item(), (2 + 3 + 4 * 6 + 3) / 9, rtol=0.02, atol=0)


def test_many_draws_keep_the_mean():
    torch.manual_seed(0)
    x = torch.rand(1, 3, 12, 12).expand(20_000, -1, -1, -1)
    flipped = Augment(flip=True)(x).mean(0)
    assert_close(flipped, (x[0] + x[0].flip(-1)) / 2, rtol=0, atol=0.015)
    standard = x - 0.5
    assert_close(Augment(cutout=4)(standard).mean(), standard.mean() * (1 - _covered(12, 4)), rtol=0, atol=0.001)


def _covered(n, side):
    """The mean share of a square picture that lies under a square around any of its pixels."""
    inside = [min(n, c + side // 2) - max(0, c - side // 2) for c in range(n)]
    return (sum(inside) / n / n) ** 2


def test_train_is_changed_anew_each_time_and_dev_never():
    torch.manual_seed(0)
    x = torch.randint(256, (8, 1, 6, 6), dtype=torch.uint8)
    train, dev = Rows(x, torch.arange(8)), Rows(x.clone(), torch.arange(8))
    seen = []

    def objective(network, batch):
        seen.append(batch[0])
        return {"loss": network(batch[0].flatten(1)).square().mean()}

    state = TrainState(torch.nn.Linear(36, 8), Splits(train, dev, lambda: None), torch.device("cpu"), seed=0)
    rule = GradientDescent(objective, epochs=2, batch_size=8, augment=Augment(crop=2, flip=True, cutout=2))
    state.data = Splits(replace(train, prepare=Tensor.float), replace(dev, prepare=Tensor.float), lambda: None)
    assert len(list(rule.steps(state))) == 2
    assert not torch.equal(seen[0].sort(0).values, seen[1].sort(0).values)
    for rows in (state.data.train, state.data.dev):
        assert torch.equal(next(iter(rows.batches(8)))[0], x.float())


def test_streamed_pictures_are_changed_too():
    torch.manual_seed(0)
    rows = Streamed(("3", "5"), _plain, torch.tensor([3, 5]), prepare=Tensor.float, workers=1)
    x, y = next(iter(Augment(crop=3).on(rows).batches(2)))
    assert sorted({*x.unique().tolist()} - {0.0}) == y.tolist() == [3, 5]
    assert (x == 0).any()


def _plain(level):
    return torch.full((1, 8, 8), int(level), dtype=torch.uint8)


def test_the_elastic_field_is_scipys_gaussian_filter():
    from scipy.ndimage import gaussian_filter

    x = torch.zeros(2, 1, 28, 20)
    torch.manual_seed(3)
    field = elastic(x, alpha=5.0, sigma=2.0)
    torch.manual_seed(3)
    rough = 2 * torch.rand(2, 2, 28, 20) - 1
    for b in range(2):
        for axis in range(2):
            smooth = 5.0 * gaussian_filter(rough[b, axis].double().numpy(), 2.0, mode="constant", truncate=8.0)
            assert_close(field[b, :, :, axis], torch.from_numpy(smooth).float(), rtol=0, atol=1e-5)


def test_simards_digits_move_by_1_4_pixels():
    torch.manual_seed(0)
    field = elastic(torch.zeros(200, 1, 60, 60), alpha=34.0, sigma=4.0)[:, 16:-16, 16:-16]
    by_hand = 34 / math.sqrt(3) / (2 * math.sqrt(math.pi) * 4)  # a smoothed field of variance 1/3
    assert_close(field.square().mean().sqrt().item(), by_hand, rtol=0.02, atol=0)
    assert round(by_hand, 1) == 1.4
    assert_close(gaussian(41, 2.0, torch.device("cpu"))[20].sum().item(), 1.0)


def test_a_batch_is_changed_as_its_pictures_alone_would_be():
    torch.manual_seed(0)
    x = torch.rand(5, 2, 14, 11)
    change = Augment(shift=2, rotate=20, scale=0.2, shear=0.2)
    where = affine(x, *change.draw(5, x.device)) + elastic(x, alpha=8.0, sigma=2.0)
    together = sample(x, where)
    for i in range(5):
        assert_close(together[i : i + 1], sample(x[i : i + 1], where[i : i + 1]))
    assert len({tuple(map(float, picture.flatten())) for picture in together}) == 5


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_gpu_changes_a_picture_as_the_processor_does():
    x, where = picture(), affine(picture(), turned(20), torch.tensor([[1.5, -2.25]]))
    assert_close(sample(x.cuda(), where.cuda()).cpu(), sample(x, where), rtol=0, atol=1e-5)
    assert_close(affine(x.cuda(), turned(20).cuda(), torch.tensor([[1.5, -2.25]]).cuda()).cpu(), where, rtol=0, atol=1e-5)
    everything = Augment(
        crop=2, flip=True, rotate=10, alpha=8.0, cutout=4, colour=Colour(0.4, 0.4, 0.4, 0.1), rand=RandAugment(operations=3)
    )
    photos = torch.randint(256, (16, 3, 20, 20), dtype=torch.uint8, device="cuda")
    drawn, q = Mixing(mixup=1.0, cutmix=1.0, smoothing=0.1)((everything(photos), torch.arange(16, device="cuda") % 4), 4)
    assert drawn.is_cuda
    assert q.is_cuda


def test_off_it_does_nothing_and_on_it_keeps_the_kind_of_picture():
    x = picture()
    assert Augment()(x) is x
    batch = torch.rand(6, 3, 20, 20).contiguous(memory_format=torch.channels_last)
    out = Augment(rotate=10, alpha=8.0)(batch)
    assert out.shape == batch.shape
    assert out.is_contiguous(memory_format=torch.channels_last)
    assert batch.min() <= out.min() <= out.max() <= batch.max()


def test_refusals():
    with pytest.raises(UserError, match="none"):
        Augment(shift=1)(torch.zeros(3, 5))
    with pytest.raises(ValueError, match="at least 0"):
        Augment(rotate=-3)
    with pytest.raises(ValueError, match="below 1"):
        Augment(scale=1.0)
    with pytest.raises(ValueError, match="at least 0"):
        Augment(crop=-1)
    with pytest.raises(UserError, match="reflects more"):
        Augment(crop=4, padding="reflect")(torch.zeros(1, 1, 4, 9))
    with pytest.raises(UserError, match="none"):
        Augment(cutout=2)(torch.zeros(3, 5))
