"""What a folder of transformers' says of a network, in our words: its config, its weights under their names, its tokens.

The network is a language model's (Llama, GPT-2), or an encoder's (BERT).
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from torch import Tensor

from profundo.core import UserError
from profundo.data import fetch as fetching
from profundo.messages import _
from profundo.networks.attention.bert import BertConfig
from profundo.networks.attention.gpt import GPTConfig
from profundo.networks.attention.llama import LlamaConfig
from profundo.training import checkpoints

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Config = TypeVar("Config")
HUB = "https://huggingface.co/{name}/resolve/main/{file}"
WANTED = ("config.json", "tokenizer.json", "model.safetensors")
HELPFUL = ("generation_config.json", "tokenizer_config.json", "chat_template.jinja")
"""Files that not every checkpoint has."""


def fetched(name: str) -> Path:
    """The folder of a checkpoint of huggingface.co, in the cache; its files are whatever is there under that name.

    Raises UserError where they cannot be had.
    """
    folder = Path("models") / name.replace("/", "--")
    for file in (*WANTED, *HELPFUL):
        source = fetching.Url(HUB.format(name=name, file=file))
        try:
            fetching.fetch(fetching.Archive(str(folder / file), "", (source,), licence=_("its owner's"), citation=name))
        except UserError as why:
            if file in WANTED:
                raise UserError(
                    _("There is no run or folder {name} here, and from huggingface.co {why}").format(name=name, why=why)
                ) from None
    return fetching.cache() / folder


class Folder:
    """config.json, tokenizer.json, model.safetensors, and what may lie beside them."""

    def __init__(self, path: Path):
        self.path = path

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def json(self, name: str, wanted: bool = False) -> dict[str, Any]:
        """A file, {} where there is none that has to be. Raises UserError for one that is wanted, or damaged."""
        path = self.path / name
        if not self.has(name):
            if wanted:
                raise UserError(
                    _("There is neither a run nor a checkpoint in {folder}: it has no {file}.").format(
                        folder=self.path, file="recipe.json, config.json" if name == "config.json" else name
                    )
                )
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except OSError as why:
            raise UserError(_("{path} cannot be read ({why}).").format(path=path, why=why.strerror)) from None
        except ValueError:
            raise UserError(
                _("{path} is damaged; delete the folder, or restore the file from a copy.").format(path=path)
            ) from None
        return found if isinstance(found, dict) else {}

    def config(self) -> LlamaConfig | GPTConfig:
        """A language model's. Raises UserError for a network of another kind, naming what it is."""
        return self._of_kind({"llama": _llama, "gpt2": _gpt2})

    def encoder(self) -> BertConfig:
        """What reads text from both sides. Raises UserError as `config` does."""
        return self._of_kind({"bert": _bert})

    def _of_kind(self, kinds: Mapping[str, Callable[[Mapping[str, Any], Path], Config]]) -> Config:
        """kinds: what makes our config of theirs, by model_type."""
        told, path = self.json("config.json", wanted=True), self.path / "config.json"
        kind = told.get("model_type")
        if not isinstance(kind, str) or kind not in kinds:
            raise UserError(
                _("{folder} holds a network of the kind {kind!r}; read here are {kinds}.").format(
                    folder=self.path, kind=kind, kinds=", ".join(kinds)
                )
            )
        try:
            return kinds[kind](told, self.path)
        except KeyError as missing:
            raise UserError(_("{path} does not say {missing}.").format(path=path, missing=missing.args[0])) from None
        except (TypeError, ValueError) as why:
            raise UserError(
                _("{path} does not describe a network that can be built ({why}).").format(path=path, why=why)
            ) from None

    def weights(self) -> dict[str, Tensor]:
        """Under transformers' names; large ones lie in several files, named in an index, and old ones in a file of torch's."""
        index = self.json("model.safetensors.index.json").get("weight_map")
        old = self.has("pytorch_model.bin") and not self.has("model.safetensors")
        files = index.values() if index else ["pytorch_model.bin" if old else "model.safetensors"]
        found: dict[str, Tensor] = {}
        for name in sorted({Path(str(name)).name for name in files}):
            found |= checkpoints.read(self.path / name)
        return found

    def tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        self.json("tokenizer.json", wanted=True)
        try:
            return Tokenizer.from_file(str(self.path / "tokenizer.json"))
        except Exception as why:  # tokenizers raises nothing more special
            path = self.path / "tokenizer.json"
            raise UserError(_("{path} is no tokenizer that can be read ({why}).").format(path=path, why=why)) from None

    def ends(self) -> frozenset[int]:
        """Tokens after which there is nothing more to say."""
        told = self.json("generation_config.json").get("eos_token_id", self.json("config.json").get("eos_token_id"))
        return frozenset(told if isinstance(told, list) else [] if told is None else [told])

    def template(self) -> str | None:
        """The Jinja template of a conversation; of several, the default one."""
        alone = self.path / "chat_template.jinja"
        if alone.is_file():
            return alone.read_text(encoding="utf-8")
        told = self.json("tokenizer_config.json").get("chat_template")
        if isinstance(told, list):
            told = next((one["template"] for one in told if one.get("name") == "default"), None)
        return told

    def specials(self) -> dict[str, str]:
        """How the tokens that begin and end a text are spelt."""
        told = self.json("tokenizer_config.json")
        spelt = {name: told.get(name) for name in ("bos_token", "eos_token")}
        return {name: one["content"] if isinstance(one, Mapping) else one for name, one in spelt.items() if one}


