"""Milliseconds a token of SmolLM2-135M, ours beside transformers' `generate`, and how much of them the memory takes.

OMP_NUM_THREADS=2 uv run python benchmarks/generation.py            four minutes on two quiet cores; fetches the weights once
OMP_NUM_THREADS=1 uv run python benchmarks/generation.py --quick    a rehearsal: recorded nowhere

The same weights in the same precision, the same prompt, greedy, 64 tokens; the two take turns, and each figure is the median over
rounds. What both write is compared first; where rounding parts two near-equal tokens, it says at which. "No cache": ours, reading
all tokens again for every new one, as it would be without a cache of keys and values.
The floor is what reading every weight once takes: bytes over the rate at which this machine reads a tensor as large.
"""

import argparse
import importlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

import records
from profundo.networks.attention.llama import Llama
from profundo.serving import language_models
from profundo.serving.decoding import generate

PROMPT = "The capital of Chile is Santiago, a city that"


def theirs(network: Llama) -> nn.Module:
    """transformers' Llama with the very same tensors as weights."""
    warnings.simplefilter("ignore")
    prepare_torchvision()
    from transformers import LlamaConfig, LlamaForCausalLM

    c = network.config
    config = LlamaConfig(
        vocab_size=c.vocabulary,
        hidden_size=c.width,
        intermediate_size=c.hidden,
        num_hidden_layers=c.depth,
        num_attention_heads=c.heads,
        num_key_value_heads=c.key_heads,
        max_position_embeddings=c.context,
        rope_parameters={"rope_type": "default", "rope_theta": c.base},
        rms_norm_eps=c.eps,
        tie_word_embeddings=c.tied,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    other = LlamaForCausalLM(config).eval()
    other.load_state_dict(named_as_theirs(network), assign=True)
    return other


operators: list[torch.library.Library] = []
"""Kept, for a library whose object is gone forgets its operators."""


def prepare_torchvision() -> None:
    """transformers imports it where it is; one built for CUDA, beside a torch without, needs its operators declared."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        operators.append(torch.library.Library("torchvision", "DEF"))
        for operator in ("nms", "qnms"):
            operators[0].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def named_as_theirs(network: Llama) -> dict[str, Tensor]:
    """Our weights under transformers' names; queries, keys and values apart."""
    c = network.config
    d = c.width // c.heads
    sizes = [c.heads * d, c.key_heads * d, c.key_heads * d]
    found = {"model.embed_tokens.weight": network.embedding.weight, "model.norm.weight": network.norm.weight}
    names = {"norm1": "input_layernorm", "norm2": "post_attention_layernorm", "attention.out": "self_attn.o_proj"}
    names |= {f"mlp.{part}": f"mlp.{part}_proj" for part in ("gate", "up", "down")}
    for n, block in enumerate(network.blocks):
        own = block.state_dict()
        for letter, w in zip("qkv", own["attention.qkv.weight"].split(sizes), strict=True):
            found[f"model.layers.{n}.self_attn.{letter}_proj.weight"] = w
        found |= {f"model.layers.{n}.{there}.weight": own[f"{here}.weight"] for here, there in names.items()}
    found["lm_head.weight"] = network.embedding.weight if network.head is None else network.head.weight
    return found


def milliseconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


def reading_rate(size: int) -> float:
    """Bytes a millisecond at which this process reads a tensor of so many bytes: the best of ten."""
    numbers = torch.ones(size // 4)
    return size / min(milliseconds(numbers.sum) for _turn in range(10))


def parted(one: list[int], other: list[int]) -> int | None:
    """Where two texts first differ, if they do."""
    return next((n for n, (x, y) in enumerate(zip(one, other, strict=True)) if x != y), None)


def compare(dtype: torch.dtype, tokens: int, rounds: int) -> dict[str, Any]:
    model = language_models.of("smollm2", dtype=dtype)
    assert isinstance(model.network, Llama)
    other, ids = theirs(model.network), torch.tensor([model.ids(PROMPT)])

    def here() -> list[int]:
        return [int(token) for token in generate(model.network, ids, tokens, temperature=0)]

    def there() -> list[int]:
        said = other.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, do_sample=False)  # type: ignore[operator]
        return said[0, ids.shape[1] :].tolist()

    def uncached() -> list[int]:
        text = ids
        with torch.inference_mode():
            for _token in range(tokens):
                text = torch.cat([text, model.network(text)[:, -1:].argmax(-1)], dim=1)  # type: ignore[operator]
        return text[0, ids.shape[1] :].tolist()

    a, b = here(), there()
    turns = [(milliseconds(here), milliseconds(there)) for _round in range(rounds)]
    ours, others = (statistics.median(column) / tokens for column in zip(*turns, strict=True))
    size = sum(w.numel() * w.element_size() for w in model.network.parameters())
    floor = size / reading_rate(size)
    return {
        "precision": str(dtype).removeprefix("torch."),
        "tokens": tokens,
        "ours_ms": ours,
        "transformers_ms": others,
        "ratio": statistics.median(y / x for x, y in turns),
        "no_cache_ms": milliseconds(uncached) / tokens,
        "no_cache_parts_at": parted(a, uncached()),
        "floor_ms": floor,
        "parts_at": parted(a, b),
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true")
    arguments = words.parse_args()
    tokens, rounds = (16, 2) if arguments.quick else (64, 9)
    for dtype in (torch.bfloat16, torch.float32):
        found = compare(dtype, tokens, rounds)
        if not arguments.quick:
            records.append("generation", **found)
        same = "the same tokens" if found["parts_at"] is None else f"parts at token {found['parts_at']}"
        print(
            f"{found['precision']}: {found['ours_ms']:.1f} ms a token, transformers {found['transformers_ms']:.1f}"
            f" ({found['ratio']:.2f} times), no cache {found['no_cache_ms']:.1f}, floor {found['floor_ms']:.1f}; {same}",
            flush=True,
        )


if __name__ == "__main__":
    main()
