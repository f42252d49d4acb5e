"""Decoding: lots and searches that can be worked out by hand, caches that change nothing, equality with transformers."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from profundo.networks.attention.gpt import GPTConfig
from profundo.networks.attention.llama import LlamaConfig
from profundo.networks.recurrent.char_rnn import CharRNNConfig
from profundo.serving.decoding import beam, chances, drawn, generate, written

LLAMA = LlamaConfig(vocabulary=61, context=64, depth=2, width=32, heads=4, key_heads=2, hidden=48, base=1000.0)
GPT = GPTConfig(vocabulary=61, context=12, depth=2, width=32, heads=4)
RNN = CharRNNConfig(vocabulary=61, units=32, layers=2)
NETWORKS = pytest.mark.parametrize("config", [LLAMA, GPT, RNN], ids=["llama", "gpt", "char_rnn"])


def tiny(config):
    torch.manual_seed(0)
    network = config.build().eval()
    for name, weight in network.named_parameters():
        if "norm" not in name:
            nn.init.normal_(weight, std=0.3)
    return network


class Table(nn.Module):
    """The next token depends on the last one alone: a table of probabilities; its cache remembers nothing."""

    def __init__(self, table):
        super().__init__()
        self.logits = torch.tensor(table).log()

    def begin_cache(self, batch):
        return []

    def continue_(self, ids, cache):
        return self.logits[ids]


P = torch.tensor([[0.5, 0.25, 0.15, 0.1]])


def test_temperature_by_hand():
    assert_close(chances(P.log()), P)
    assert_close(chances(P.log(), 0.5), P**2 / (P**2).sum())  # p^(1/t), scaled


def test_the_coldest_of_all_takes_the_likeliest():
    for temperature in (0.0, 1e-300, 1e-40, 1e-30):
        assert drawn(P.log(), temperature, None, None, dice(0)).tolist() == [0]


def test_top_k_by_hand():
    assert_close(chances(P.log(), top_k=2), torch.tensor([[2 / 3, 1 / 3, 0, 0]]))
    assert_close(chances(P.log(), top_k=9), P)


@pytest.mark.parametrize(("p", "kept"), [(0.5, 1), (0.51, 2), (0.75, 2), (0.8, 3), (1.0, 4), (1e-9, 1)])
def test_top_p_keeps_the_fewest_that_make_it_up(p, kept):
    found = chances(P.log().flip(-1), top_p=p).flip(-1)
    assert_close(found, (P * (torch.arange(4) < kept)) / P[:, :kept].sum())


def test_top_p_after_top_k():
    assert_close(chances(P.log(), top_k=2, top_p=0.6), torch.tensor([[1.0, 0, 0, 0]]))  # of two, the first has 2/3


def test_lots_fall_as_often_as_they_should():
    table = Table(P.repeat(4, 1).tolist())
    drawn = torch.stack(list(generate(table, torch.zeros(4000, 1, dtype=torch.int64), 1, generator=dice(1))))
    assert_close(drawn.flatten().bincount() / 4000, P[0], rtol=0, atol=0.03)


def dice(seed):
    return torch.Generator().manual_seed(seed)


def reread(network, ids, steps, context, **how):
    """Generation without a cache: everything is read again for every token."""
    with torch.inference_mode():
        for _step in range(steps):
            logits = network(ids[:, -context:])
            new = next(iter(generate(Said(logits), ids, 1, **how)))[:, None]
            ids = torch.cat([ids, new], 1)
            yield new[:, 0]


class Said(nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def begin_cache(self, batch):
        return []

    def continue_(self, ids, cache):
        return self.logits


@NETWORKS
@pytest.mark.parametrize("how", [{"temperature": 0.0}, {"temperature": 0.8, "top_p": 0.9}, {"top_k": 5}], ids=str)
def test_with_and_without_cache_the_same_tokens(config, how):
    """Beyond GPT's context of 12 too, where the window slides."""
    network, ids = tiny(config), torch.randint(1, 61, (2, 5), generator=dice(0))
    context = None if config == RNN else config.context
    cached = torch.stack(list(generate(network, ids, 15, **how, generator=dice(3), context=context)))
    again = torch.stack(list(reread(network, ids, 15, context or 99, **how, generator=dice(3))))
    assert cached.tolist() == again.tolist()


