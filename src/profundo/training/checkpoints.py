"""Weights that somebody else has saved, as safetensors or by torch.save, read into our networks.

Only tensors are read: a file that wants to run code while it is opened is refused. Others name the same weights otherwise, and
lay some out otherwise. What to do about it stands in the network's file:

    KEYS         rules that turn their names into ours, applied one after the other; "" for what has no counterpart
    JOINED       what is one matrix here and several there: our part of its name, and theirs in the order of the rows
    TRANSPOSED   of their names: matrices that they keep as (in, out)
"""

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from profundo.core import NetworkConfig, UserError
from profundo.messages import _

WRAPPED = ("state_dict", "model_state_dict", "model")
"""Under which of these names training scripts put the weights, beside optimizers and the like."""
COUNTERS = "num_batches_tracked"
"""Batch norm counts its batches and makes nothing of the number; files older than 2018 have none."""


def read(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a file by name. Raises UserError where there is no such file, it is damaged, or holds something else."""
    path = Path(path)
    if not path.is_file():
        raise UserError(_("There is no file {path}.").format(path=path))
    try:
        found = _safe(path) if path.suffix == ".safetensors" else torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # a truncated archive raises any of five types, and what torch says speaks to programmers
        raise UserError(
            _("{path} is damaged, or holds no weights that can be read safely; ask for them as .safetensors.").format(path=path)
        ) from None
    while isinstance(found, Mapping) and (inner := next((name for name in WRAPPED if isinstance(found.get(name), Mapping)), "")):
        found = found[inner]
    weights = {k: w for k, w in found.items() if isinstance(w, Tensor)} if isinstance(found, Mapping) else {}
    if not weights:
        raise UserError(_("{path} holds no weights by name.").format(path=path))
    several = all(name.startswith("module.") for name in weights)  # saved while it learnt on several devices
    return {name.removeprefix("module.") if several else name: w for name, w in weights.items()}


def _safe(path: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def renamed(weights: Mapping[str, Tensor], config: NetworkConfig) -> dict[str, Tensor]:
    """The same weights as this network has them and by its names; what has one of its names keeps it."""
    own, found = outline(config).state_dict(), {}
    told = vars(sys.modules[type(config).__module__])  # the network's file, if others have names of their own
    keys, transposed = told.get("KEYS", ()), told.get("TRANSPOSED")
    for name, w in _joined(weights, told.get("JOINED", {})).items():
        if transposed and re.search(transposed, name) and w.ndim == 2:
            w = w.T.contiguous()
        for theirs, ours in keys if name not in own else ():
            name = re.sub(theirs, ours, name)
        found[name] = w
    found.pop("", None)
    return found


def _joined(weights: Mapping[str, Tensor], several: Mapping[str, tuple[str, ...]]) -> Mapping[str, Tensor]:
    """The same weights, with those that are one matrix here stacked; what does not fit together stays as it is."""
    found = dict(weights)
    for whole, parts in several.items():
        first = f".{parts[0]}."
        for name in [name for name in weights if first in name]:
            apart = [name.replace(first, f".{part}.") for part in parts]
            if found.keys() >= set(apart) and len({found[one].shape[1:] for one in apart}) == 1:
                found[name.replace(first, f".{whole}.")] = torch.cat([found.pop(one) for one in apart])
    return found


@lru_cache(maxsize=64)
def outline(config: NetworkConfig) -> nn.Module:
    """The network without numbers, to look at: names and shapes cost no memory."""
    with torch.device("meta"):
        return config.build()


def head(network: nn.Module) -> str:
    """The name of the last layer, which answers; "" where no layer has weights."""
    return ["", *(name for name, module in network.named_modules() if list(module.parameters(recurse=False)))][-1]


def classes(weights: Mapping[str, Tensor], network: nn.Module) -> int | None:
    """How many answers the last layer of these weights (under our names) has; None where it is not there."""
    w = weights.get(f"{head(network)}.weight")
    return len(w) if w is not None else None


def difference(weights: Mapping[str, Tensor], network: nn.Module) -> str | None:
    """The first key, in the network's order, in which these weights (under our names) are not its own, as half a sentence."""
    own = {name: w for name, w in network.state_dict().items() if not name.endswith(COUNTERS)}
    for name, w in own.items():
        if name not in weights:
            return _("{key} is missing").format(key=name)
        if weights[name].shape != w.shape:
            there, here = (" x ".join(map(str, t.shape)) for t in (weights[name], w))
            return _("{key} is {there} and not {here}").format(key=name, there=there, here=here)
    more = (name for name in weights if name not in own and not name.endswith(COUNTERS))
    return next((_("{key} is one too many").format(key=name) for name in more), None)


def fill(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Copy weights of which `difference` found nothing to say."""
    own = network.state_dict()
    network.load_state_dict({name: weights.get(name, w) for name, w in own.items()})


def alike(weights: Mapping[str, Tensor], config: NetworkConfig) -> float:
    """Share of names and shapes (the last layer's apart) that a file and a network have in common: 1 for its own weights."""
    network = outline(config)
    last = f"{head(network)}."
    shapes = lambda tensors: {  # noqa: E731
        (name, tuple(w.shape)) for name, w in tensors.items() if not name.endswith(COUNTERS) and not name.startswith(last)
    }
    here, there = shapes(network.state_dict()), shapes(renamed(weights, config))
    return len(here & there) / len(here | there)


def likely(weights: Mapping[str, Tensor], known: Mapping[str, Any]) -> tuple[str, float]:
    """Of the configs by name, the one whose network the weights fit best, and how well (`alike`)."""
    return max(((name, alike(weights, config)) for name, config in known.items()), key=lambda pair: pair[1])