def _llama(told: Mapping[str, Any], folder: Path) -> LlamaConfig:
    rope = told.get("rope_parameters") or told.get("rope_scaling") or {}
    needs(folder, "rope", rope.get("rope_type", rope.get("type", "default")), "default")
    needs(folder, "hidden_act", told.get("hidden_act", "silu"), "silu")
    needs(folder, "attention_bias", told.get("attention_bias", False), False)
    needs(folder, "mlp_bias", told.get("mlp_bias", False), False)
    width, heads = told["hidden_size"], told["num_attention_heads"]
    needs(folder, "head_dim", told.get("head_dim") or width // heads, width // heads)
    return LlamaConfig(
        vocabulary=told["vocab_size"],
        context=told.get("max_position_embeddings", 2048),
        depth=told["num_hidden_layers"],
        width=width,
        heads=heads,
        key_heads=told.get("num_key_value_heads") or heads,
        hidden=told["intermediate_size"],
        base=float(rope.get("rope_theta") or told.get("rope_theta") or 10_000.0),
        eps=told.get("rms_norm_eps", 1e-6),
        tied=told.get("tie_word_embeddings", False),
    )


def _gpt2(told: Mapping[str, Any], folder: Path) -> GPTConfig:
    width = told["n_embd"]
    needs(folder, "activation_function", told.get("activation_function", "gelu_new"), "gelu_new")
    needs(folder, "n_inner", told.get("n_inner") or 4 * width, 4 * width)
    needs(folder, "layer_norm_epsilon", told.get("layer_norm_epsilon", 1e-5), 1e-5)
    needs(folder, "scale_attn_by_inverse_layer_idx", told.get("scale_attn_by_inverse_layer_idx", False), False)
    return GPTConfig(
        vocabulary=told["vocab_size"], context=told["n_positions"], depth=told["n_layer"], width=width, heads=told["n_head"]
    )


def _bert(told: Mapping[str, Any], folder: Path) -> BertConfig:
    needs(folder, "hidden_act", told.get("hidden_act", "gelu"), "gelu")
    return BertConfig(
        vocabulary=told["vocab_size"],
        context=told["max_position_embeddings"],
        width=told["hidden_size"],
        depth=told["num_hidden_layers"],
        heads=told["num_attention_heads"],
        hidden=told["intermediate_size"],
        segments=told["type_vocab_size"],
        epsilon=told["layer_norm_eps"],
    )


def needs(folder: Path, name: str, there: Any, here: Any) -> None:
    """Raises UserError where they differ."""
    if there != here:
        raise UserError(
            _(
                "The network in {folder} has {name} = {there!r}, and the one here has {here!r}; it would say something else."
            ).format(folder=folder, name=name, there=there, here=here)
        )
