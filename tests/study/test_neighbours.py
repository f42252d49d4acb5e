import pytest
import torch

from profundo.core import UserError
from profundo.data.around import Around
from profundo.networks.embeddings.word2vec import Word2VecConfig
from profundo.study.neighbours import families, neighbours, plane

FACTS = {"tokens": ["<pad>", "<unk>", "sol", "luna", "pan", "vino", "queso"], "lower": True}


@pytest.fixture
def network():
    found = Word2VecConfig(7, 3).build()
    with torch.no_grad():
        found.v[2:] = torch.tensor([[1.0, 0, 0], [0.9, 0.1, 0], [0, 0, 1], [0, 0.2, 1], [0, 0.4, 1]])
    found.counts.fill_(1)
    return found


def test_families_are_the_nearest(network):
    assert families(network, Around(), FACTS, ["sol", "pan"], near=2) == [["sol", "luna", "queso"], ["pan", "vino", "queso"]]


def test_the_plane_keeps_distances_that_lie_in_it():
    points = torch.tensor([[0.0, 0, 3], [2, 0, 3], [0, 1, 3], [2, 1, 3]])
    assert torch.allclose(torch.cdist(plane(points), plane(points)), torch.cdist(points, points), atol=1e-5)


def test_a_map_names_every_word_once_a_family(network):
    drawing = neighbours(network, Around(), FACTS, ["sol", "pan"], near=1)
    assert sorted(text.get_text() for text in drawing.axes[0].texts) == ["luna", "pan", "sol", "vino"]
    assert drawing.svg() == neighbours(network, Around(), FACTS, ["sol", "pan"], near=1).svg()
    with pytest.raises(UserError, match="at least one word"):
        neighbours(network, Around(), FACTS, [])
    with pytest.raises(UserError, match="pna"):
        neighbours(network, Around(), FACTS, ["pna"])
