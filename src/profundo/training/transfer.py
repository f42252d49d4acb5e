"""Transfer: a network begins with what another run or a published network has learnt, instead of with weights drawn by lot.

On other data the last layer is drawn anew even if it fits: what said "zero" is a bad beginning for what shall say "five".

Paper     Yosinski, Clune, Bengio, Lipson (2014), How transferable are features in deep neural networks?
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from profundo.core import UserError
from profundo.messages import _
from profundo.run import Run
from profundo.training import checkpoints
from profundo.training.published import Published


def named(start: Run | Published) -> str:
    """What `--from` takes."""
    return start.name if isinstance(start, Published) else str(start.path)


def begin_with(network: nn.Module, start: Run | Published, options: Mapping[str, Any]) -> list[str]:
    """Copy the chosen weights of a run, or published ones. options: of the run that begins. Returns what stays as it was drawn.

    Raises UserError where nothing fits, there are no weights, or more than the last layer of a published network would be lost.
    """
    if isinstance(start, Published):
        drawn = take_over(network, start.weights(), head=False)
        lost = [name for name in drawn if not name.startswith(f"{checkpoints.head(network)}.")]
        if lost:
            raise UserError(
                _("The published weights of {name} do not fit: {key} has another shape; leave the network's options out.").format(
                    name=start.name, key=lost[0]
                )
            )
        return drawn
    there = start.read("recipe.json").get("options", {})
    same = all(there.get(name) == options.get(name) for name in ("data", "data.path"))
    return take_over(network, start.load_weights(), head=same)


def take_over(network: nn.Module, weights: Mapping[str, Tensor], head: bool) -> list[str]:
    """Copy the weights whose name and shape fit, those of the last layer if `head`. Returns the names of those that stay as they
    were drawn.

    Raises UserError where no matrix or kernel fits: then the other run learnt with another kind of network.
    """
    own = network.state_dict()
    last = f"{checkpoints.head(network)}."
    wanted = {name: w for name, w in weights.items() if head or not name.startswith(last)}
    fitting = {name: w for name, w in wanted.items() if name in own and own[name].shape == w.shape}
    if not any(w.ndim > 1 for w in fitting.values()):
        raise UserError(_("None of the weights to begin with fits this network; take a run of the same recipe."))
    network.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]
