"""All methods side by side: what a network says of a picture, and why."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from profundo.core import Facts, Source, UserError
from profundo.data.waiting import waiting
from profundo.messages import _
from profundo.networks.attention.vision_transformer import VisionTransformer
from profundo.study.explaining.filters import feature_maps, filters
from profundo.study.explaining.gradcam import grad_cam
from profundo.study.explaining.integrated import integrated_gradients
from profundo.study.explaining.maximisation import maximise
from profundo.study.explaining.occlusion import occlusion
from profundo.study.explaining.rollout import rollout
from profundo.study.explaining.saliency import saliency
from profundo.study.explaining.sanity import likeness, shuffled
from profundo.study.explaining.watching import last_maps, map_layers, watching

MAPS = ("saliency", "integrated", "gradcam", "rollout", "occlusion")
"""Methods whose answer is a number for each pixel."""


class LeftOut(UserError):
    """Why a method has nothing to say of a network."""


@dataclass(frozen=True)
class Question:
    """Why does this network put this picture into class k?"""

    network: nn.Module
    x: Tensor
    """(1, C, H, W)"""
    k: int
    low: Tensor
    """Black as the network reads it, (C, 1, 1)."""
    high: Tensor
    layer: str | None = None
    """Whose maps are asked; chosen by the methods if None."""


@dataclass(frozen=True)
class Panel:
    """What one method answers."""

    method: str
    image: Tensor
    """A number for each pixel (H, W), a picture (C, H, W) from 0 to 1, kernels (n, C, h, w) or maps (n, h, w)."""
    facts: dict[str, Any] = field(default_factory=dict)
    twin: Tensor | None = None
    """The same of the network with its weights shuffled."""


def answers(asked: Question, methods: Sequence[str] = (), check: bool = False) -> tuple[list[Panel], dict[str, str]]:
    """What the methods say (all that suit the network if none is named), and why others are left out.

    check: ask the network with shuffled weights too. Raises UserError for an unknown method or layer, and for one that was named
    and does not suit.
    """
    for name in methods:
        _known(_("method"), name, list(METHODS))
    _known_layer(asked)
    attends = isinstance(asked.network, VisionTransformer)
    panels, left_out = [], {}
    chosen = methods or [name for name in METHODS if name != "rollout" or attends]
    for name in waiting(chosen, len(chosen), _("Looking inside")):
        try:
            found = METHODS[name](asked)
        except LeftOut as why:
            if methods:
                raise
            left_out[name] = str(why)
            continue
        panels += [_checked(panel, asked) for panel in found] if check and name in MAPS else found
    return panels, left_out


def _checked(panel: Panel, asked: Question) -> Panel:
    (other,) = METHODS[panel.method](replace(asked, network=shuffled(asked.network)))
    return replace(panel, twin=other.image, facts=panel.facts | {"shuffled": likeness(panel.image, other.image)})


def _saliency(asked: Question) -> list[Panel]:
    _needs_gradient(asked)
    return [_map("saliency", saliency(asked.network, asked.x, asked.k))]


def _integrated(asked: Question) -> list[Panel]:
    _needs_gradient(asked)
    found = integrated_gradients(asked.network, asked.x, asked.k, asked.low[None].expand_as(asked.x))
    facts = {"difference": found.difference, "gap": found.gap, "steps": found.steps}
    return [_map("integrated", found.shares.sum(0), **facts)]


def _gradcam(asked: Question) -> list[Panel]:
    _needs_gradient(asked)
    layer = asked.layer or last_maps(asked.network, asked.x)
    if layer is None:
        raise LeftOut(_("gradcam reads the maps of convolution layers, and this network has none."))
    return [_map("gradcam", grad_cam(asked.network, asked.x, asked.k, layer), layer=layer)]


def _rollout(asked: Question) -> list[Panel]:
    if not isinstance(asked.network, VisionTransformer):
        raise LeftOut(_("rollout follows attention, and this network has none."))
    return [_map("rollout", rollout(asked.network, asked.x))]


def _occlusion(asked: Question) -> list[Panel]:
    side = asked.x.shape[-1]
    window = max(2, round(side / 5))
    found = occlusion(asked.network, asked.x, asked.k, window, max(1, window // 3))
    return [_map("occlusion", found.falls, window=window, worst=list(found.worst), left=found.left)]


def _maximise(asked: Question) -> list[Panel]:
    _needs_gradient(asked)
    image, probability = maximise(asked.network, asked.k, asked.low, asked.high, asked.x.shape[-1])
    return [Panel("maximise", image, {"probability": probability})]


def _filters(asked: Question) -> list[Panel]:
    found = filters(asked.network, asked.x)
    if found is None:
        raise LeftOut(_("filters needs a first layer that is a convolution, or dense, as PyTorch has them."))
    return [Panel("filters", found)]


def _maps(asked: Question) -> list[Panel]:
    layers = [asked.layer] if asked.layer else _first_and_last(asked)
    if not layers:
        raise LeftOut(_("maps are those of convolution layers, and this network has none."))
    with torch.no_grad(), watching(asked.network) as said:
        asked.network(asked.x)
    return [
        Panel("maps", feature_maps(asked.network, asked.x, layer), {"layer": layer, "of": said[layer].shape[1]})
        for layer in layers
    ]


METHODS: dict[str, Callable[[Question], list[Panel]]] = {
    "saliency": _saliency,
    "integrated": _integrated,
    "gradcam": _gradcam,
    "rollout": _rollout,
    "occlusion": _occlusion,
    "maximise": _maximise,
    "filters": _filters,
    "maps": _maps,
}


def _map(method: str, image: Tensor, **facts: Any) -> Panel:
    """With the row and column of the pixel that counts most. Raises LeftOut where a gradient is no number."""
    if not image.isfinite().all():
        raise LeftOut(_("{method} follows the gradient, and this network's is no number here.").format(method=method))
    peak = divmod(int(image.abs().argmax()), image.shape[1])
    return Panel(method, image, {"peak": list(peak), **facts})


def _first_and_last(asked: Question) -> list[str]:
    windowed, last = map_layers(asked.network, asked.x), last_maps(asked.network, asked.x)
    return list(dict.fromkeys([windowed[0], last])) if last else []


def _needs_gradient(asked: Question) -> None:
    if not asked.network(asked.x.detach().requires_grad_()).requires_grad:
        raise LeftOut(_("This method follows the gradient, and the network's answer has none."))


def _known_layer(asked: Question) -> None:
    if asked.layer is not None:
        with torch.no_grad(), watching(asked.network) as said:
            asked.network(asked.x)
        _known(_("layer with maps"), asked.layer, [name for name, out in said.items() if out.ndim == 4 and out[0, 0].numel() > 1])


def _known(kind: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        some = ", ".join(one if one.strip() else repr(one) for one in names[:20]) or "-"  # a token may be a line's end
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("there are {names}.").format(names=some)
        raise UserError(_("There is no {kind} {name!r}; {hint}").format(kind=kind, name=name, hint=hint))


def class_number(name: str, facts: Facts) -> int:
    """Of the class called so. Raises UserError where none is."""
    _known(_("class"), name, facts["names"])
    return facts["names"].index(name)


def black_and_white(source: Source, facts: Facts, x: Tensor) -> tuple[Tensor, Tensor]:
    """What the darkest and the lightest pixel are to the network, (C, 1, 1) each. x: the picture, (C, H, W)."""
    half = torch.zeros(facts["size"], facts["size"], dtype=torch.uint8)
    half[:, facts["size"] // 2 :] = 255
    probe = source.encode(half.numpy(), facts)
    ends = torch.cat([probe.flatten(1), x.flatten(1)], dim=1)  # where pictures are scaled by themselves, x may reach further
    return ends.amin(1)[:, None, None], ends.amax(1)[:, None, None]
