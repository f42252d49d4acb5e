"""Attention is torch's, value and gradient, with and without masks; and what its formula promises."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from profundo.networks.attention.multi_head import (
    CrossAttention,
    MultiHeadAttention,
    attended,
    earlier,
    matching,
    scaled_dot_product,
)

B, N, T, S, D = 3, 4, 5, 7, 16


def real(lengths, longest):
    """(B, 1, 1, S): which keys are no padding."""
    return (torch.arange(longest) < torch.tensor(lengths)[:, None])[:, None, None]


def test_two_keys_by_hand():
    """d = 4: matches of 4 ln 3 / 2 and 0 become ln 3 and 0, so three quarters and a quarter."""
    q = torch.tensor([[[[math.log(3), 0.0, 0.0, 0.0]]]])
    k = torch.tensor([[[[2.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]]])
    v = torch.tensor([[[[4.0, 0.0, 0.0, 0.0], [0.0, 8.0, 0.0, 0.0]]]])
    torch.testing.assert_close(matching(q, k), torch.tensor([[[[0.75, 0.25]]]]))
    torch.testing.assert_close(scaled_dot_product(q, k, v), torch.tensor([[[[3.0, 2.0, 0.0, 0.0]]]]))


@pytest.mark.parametrize("seen", [None, real((7, 3, 1), S), earlier(S)[None, None, :T]], ids=["all", "padded", "causal"])
def test_the_formula_is_torchs(seen):
    torch.manual_seed(0)
    q, k, v = (torch.randn(B, N, n, 8, requires_grad=True) for n in (T, S, S))
    ours, theirs = scaled_dot_product(q, k, v, seen), F.scaled_dot_product_attention(q, k, v, seen)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    g = torch.randn_like(ours)
    for mine, yours in zip(torch.autograd.grad(ours, (q, k, v), g), torch.autograd.grad(theirs, (q, k, v), g), strict=True):
        torch.testing.assert_close(mine, yours, rtol=1e-5, atol=1e-5)


def torchs(bias=True):
    theirs = nn.MultiheadAttention(D, N, bias=bias, batch_first=True)
    for p in theirs.parameters():
        nn.init.normal_(p, std=0.3)  # its biases begin at 0, which would hide a wrong one
    return theirs


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("mask", ["none", "padded", "causal"])
def test_self_attention_is_torchs(mask, bias):
    torch.manual_seed(0)
    theirs, ours = torchs(bias), MultiHeadAttention(D, N, bias)
    names = {"in_proj_": "qkv.", "out_proj.": "out."}
    ours.load_state_dict({k.replace(a, b): w for k, w in theirs.state_dict().items() for a, b in names.items() if a in k})
    x = torch.randn(B, T, D, requires_grad=True)
    seen = real((5, 3, 1), T) if mask == "padded" else None
    hidden = {
        "key_padding_mask": None if seen is None else ~seen[:, 0, 0],
        "attn_mask": ~earlier(T) if mask == "causal" else None,
    }
    expected, weights = theirs(x, x, x, average_attn_weights=False, **hidden)
    found = ours(x, seen, mask == "causal")
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(ours.weights(x, seen, mask == "causal"), weights, rtol=1e-5, atol=1e-5)
    g = torch.randn_like(found)
    mine = torch.autograd.grad(found, (x, ours.qkv.weight, ours.out.weight), g)
    yours = torch.autograd.grad(expected, (x, theirs.in_proj_weight, theirs.out_proj.weight), g)
    for a, b in zip(mine, yours, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=2e-5)


def test_reading_a_memory_is_torchs():
    torch.manual_seed(0)
    theirs, ours = torchs(), CrossAttention(D, N)
    weights = {"out.weight": theirs.out_proj.weight, "out.bias": theirs.out_proj.bias}
    for kind, whole in (("weight", theirs.in_proj_weight), ("bias", theirs.in_proj_bias)):
        weights[f"q.{kind}"], weights[f"kv.{kind}"] = whole.split((D, 2 * D))
    ours.load_state_dict(weights)
    x, memory, seen = torch.randn(B, T, D), torch.randn(B, S, D), real((7, 3, 1), S)
    expected, shares = theirs(x, memory, memory, key_padding_mask=~seen[:, 0, 0], average_attn_weights=False)
    torch.testing.assert_close(ours(x, memory, seen), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(ours.weights(x, memory, seen), shares, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_what_is_hidden_changes_nothing():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(D, N).eval(), torch.randn(1, T, D)
    later = x.clone()
    later[:, 3:] = 100 * torch.randn(1, 2, D)
    assert torch.equal(attention(x, causal=True)[:, :3], attention(later, causal=True)[:, :3])
    assert not torch.allclose(attention(x)[:, :3], attention(later)[:, :3])
    torch.testing.assert_close(attention(later, real((3,), T))[:, :3], attention(x[:, :3]))
    shares = attention.weights(x, real((3,), T))
    assert not shares[..., 3:].any()
    torch.testing.assert_close(shares.sum(-1), torch.ones(1, N, T))


@torch.no_grad()
def test_without_positions_a_sentence_is_a_set():
    torch.manual_seed(0)
    attention, x, order = MultiHeadAttention(D, N), torch.randn(1, T, D), torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(attention(x[:, order]), attention(x)[:, order])


@torch.no_grad()
@pytest.mark.parametrize("cuts", [(5,), (1,) * 5, (2, 1, 2)], ids=["at once", "one by one", "in pieces"])
def test_a_text_may_be_continued(cuts):
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(D, N), torch.randn(B, T, D)
    past, said = torch.empty(2, B, N, 0, D // N), []
    for part in x.split(cuts, dim=1):
        y, past = attention.continue_(part, past)
        said.append(y)
    torch.testing.assert_close(torch.cat(said, 1), attention(x, causal=True))
    torch.testing.assert_close(past, attention.project(x)[1:])


def test_dropout_leaves_weights_out_while_it_learns():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(D, N, dropout=0.5), torch.randn(1, 1, D)
    v = attention.project(x)[2].transpose(1, 2)  # one token alone reads itself, with a weight of 1
    torch.testing.assert_close(attention.eval()(x), attention.out(v.flatten(2)))
    learning = attention.train()(x)
    kept = [attention.out((2 * v * torch.tensor(heads).view(N, 1)).flatten(2)) for heads in itertools.product((0, 1), repeat=N)]
    assert any(torch.allclose(learning, one, atol=1e-6) for one in kept)  # a head is left out, or counts double


@pytest.mark.parametrize("kind", [MultiHeadAttention, CrossAttention])
def test_heads_that_do_not_divide_the_width(kind):
    with pytest.raises(ValueError, match="a width of 16 cannot be shared out to 3 heads"):
        kind(16, 3)


@pytest.mark.parametrize("causal", [True, False])
def test_in_bfloat16_attention_is_written_out_and_is_the_fused_one(causal):
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 3, 9, 8, requires_grad=True) for _ in range(3))
    seen = None if causal else (torch.rand(2, 1, 9, 9) < 0.7) | torch.eye(9, dtype=torch.bool)
    fused = F.scaled_dot_product_attention(q, k, v, seen, is_causal=causal)
    halves = hq, hk, hv = [x.detach().bfloat16().requires_grad_() for x in (q, k, v)]
    written = attended(hq, hk, hv, seen, causal)
    assert written.dtype == torch.bfloat16
    torch.testing.assert_close(written.float(), fused, atol=0.03, rtol=0.03)
    fused.square().sum().backward()
    written.square().sum().backward()
    for half, whole in zip(halves, (q, k, v), strict=True):
        torch.testing.assert_close(half.grad.float(), whole.grad, atol=0.15, rtol=0.05)
    assert torch.equal(attended(q, k, v, seen, causal), fused)
