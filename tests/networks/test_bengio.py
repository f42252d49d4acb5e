import torch

from profundo.networks.embeddings.bengio import BengioConfig
from profundo.training.many_words import next_of_many
from profundo.training.objectives import next_token


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_parameters_counted_by_the_papers_formula():
    """|V| (1 + n m + h) + h (1 + (n - 1) m), of which |V| (n - 1) m are the direct connections (section 2)."""
    V, n, m, h = 1000, 5, 30, 100
    assert parameters(BengioConfig(V, n - 1, m, h, direct=True).build()) == V * (1 + n * m + h) + h * (1 + (n - 1) * m)
    assert parameters(BengioConfig(V, n - 1, m, h).build()) == V * (1 + m + h) + h * (1 + (n - 1) * m)


def test_equal_to_the_papers_equations():
    torch.manual_seed(0)
    net = BengioConfig(vocabulary=20, context=3, dimensions=4, hidden=6, direct=True).build()
    words = torch.tensor([[3, 7, 7], [0, 1, 19]])
    x = torch.cat([net.C.weight[words[:, i]] for i in range(3)], 1)
    y = net.U.bias + x @ net.W.weight.T + torch.tanh(net.H.bias + x @ net.H.weight.T) @ net.U.weight.T
    assert torch.allclose(net(words)[:, 0], y, atol=1e-6)
    next_words = torch.tensor([[5], [6]])
    assert torch.allclose(net.log_p(words, next_words), y.log_softmax(1).gather(1, next_words)[:, 0], atol=1e-6)


def test_half_the_bytes_lead_the_same_way():
    """The gradient of next_of_many is that of next_token, to the precision of the hardware's products."""
    torch.manual_seed(0)
    net = BengioConfig(vocabulary=500, context=3, dimensions=8, hidden=16).build()
    batch = torch.randint(0, 500, (64, 3)), torch.randint(0, 500, (64, 1))
    found = []
    for objective in (next_token, next_of_many):
        net.zero_grad()
        loss = objective(net, batch)["loss"]
        loss.backward()
        found.append((loss.item(), torch.cat([p.grad.flatten() for p in net.parameters()])))
    (loss, exact), (half_loss, half) = found
    assert abs(half_loss - loss) < 0.01 * loss
    assert (half - exact).norm() < 0.01 * exact.norm()