def test_the_same_seed_the_same_text_and_another_another():
    network, ids = tiny(LLAMA), torch.tensor([[3, 5]])
    texts = [[int(t) for t in generate(network, ids, 20, generator=dice(seed))] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_tokens_come_one_by_one_and_leave_gradients_on():
    stream = generate(tiny(LLAMA), torch.tensor([[3]]), 1_000_000)
    assert next(stream).shape == (1,)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


# begin at 0; greedily 1 (0.6), then 0.4 at best: 0.24. Through 2 (0.4) comes 3 with 0.9: 0.36.
GARDEN = [[1e-9, 0.6, 0.4, 1e-9], [0.3, 0.3, 1e-9, 0.4], [0.05, 0.05, 1e-9, 0.9], [0.25] * 4]


def test_a_beam_finds_what_greed_misses():
    network, ids = Table(GARDEN), torch.tensor([0])
    assert [int(t) for t in generate(network, ids[None], 2, temperature=0)] == [1, 3]
    assert beam(network, ids, 2, 1)[0].tokens.tolist() == [1, 3]
    best, second = beam(network, ids, 2, 2)
    assert best.tokens.tolist() == [2, 3]
    assert best.score == pytest.approx(math.log(0.36) / 2)
    assert second.score == pytest.approx(math.log(0.24) / 2)


@NETWORKS
def test_the_score_of_a_beam_is_what_the_network_says_of_it(config):
    """So every beginning has gone on with the cache that is its own."""
    network, ids = tiny(config), torch.randint(1, 61, (4,), generator=dice(0))
    for found in beam(network, ids, 7, 4):
        whole = torch.cat([ids, found.tokens])
        with torch.inference_mode():
            said = network(whole[None])[0, 3:-1].log_softmax(-1)
        assert said.gather(1, found.tokens[:, None]).mean().item() == pytest.approx(found.score, abs=1e-4)


def test_an_end_ends():
    found = beam(Table(GARDEN), torch.tensor([0]), 5, 3, end={3}, penalty=0.0)
    assert found[0].tokens.tolist() == [2, 3]
    assert found[0].score == pytest.approx(math.log(0.36))


@pytest.fixture(scope="module")
def theirs(torchvision):
    from transformers import LlamaConfig as Config
    from transformers import LlamaForCausalLM

    config = Config(
        vocab_size=61, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=64, rope_parameters={"rope_type": "default", "rope_theta": 1000.0}, rms_norm_eps=1e-5,
        tie_word_embeddings=True, pad_token_id=0, bos_token_id=None, eos_token_id=None, attn_implementation="sdpa",
    )  # fmt: skip
    torch.manual_seed(1)
    network = LlamaForCausalLM(config).eval()
    for weight in network.parameters():
        nn.init.normal_(weight, std=0.3)
    return network


@pytest.fixture(scope="module")
def ours(theirs):
    from profundo.training.checkpoints import fill, renamed

    network = LLAMA.build().eval()
    fill(network, renamed(theirs.state_dict(), LLAMA))
    return network


def test_logits_equal_transformers(ours, theirs):
    ids = torch.randint(1, 61, (2, 17), generator=dice(0))
    with torch.inference_mode():
        assert_close(ours(ids), theirs(ids).logits, rtol=1e-5, atol=1e-5)


def test_greedy_equals_transformers(ours, theirs):
    ids = torch.randint(1, 61, (1, 5), generator=dice(1))
    expected = theirs.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=30, do_sample=False)[0, 5:]
    assert [int(t) for t in generate(ours, ids, 30, temperature=0)] == expected.tolist()


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("end", [None, 7, 23])
def test_beams_equal_transformers(ours, theirs, width, end):
    for seed in range(4):
        ids = torch.randint(1, 61, (1, 5), generator=dice(seed))
        expected = theirs.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False, num_beams=width,
            num_return_sequences=width, eos_token_id=end, pad_token_id=0, return_dict_in_generate=True, output_scores=True,
        )  # fmt: skip
        found = beam(ours, ids[0], 12, width, end=() if end is None else {end})
        for n, one in enumerate(found):
            assert one.tokens.tolist() == expected.sequences[n, 5 : 5 + len(one.tokens)].tolist()
        assert_close(torch.tensor([one.score for one in found]), expected.sequences_scores, rtol=1e-4, atol=1e-4)


def test_a_character_split_over_tokens_is_written_whole():
    text = lambda ids: bytes(ids).decode("utf-8", errors="replace")  # noqa: E731
    said = "¿Qué? El pingüino — 😀 ñandú"
    pieces = list(written(said.encode(), text))
    assert "".join(pieces) == said
    assert not any("\ufffd" in piece for piece in pieces)
    assert "".join(written("año".encode()[:2], text)) == "a\ufffd"  # what never becomes whole is shown at the end
