"""The figures of recurrent networks: what is drawn is what the network says, and the page of a run has them."""

import pytest
import torch

from profundo.data.long_lag import Adding, TemporalOrder
from profundo.data.reber import EmbeddedReber
from profundo.data.streams import LetterStream, XorStream
from profundo.networks.recurrent.elman import ElmanConfig
from profundo.networks.recurrent.lstm import LSTMConfig
from profundo.study.memory_figure import drawn


class Half(torch.nn.Module):
    """Says 1/2 of everything."""

    def forward(self, x):
        return torch.full_like(x, 0.5)


@pytest.mark.parametrize(("source", "points"), [(XorStream(), 12), (LetterStream(), 40)])
def test_the_error_of_somebody_who_always_says_half(source, points):
    drawing, words = drawn(Half(), source.open().dev, ())
    (line, *_more) = drawing.axes[0].lines
    assert line.get_ydata() == pytest.approx([0.5] * points)
    assert words == "Where the past tells what comes the error is 0.5, where it is chance 0.5."
    assert drawing.svg().startswith("<?xml")


@pytest.mark.parametrize(
    ("source", "inputs", "rows"),
    [(Adding(train=20, dev=10), 2, 5), (TemporalOrder(train=20, dev=10), 9, 4), (EmbeddedReber(), 8, 4)],
)
def test_a_row_for_each_gate_as_long_as_the_sequence(source, inputs, rows):
    torch.manual_seed(0)
    data = source.open()
    drawing, words = drawn(LSTMConfig(inputs=inputs, units=6).build(), data.dev, data.facts.get("tokens", ()))
    assert len(drawing.axes) == rows
    pictures = [ax.images[0].get_array() for ax in drawing.axes if ax.images]
    x, *_y = next(iter(data.dev.batches(1)))
    long = int((x.flatten(2) if x.ndim == 3 else x[..., None]).ne(0).any(-1).sum())
    assert {picture.shape for picture in pictures} == {(6, long)}
    assert "0.7" in words  # sigmoid(1): forget gates as they begin
    named = [label.get_text() for label in drawing.axes[-1].get_xticklabels()]
    if isinstance(source, TemporalOrder):
        assert len(named) == 4
        assert set(named) <= {"E", "X", "Y", "B"}


def test_nothing_of_a_plain_network_that_says_one_thing():
    assert drawn(ElmanConfig(inputs=2, reads="last").build(), Adding(train=20, dev=10).open().dev, ()) is None
