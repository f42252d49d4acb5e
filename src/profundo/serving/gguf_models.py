"""A language model in a GGUF file, in our words: its config, its weights under transformers' names, its tokens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor

from profundo.core import UserError
from profundo.messages import _
from profundo.networks.attention.llama import LlamaConfig
from profundo.serving.gguf_weights import Gguf
from profundo.serving.hugging_face import needs

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYERS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OTHERS = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
"""GGUF's names of the weights and transformers'."""
SPLITS = {"smollm": True, "gpt-2": False}
"""How a text is cut before its pieces are merged: as GPT-2 does it, and are digits kept apart? By GGUF's name."""
CONTROL = 3
"""The type of tokens that are no text."""


def config(told: Gguf) -> LlamaConfig:
    """Raises UserError for a network of another kind."""
    fields, kind = told.fields, told.fields.get("general.architecture")
    if kind != "llama":
        raise UserError(
            _("{folder} holds a network of the kind {kind!r}; read here are {kinds}.").format(
                folder=told.path, kind=kind, kinds="llama"
            )
        )
    needs(told.path, "rope", fields.get("llama.rope.scaling.type", "none"), "none")
    try:
        return LlamaConfig(
            vocabulary=told.places["token_embd.weight"][1][0],
            context=fields["llama.context_length"],
            depth=fields["llama.block_count"],
            width=fields["llama.embedding_length"],
            heads=fields["llama.attention.head_count"],
            key_heads=fields.get("llama.attention.head_count_kv", fields["llama.attention.head_count"]),
            hidden=fields["llama.feed_forward_length"],
            base=fields.get("llama.rope.freq_base", 10_000.0),
            eps=round(fields["llama.attention.layer_norm_rms_epsilon"], 10),  # float32 there
            tied="output.weight" not in told.places,
        )
    except (KeyError, TypeError, ValueError) as why:
        raise UserError(
            _("{path} does not describe a network that can be built ({why}).").format(path=told.path, why=why)
        ) from None


def weights(told: Gguf, shape: LlamaConfig) -> Iterator[tuple[str, Tensor]]:
    """Under transformers' names."""
    for name in told.places:
        prefix, number, *rest = name.split(".") if name.startswith("blk.") else ("", "")
        if not prefix:
            yield OTHERS.get(name, name), told.tensor(name)
            continue
        layer, kind = rest
        w = told.tensor(name)
        if layer in ("attn_q", "attn_k"):  # its pairs for RoPE are (2i, 2i + 1); ours, as transformers', are (i, i + d/2)
            heads = shape.heads if layer == "attn_q" else shape.key_heads
            w = w.unflatten(0, (heads, -1, 2)).transpose(1, 2).flatten(0, 2)
        yield f"model.layers.{number}.{LAYERS.get(layer, layer)}.{kind}", w


def tokenizer(told: Gguf) -> "Tokenizer":
    """Byte-level BPE, as the file has it. Raises UserError for tokens of another kind."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    fields = told.fields
    kind, cut = fields.get("tokenizer.ggml.model"), fields.get("tokenizer.ggml.pre")
    if kind != "gpt2" or cut not in SPLITS:
        raise UserError(
            _("{path} cuts its texts in a way ({kind}) that is not read here; take the folder with its tokenizer.json.").format(
                path=told.path, kind=f"{kind}, {cut}"
            )
        )
    tokens = fields["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ", 1)) for pair in fields["tokenizer.ggml.merges"]]
    made = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
    bytes_first = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = [pre_tokenizers.Digits(individual_digits=True)] if SPLITS[cut] else []
    made.pre_tokenizer = pre_tokenizers.Sequence([*digits, bytes_first])
    made.decoder = decoders.ByteLevel()
    types = fields.get("tokenizer.ggml.token_type", [])
    control = [token for token, what in zip(tokens, types, strict=False) if what == CONTROL]
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return made
