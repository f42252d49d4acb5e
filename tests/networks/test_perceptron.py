import pytest
import torch

from profundo.networks.neurons.perceptron import PerceptronConfig


def test_the_larger_logit_is_the_sign_of_the_activation():
    neuron = PerceptronConfig(features=2).build()
    neuron.w.copy_(torch.tensor([2.0, -1.0]))
    neuron.b.fill_(-3.0)
    x = torch.tensor([[1.0, 1.0], [3.0, 1.0], [2.0, 1.0]])  # 2 - 1 - 3, 6 - 1 - 3, 4 - 1 - 3
    assert neuron.activation(x).tolist() == [-2.0, 2.0, 0.0]
    assert neuron(x).argmax(-1).tolist() == [0, 1, 0]
    assert neuron(x).tolist() == [[0.0, -2.0], [0.0, 2.0], [0.0, 0.0]]


def test_a_neuron_says_yes_or_no():
    with pytest.raises(ValueError, match="tells 2 classes apart, not 3"):
        PerceptronConfig(classes=3)
