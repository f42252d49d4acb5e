"""The Llama block equals transformers', and counts as Llama 3 does."""

import pytest
import torch
from torch.testing import assert_close

from profundo.networks.attention.llama import LlamaConfig, Turn
from profundo.networks.attention.t5 import RMSNorm
from profundo.training.checkpoints import outline

TINY = LlamaConfig(vocabulary=61, context=64, depth=2, width=32, heads=4, key_heads=2, hidden=48, base=1000.0)
LLAMA_3_70B = LlamaConfig(
    vocabulary=128_256, context=8192, depth=80, width=8192, heads=64, key_heads=8, hidden=28_672, base=500_000.0, tied=False
)


def tiny(config=TINY):
    torch.manual_seed(0)
    network = config.build().eval()
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return network


def test_parameters_of_llama_3_70b():
    vocabulary, D, hidden = 128_256, 8192, 28_672
    attention = 2 * D * D + 2 * D * (8 * 128)  # queries and output; keys and values of 8 heads of 128
    block = attention + 3 * D * hidden + 2 * D
    counted = 2 * vocabulary * D + 80 * block + D
    assert sum(p.numel() for p in outline(LLAMA_3_70B).parameters()) == counted == 70_553_706_496


def test_parameters_of_smollm2():
    assert sum(p.numel() for p in outline(LlamaConfig()).parameters()) == 134_515_008


def test_rms_norm_is_its_formula():
    x, norm = torch.randn(2, 3, 8), RMSNorm(8, 1e-5)
    norm.weight.data = torch.randn(8)
    assert_close(norm(x), torch.nn.functional.rms_norm(x, (8,), norm.weight, 1e-5))
    assert_close(norm(x)[1, 2, 5], norm.weight[5] * x[1, 2, 5] / (x[1, 2].square().sum() / 8 + 1e-5).sqrt())


def test_a_query_and_a_key_know_only_how_far_apart_they_are():
    q, k = torch.randn(2, 1, 1, 1, 16)
    turned = lambda x, position: Turn(torch.tensor([position]), 16, 1000.0, torch.float32)(x).flatten()  # noqa: E731
    assert_close(turned(q, 7) @ turned(k, 4), turned(q, 23) @ turned(k, 20), rtol=1e-4, atol=1e-5)
    assert abs(turned(q, 7) @ turned(k, 4) - turned(q, 7) @ turned(k, 5)) > 1e-3
    assert_close(turned(q, 7).norm(), q.norm())


def test_the_first_pair_turns_by_one_radian_a_token():
    x = torch.zeros(1, 1, 1, 4)
    x[..., 0] = 1  # the pairs are (0, 2) and (1, 3)
    turned = Turn(torch.tensor([2]), 4, 100.0, torch.float32)(x).flatten()
    assert_close(turned, torch.tensor([2.0, 0, 2, 0]).cos() * torch.tensor([1.0, 0, 0, 0]) + torch.tensor([0, 0, 0.9092974, 0]))


@pytest.mark.parametrize("pieces", [(9,), (1,) * 9, (4, 1, 3, 1), (2, 7)])
def test_piece_by_piece_is_the_same_as_at_once(pieces):
    network, ids = tiny(), torch.randint(1, 61, (2, 9))
    with torch.inference_mode():
        whole, cache = network(ids), network.begin_cache(2)
        said = [network.continue_(piece, cache) for piece in ids.split(pieces, dim=1)]
    assert_close(torch.cat(said, 1), whole, rtol=1e-4, atol=1e-4)


def test_the_cache_grows_beyond_its_first_room():
    network, ids = tiny(), torch.randint(1, 61, (1, 150))
    with torch.inference_mode():
        cache = network.begin_cache(1)
        network.continue_(ids[:, :60], cache)
        said = [network.continue_(ids[:, t : t + 1], cache) for t in range(60, 150)]
        assert_close(torch.cat(said, 1), network(ids)[:, 60:], rtol=1e-4, atol=1e-4)


def test_what_comes_later_changes_nothing():
    network, ids = tiny(), torch.randint(1, 61, (1, 9))
    other = ids.clone()
    other[:, 6:] = 3
    assert_close(network(ids)[:, :6], network(other)[:, :6])


@pytest.mark.parametrize(
    ("field", "value"), [("heads", 5), ("key_heads", 3), ("width", 20)], ids=["uneven heads", "uneven groups", "odd pairs"]
)
def test_what_cannot_be_shared_out_is_refused(field, value):
    with pytest.raises(ValueError, match="cannot"):
        LlamaConfig(**{**vars(TINY), field: value})
