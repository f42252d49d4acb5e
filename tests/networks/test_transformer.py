"""The Transformer is torch's with the same weights; what fills up a batch and what comes later changes nothing."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from profundo.core import UserError
from profundo.networks.attention.transformer import Transformer, TransformerConfig, sinusoids

SMALL = TransformerConfig(vocabulary=23, target_vocabulary=19, shared=False, depth=2, width=16, heads=4, hidden=32, dropout=0.0)
X = torch.tensor([[5, 7, 9, 11, 3], [6, 8, 3, 0, 0], [22, 3, 0, 0, 0]])
Y = torch.tensor([[2, 4, 6, 8, 10, 3], [2, 18, 5, 3, 0, 0], [2, 3, 0, 0, 0, 0]])


def torchs(ours: Transformer) -> nn.Transformer:
    """torch.nn's, without the norms that it adds behind the last layers, with our weights."""
    kind = {"d_model": 16, "nhead": 4, "dim_feedforward": 32, "dropout": 0.0, "batch_first": True}
    theirs = nn.Transformer(
        custom_encoder=nn.TransformerEncoder(nn.TransformerEncoderLayer(**kind), 2, enable_nested_tensor=False),
        custom_decoder=nn.TransformerDecoder(nn.TransformerDecoderLayer(**kind), 2),
        d_model=16,
        nhead=4,
        batch_first=True,
    )
    for p in ours.parameters():
        nn.init.normal_(p, std=0.3)
    for side, names in (("encoder", ("norm1", "norm2")), ("decoder", ("norm1", "norm2", "norm3"))):
        for mine, yours in zip(getattr(ours, side), getattr(theirs, side).layers, strict=True):
            copied = [(mine.attention.qkv, "self_attn.in_proj_"), (mine.attention.out, "self_attn.out_proj.")]
            copied += [(mine.feed[0], "linear1."), (mine.feed[2], "linear2.")]
            sums = [mine.attended, mine.fed] if side == "encoder" else [mine.attended, mine.read, mine.fed]
            copied += [(added.norm, f"{name}.") for added, name in zip(sums, names, strict=True)]
            weights = {name + kind: getattr(layer, kind) for layer, name in copied for kind in ("weight", "bias")}
            if side == "decoder":
                for kind in ("weight", "bias"):
                    parts = [getattr(layer, kind) for layer in (mine.reading.q, mine.reading.kv)]
                    weights[f"multihead_attn.in_proj_{kind}"] = torch.cat(parts)
                    weights[f"multihead_attn.out_proj.{kind}"] = getattr(mine.reading.out, kind)
            yours.load_state_dict(weights)
    return theirs


def test_logits_and_gradients_are_torchs():
    torch.manual_seed(0)
    ours = SMALL.build()
    theirs = torchs(ours)
    embedded = [4 * table(ids) + sinusoids(0, ids.shape[1], 16) for table, ids in ((ours.source, X), (ours.target, Y))]
    later, padding = nn.Transformer.generate_square_subsequent_mask(6).isinf(), X == 0
    said = theirs(
        *embedded, tgt_mask=later, src_key_padding_mask=padding, memory_key_padding_mask=padding, tgt_key_padding_mask=Y == 0
    )
    expected = said @ ours.target.weight.T
    found = ours(X, Y)
    torch.testing.assert_close(found[Y != 0], expected[Y != 0], rtol=1e-5, atol=1e-5)
    g = torch.randn_like(found) * (Y != 0)[..., None]
    (a,) = torch.autograd.grad(found, ours.source.weight, g)
    (b,) = torch.autograd.grad(expected, ours.source.weight, g)
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4 * float(b.abs().max()))


def test_positions_by_hand_and_steps_are_rotations():
    table = sinusoids(0, 50, 4)
    assert table[0].tolist() == [0, 1, 0, 1]
    expected = [math.sin(3), math.cos(3), math.sin(0.03), math.cos(0.03)]
    torch.testing.assert_close(table[3], torch.tensor(expected))
    torch.testing.assert_close(sinusoids(7, 9, 4), table[7:9])
    k = 5  # sin(a + k) = sin a cos k + cos a sin k: one matrix for all positions
    turn = torch.tensor([[math.cos(k), math.sin(k)], [-math.sin(k), math.cos(k)]])
    torch.testing.assert_close(table[k:, :2], table[:-k, :2] @ turn.T, rtol=1e-4, atol=1e-4)


def loss_of(network, x, y):
    logits = network(x, y[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), y[:, 1:].flatten(), ignore_index=0, reduction="sum")


def test_padding_changes_neither_loss_nor_gradient():
    torch.manual_seed(0)
    network = SMALL.build()
    weights = list(network.parameters())
    together = torch.autograd.grad(loss_of(network, X, Y), weights)
    alone = [loss_of(network, x[None, x != 0], y[None, y != 0]) for x, y in zip(X, Y, strict=True)]
    torch.testing.assert_close(sum(alone), loss_of(network, X, Y), rtol=1e-5, atol=1e-5)
    for a, b in zip(together, torch.autograd.grad(sum(alone), weights), strict=True):
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
    assert [len(part) for part in state] == [3, 3, 3]
    picked = tuple(part[[2, 0]] for part in state)  # a beam follows translations by their number
    torch.testing.assert_close(network.decode_step(Y[[2, 0], 0], picked)[0], network.decode_step(Y[:, 0], state)[0][[2, 0]])


@torch.no_grad()
def test_padding_changes_no_translation():
    torch.manual_seed(0)
    network = SMALL.build().eval()

    def greedy(x):
        state, previous, written = network.encode(x), torch.full((len(x),), 2), []
        for _token in range(8):
            said, state = network.decode_step(previous, state)
            previous = said.argmax(-1)
            written.append(previous)
        return torch.stack(written, 1)

    assert torch.equal(greedy(X), torch.cat([greedy(x[None, x != 0]) for x in X]))


@torch.no_grad()
def test_no_token_sees_what_follows():
    network, other = SMALL.build().eval(), Y.clone()
    other[:, 3:] = 7
    assert torch.equal(network(X, Y)[:, :3], network(X, other)[:, :3])
    assert not torch.allclose(network(X, Y)[:, 3:], network(X, other)[:, 3:])


def test_the_papers_base_model_has_63_million_weights():
    """65 million in table 3, which does not say how many words: 37,000 about are 63 million."""
    with torch.device("meta"):
        network = TransformerConfig().build()
    D, H = 512, 2048
    attention, feed, norm = 4 * (D * D + D), D * H + H + H * D + D, 2 * D
    by_hand = 37_000 * D + 6 * (attention + feed + 2 * norm) + 6 * (2 * attention + feed + 3 * norm)
    assert sum(p.numel() for p in network.parameters()) == by_hand == 63_082_496


def test_what_cannot_be_built():
    with pytest.raises(UserError, match="of 10 and 12 tokens"):
        TransformerConfig(vocabulary=10, target_vocabulary=12).build()
    with pytest.raises(ValueError, match="multiple of heads"):
        TransformerConfig(width=16, heads=3)
