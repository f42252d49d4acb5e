import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from profundo.networks.convolutional.text_cnn import Detectors, TextCNNConfig


def test_detectors_are_a_convolution_and_its_maximum():
    torch.manual_seed(0)
    detectors, words = Detectors(7, 5, 3), torch.randn(4, 6, 7)
    convolved = F.conv1d(words.transpose(1, 2), detectors.w.permute(2, 1, 0), detectors.b, padding=2)
    assert_close(detectors(words, torch.ones(4, 6).bool()), F.relu(convolved).amax(-1))


def test_parameters_counted_by_hand():
    network = TextCNNConfig(vocabulary=10, classes=2, dimension=4, widths=(2, 3), maps=5).build()
    assert sum(p.numel() for p in network.parameters()) == 10 * 4 + (2 * 4 * 5 + 5) + (3 * 4 * 5 + 5) + (10 * 2 + 2)


def small():
    torch.manual_seed(0)
    network = TextCNNConfig(vocabulary=20, classes=3, dimension=6, maps=4).build().eval()
    for detectors in network.windows:
        torch.nn.init.normal_(detectors.b, mean=1.0)  # a window of filling would answer more than nothing
    return network


def test_filling_changes_no_answer_and_no_gradient():
    network = small()
    short, long = torch.tensor([[3, 9]]), torch.tensor([[3, 9] + [0] * 7, [5, 4, 3, 2, 6, 7, 8, 9, 2]])
    assert_close(network(long)[:1], network(short))
    network(long)[0].sum().backward()
    gradients = [p.grad.clone() for p in network.parameters()]
    network.zero_grad()
    network(short).sum().backward()
    assert_close(gradients, [p.grad for p in network.parameters()])
    assert not network.embedding.weight.grad[0].any()


def test_a_sentence_shorter_than_a_detector_is_read():
    assert small()(torch.tensor([[7]])).isfinite().all()


def test_where_a_word_stands_does_not_matter_only_that_it_does():
    network = small()
    ones = torch.full((1, 12), 2)
    early, late = ones.clone(), ones.clone()
    early[0, 5], late[0, 6] = 9, 9
    assert_close(network(early), network(late))


def test_what_cannot_be_is_refused():
    for wrong in ({"widths": ()}, {"maps": 0}, {"classes": 1}, {"dropout": 1.0}):
        with pytest.raises(ValueError, match="at least"):
            TextCNNConfig(**wrong)
