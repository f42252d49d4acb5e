"""GPT and char-RNN: equal to Hugging Face's and torch's, blind to the future, the same with a cache and without."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from profundo.core import Splits, TrainState
from profundo.data.windows import Windows
from profundo.networks.attention.gpt import GPTConfig
from profundo.networks.recurrent.char_rnn import CharRNNConfig
from profundo.training.checkpoints import renamed
from profundo.training.gradient_descent import GradientDescent
from profundo.training.objectives import next_token
from profundo.training.optimizers import Adam

SMALL = GPTConfig(vocabulary=19, context=12, depth=3, width=24, heads=4)
NETWORKS = {
    "gpt": SMALL,
    "gpt_without_bias": GPTConfig(vocabulary=19, context=12, depth=2, width=16, heads=2, bias=False),
    "char_rnn": CharRNNConfig(vocabulary=19, units=16, layers=2),
}


def text(B, T, V=19, seed=0):
    return torch.randint(V, (B, T), generator=torch.Generator().manual_seed(seed))


def built(config, std=0.3):
    """Weights large enough for every layer to be heard."""
    torch.manual_seed(0)
    network = config.build().eval()
    with torch.no_grad():
        for p in network.parameters():
            p.add_(std * torch.randn_like(p))
    return network


def test_parameters_counted_by_hand():
    def count(V, T, D, L):
        block = 2 * 2 * D + (D * 3 * D + 3 * D) + (D * D + D) + (D * 4 * D + 4 * D) + (4 * D * D + D)
        return V * D + T * D + L * block + 2 * D

    assert count(50257, 1024, 768, 12) == 124_439_808  # GPT-2, the small one
    assert sum(p.numel() for p in SMALL.build().parameters()) == count(19, 12, 24, 3)
    small = GPTConfig(65, 64, 4, 128, 4, bias=False).build()
    assert sum(p.numel() for p in small.parameters()) - 64 * 128 == 795_904  # nanoGPT counts no positions: "0.80M"


def test_logits_are_those_of_hugging_face(torchvision):
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    theirs = GPT2LMHeadModel(
        GPT2Config(vocab_size=19, n_positions=12, n_embd=24, n_layer=3, n_head=4, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0)
    ).eval()
    with torch.no_grad():
        for p in theirs.parameters():
            p.add_(0.3 * torch.randn_like(p))
    ours = SMALL.build().eval()
    ours.load_state_dict(renamed(theirs.state_dict(), SMALL))
    x = text(3, 12)
    a, b = ours(x), theirs(x).logits
    assert_close(a, b, atol=1e-5, rtol=1e-5)
    a.logsumexp(-1).sum().backward()
    b.logsumexp(-1).sum().backward()
    assert_close(ours.tokens.weight.grad, theirs.transformer.wte.weight.grad, atol=1e-4, rtol=1e-4)
    maps = theirs.set_attn_implementation("eager") or theirs(x, output_attentions=True).attentions
    assert_close(ours.attention(x), torch.stack(maps), atol=1e-5, rtol=1e-5)


def test_names_of_old_files_fit_too():
    """GPT-2's first files have no "transformer." and keep the mask."""
    own = SMALL.build().state_dict()
    weights = renamed({"wte.weight": own["tokens.weight"], "h.0.attn.bias": torch.ones(1, 1, 12, 12)}, SMALL)
    assert list(weights) == ["tokens.weight"]


@pytest.mark.parametrize("name", NETWORKS)
def test_nobody_reads_what_comes_later(name):
    network, x = built(NETWORKS[name]), text(2, 12)
    other = x.clone()
    other[:, 7:] = (other[:, 7:] + 1) % 19
    assert_close(network(x)[:, :7], network(other)[:, :7])
    assert not torch.allclose(network(x)[:, 7:], network(other)[:, 7:])


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("cuts", [(12,), (1,) * 12, (5, 1, 4, 2)])
def test_a_cache_changes_nothing(name, cuts):
    network, x = built(NETWORKS[name]), text(3, 12)
    cache = network.begin_cache(3)
    said = [network.continue_(part, cache) for part in x.split(cuts, dim=1)]
    assert_close(torch.cat(said, 1), network(x), atol=1e-5, rtol=1e-5)
    assert network.begin_cache(3)[0][0].numel() == 0 or not network.begin_cache(3)[0].any()  # a new one holds nothing


def test_beyond_the_context_nothing_can_be_read():
    with pytest.raises(ValueError, match="13 tokens do not fit in a context of 12"):
        SMALL.build()(text(1, 13))
    network = SMALL.build()
    cache = network.begin_cache(1)
    network.continue_(text(1, 12), cache)
    with pytest.raises(ValueError, match="13 tokens"):
        network.continue_(text(1, 1), cache)


def test_rows_of_attention_are_shares_of_the_past():
    maps = built(SMALL).attention(text(2, 12))
    assert maps.shape == (3, 2, 4, 12, 12)
    assert_close(maps.sum(-1), torch.ones(3, 2, 4, 12))
    assert not maps.triu(1).any()


def test_a_new_network_says_nearly_even_chances():
    torch.manual_seed(0)
    x = text(8, 12)
    loss = F.cross_entropy(SMALL.build()(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
    assert loss.item() == pytest.approx(math.log(19), abs=0.1)


def test_it_learns_to_count():
    """A text whose next letter follows from the one before: the loss falls to nearly nothing."""
    ids = torch.arange(2000) % 19
    windows = Windows.of(ids, 12)
    torch.manual_seed(0)
    state = TrainState(SMALL.build(), Splits(windows, windows, lambda: windows), torch.device("cpu"), 0)
    losses = [float(step.values["loss"]) for step in GradientDescent(next_token, 8, 16, Adam(lr=1e-2)).steps(state)]
    assert losses[0] > 2.5
    assert losses[-1] < 0.3


def test_char_rnn_is_an_lstm_over_single_ones():
    ours, x = built(NETWORKS["char_rnn"]), text(2, 7)
    theirs = torch.nn.LSTM(19, 16, 2, batch_first=True)
    theirs.load_state_dict(ours.memory.state_dict())
    h, _state = theirs(torch.eye(19)[x])
    assert_close(ours(x), h @ ours.output.weight.T + ours.output.bias, atol=1e-5, rtol=1e-5)


def test_impossible_configurations_are_refused():
    for wrong, why in (({"width": 30, "heads": 4}, "shared out"), ({"depth": 0}, "at least 1"), ({"dropout": 1.0}, "below 1")):
        with pytest.raises(ValueError, match=why):
            GPTConfig(**wrong)
    with pytest.raises(ValueError, match="at least 1"):
        CharRNNConfig(units=0)
