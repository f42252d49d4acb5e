"""Figures hold the numbers they were given, and leave no trace in matplotlib."""

import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch

import profundo.study
from profundo.run import Run
from profundo.study import drawing, figures, words
from profundo.study.inline import inline, marked


@pytest.fixture
def run() -> Run:
    """Three epochs of ten examples; the second was the best."""
    made = Run("run")
    for step, (loss, dev) in enumerate([(1.0, 0.5), (0.1, 0.2), (0.01, 0.3)], start=1):
        made.log(
            step=step, seen=10 * step, of=3, seconds=1.0, loss=loss, lr=0.1, error=0.5, dev_error=dev, epoch=step, chosen=step < 3
        )
    made.write("result.json", {"metric": "error", "test": {"error": 0.25}})
    return made


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_curves_hold_what_was_recorded(run):
    loss, error = figures.curves(run).axes
    assert (loss.get_title(loc="left"), error.get_title(loc="left")) == ("loss", "error")
    assert lines(loss)["train"].get_ydata().tolist() == [1.0, 0.1, 0.01]
    assert lines(error)["dev"].get_xdata().tolist() == [1, 2, 3]
    assert lines(error)["dev"].get_ydata().tolist() == [0.5, 0.2, 0.3]
    assert lines(error)["test 25.00 %"].get_ydata() == [0.25, 0.25]
    assert (lines(error)["best, epoch 2"].get_xdata(), lines(error)["best, epoch 2"].get_ydata()) == ([2], [0.2])


def test_a_wide_range_is_drawn_in_the_logarithm(run):
    loss, error = figures.curves(run).axes
    assert (loss.get_yscale(), error.get_yscale()) == ("log", "linear")
    error.figure.canvas.draw()
    assert all(label.get_text().endswith(" %") for label in error.get_yticklabels())


def test_epochs_that_are_not_alike_are_drawn_by_what_was_seen():
    uneven = [{"step": 1, "seen": 10, "epoch": 1}, {"step": 2, "seen": 500, "epoch": 2}]
    place, label = figures.clock(uneven, {"task": "act"})
    assert ([place(r) for r in uneven], label) == ([10, 500], "frames seen")


def test_a_run_without_records_says_so():
    assert [text.get_text() for text in figures.curves(Run("empty")).texts] == ["Nothing is recorded yet."]


def test_confusion_has_a_mark_for_each_pair_that_occurs():
    matrix = torch.tensor([[5, 0, 1], [0, 7, 0], [2, 0, 1234]])
    (ax,) = figures.confusion(matrix, ["a", "b", "c"]).axes
    assert len(ax.patches) == 5
    assert sorted(text.get_text() for text in ax.texts) == ["1", "1,234", "2", "5", "7"]
    blue = [patch for patch in ax.patches if matplotlib.colors.to_hex(patch.get_facecolor()) == drawing.TRAIN]
    assert len(blue) == 3


def test_bytes_are_shown_as_they_are_and_numbers_on_one_scale():
    (black, grey) = figures.as_pictures([torch.zeros(1, 2, 2, dtype=torch.uint8), torch.full((1, 2, 2), 51, dtype=torch.uint8)])
    assert black.shape == (2, 2)
    assert np.allclose([black.max(), grey.max()], [0, 0.2])
    low, high = figures.as_pictures([torch.full((3, 2, 2), -1.5), torch.full((3, 2, 2), 2.5)])
    assert low.shape == (2, 2, 3)
    assert (low.min(), high.max()) == (0, 1)


def test_pictures_stand_above_their_captions():
    sheet = figures.pictures([torch.zeros(1, 4, 4)] * 11, [f"caption {i}" for i in range(11)])
    assert [ax.get_xlabel() for ax in sheet.axes] == [f"caption {i}" for i in range(11)]


def test_the_boundary_lies_where_the_answer_changes():
    points = torch.tensor([[-2.0, -1.0], [2.0, 1.0]])
    (ax,) = figures.boundary(lambda p: (p[:, 0] > 0.5).long(), points, torch.tensor([0, 1]), ["left", "right"], ["x", "y"]).axes
    line = ax.collections[-1].get_paths()[0].vertices
    assert np.allclose(line[:, 0], 0.5, atol=0.02)
    assert line[:, 1].min() < -1 < 1 < line[:, 1].max()


def test_scatter_counts_every_example():
    left, right = figures.scatter(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1.0, 3.0, 3.0]), "price").axes
    assert sum(bar.get_height() for bar in right.patches) == 3
    assert left.get_xlabel() == "true price"


def test_landmarks_stand_at_their_values():
    (ax,) = figures.landmarks("error", [("this run", 0.01, "red"), ("published", 0.9, "blue")], (0.008, 0.012)).axes
    assert ax.get_xscale() == "log"
    assert [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 1] == [0.01, 0.9]
    assert [text.get_text() for text in ax.texts] == ["this run\n1.00 %", "published\n90.00 %"]


def test_values_that_are_not_finite_do_not_break_a_figure():
    broken = Run("broken")
    broken.log(step=1, seen=1, loss=math.nan, epoch=1)
    broken.log(step=2, seen=2, loss=math.inf, epoch=2)
    figures.curves(broken).svg()


def test_a_pair_of_dollars_is_no_formula():
    assert "$5 or $10" in figures.confusion(torch.eye(2).long(), ["$5 or $10", r"$\frac$"]).svg()


def test_a_figure_is_the_same_text_each_time_and_shows_itself_in_notebooks(run):
    assert figures.curves(run).svg() == figures.curves(run).svg()
    assert figures.curves(run)._repr_png_().startswith(b"\x89PNG")


def test_inlined_figures_take_the_page_s_colours_and_keep_apart(run):
    text = inline(figures.curves(run).svg(), "curves", 'train < dev & "test"')
    root = ElementTree.fromstring(text)
    assert root.attrib["aria-label"] == 'train < dev & "test"'
    assert all(element.attrib["id"].startswith("curves-") for element in root.iter() if "id" in element.attrib)
    assert "var(--train)" in text
    assert drawing.TRAIN not in text.lower()
    assert "DejaVu" not in text


def test_commands_stand_out_and_nothing_else_is_markup():
    assert marked("run `profundo train` <now>") == "run <code>profundo train</code> &lt;now&gt;"


def test_no_state_is_left_behind(run):
    before = dict(matplotlib.rcParams)
    figures.curves(run).svg()
    figures.confusion(torch.eye(3).long(), list("abc"))._repr_png_()
    assert dict(matplotlib.rcParams) == before
    room = Path(profundo.study.__file__).parent
    assert not [
        file.name for file in room.glob("*.py") if "import pyplot" in file.read_text() or "matplotlib.pyplot" in file.read_text()
    ]


def test_numbers_are_written_as_the_reader_s_language_does(monkeypatch):
    assert words.local("61,706 digits, -0.95 and 1e-05") == "61,706 digits, −0.95 and 1e-05"
    monkeypatch.setattr(words, "_", {"1,234.5": "1 234,5"}.get)
    assert words.local("61,706 digits, 0.95 and 1,234,567.8") == "61 706 digits, 0,95 and 1 234 567,8"


def test_why_a_run_stopped_is_no_curve():
    assert figures.recorded([{"step": 1, "loss": 1.0}, {"step": 2, "stopped": "seconds"}]) == ["loss"]
