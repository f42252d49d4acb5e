"""T5 gives transformers' logits with the same weights; distances fall into the paper's classes."""

import warnings

import pytest
import torch

from profundo.networks.attention.t5 import T5Config, bucket
from profundo.training.checkpoints import renamed

SMALL = T5Config(vocabulary=29, depth=2, width=16, heads=4, head_width=6, hidden=24, buckets=8, farthest=16, dropout=0.0)
X = torch.tensor([[5, 7, 9, 11, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 3, 2, 1], [6, 8, 3, *[0] * 17]])
Y = torch.tensor([[2, 4, 6, 8, 10, 3], [2, 18, 5, 3, 0, 0]])


def test_logits_and_gradients_are_transformers(torchvision):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import T5Config as TheirConfig
        from transformers import T5ForConditionalGeneration

    torch.manual_seed(0)
    theirs = T5ForConditionalGeneration(
        TheirConfig(
            vocab_size=29,
            d_model=16,
            d_kv=6,
            d_ff=24,
            num_layers=2,
            num_heads=4,
            relative_attention_num_buckets=8,
            relative_attention_max_distance=16,
            dropout_rate=0.0,
        )
    ).eval()
    for p in theirs.parameters():
        p.data.uniform_(-0.5, 0.5) if p.ndim > 1 else p.data.uniform_(0.5, 1.5)
    ours = SMALL.build()
    weights = renamed(theirs.state_dict(), SMALL)
    ours.load_state_dict(weights)
    expected = theirs(input_ids=X, attention_mask=(X != 0).long(), decoder_input_ids=Y).logits
    found = ours(X, Y)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5 * float(expected.detach().abs().max()))
    g = torch.randn_like(found)
    (a,) = torch.autograd.grad(found, ours.encoder.distances.weight, g)
    (b,) = torch.autograd.grad(expected, theirs.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight, g)
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5 * float(b.abs().max()))


def test_classes_of_distances_by_hand():
    """32 classes, both ways: 8 exact ones, then 8 more up to 128 tokens, sixteen times as far: a factor of sqrt(2) each."""
    away = torch.tensor([[0, 1, 7, 8, 11, 12, 15, 16, 64, 90, 91, 128, 5000]])
    assert bucket(-away, True, 32, 128).tolist() == [[0, 1, 7, 8, 8, 9, 9, 10, 14, 14, 15, 15, 15]]
    assert bucket(away[:, 1:], True, 32, 128).tolist() == [[17, 23, 24, 24, 25, 25, 26, 30, 30, 31, 31, 31]]
    assert bucket(away, False, 32, 128).tolist() == [[0] * 13]  # what comes later has no classes
    assert bucket(-torch.tensor([[3, 15, 16, 127, 900]]), False, 32, 128).tolist() == [[3, 15, 16, 31, 31]]


def test_padding_changes_nothing():
    torch.manual_seed(0)
    network = SMALL.build()
    alone = network(X[1:, :3], Y[1:, :4])
    torch.testing.assert_close(network(X, Y)[1:, :4], alone, rtol=1e-5, atol=1e-5)
    weights = list(network.parameters())
    g = torch.randn_like(alone)
    for a, b in zip(
        torch.autograd.grad((network(X, Y)[1:, :4] * g).sum(), weights),
        torch.autograd.grad((alone * g).sum(), weights),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_token_by_token_is_all_at_once():
    torch.manual_seed(0)
    network = SMALL.build().eval()
    state, logits = network.encode(X), []
    for previous in Y.T:
        said, state = network.decode_step(previous, state)
        logits.append(said)
    torch.testing.assert_close(torch.stack(logits, 1), network(X, Y), rtol=1e-5, atol=1e-5)


def test_small_has_60_million_weights():
    with torch.device("meta"):
        network = T5Config().build()
    assert sum(p.numel() for p in network.parameters()) == 60_506_624  # "60 million" in section 3.7


def test_what_cannot_be_built():
    with pytest.raises(ValueError, match="multiple of 4"):
        T5Config(buckets=6)
