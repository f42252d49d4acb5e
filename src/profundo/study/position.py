"""Does a network still know where things are? Its last layer's inputs are asked for the shift of a picture."""

import torch
from torch import Tensor, nn

from profundo.data.rows import Rows
from profundo.evaluation.modes import evaluating

RIDGE = 1e-3
"""Of the mean square of a feature: the least that keeps the readout from learning by heart."""


def position_kept(network: nn.Module, learn: Rows, ask: Rows, reach: int = 4, seed: int = 0) -> float:
    """R^2 of a straight line from what the last linear layer reads to how far a picture was shifted, (dx, dy).

    Each picture is shifted by whole pixels between -reach and reach, each way by lot; the line is fitted on `learn` and judged on
    `ask`. 1: position can be read off; 0 or less: the mean shift says as much. Raises ValueError where nothing
    is linear.
    """
    draw = torch.Generator().manual_seed(seed)
    last = [module for module in network.modules() if isinstance(module, nn.Linear)]
    if not last:
        raise ValueError("the network has no linear layer")
    (A, a), (B, b) = (_asked(network, last[-1], rows, reach, draw) for rows in (learn, ask))
    mean, spread, centre = A.mean(0), A.std(0) + 1e-9, a.mean(0)
    A, B = (A - mean) / spread, (B - mean) / spread
    ridge = RIDGE * len(A) * torch.eye(A.shape[1], dtype=A.dtype)
    W = torch.linalg.solve(A.T @ A + ridge, A.T @ (a - centre))
    return 1 - ((b - centre - B @ W).square().sum() / (b - b.mean(0)).square().sum()).item()


def _asked(network: nn.Module, layer: nn.Linear, rows: Rows, reach: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """What the layer reads of shifted pictures, (N, D), and their shifts, (N, 2)."""
    shifts = torch.randint(-reach, reach + 1, (len(rows), 2), generator=draw)
    read: list[Tensor] = []
    listener = layer.register_forward_pre_hook(lambda _layer, inputs: read.append(inputs[0].double()))
    try:
        with evaluating(network):
            for index in torch.arange(len(rows)).split(500):
                network(rows.prepare(shifted(rows.x[index], shifts[index])))
    finally:
        listener.remove()
    return torch.cat(read), shifts.double()


def shifted(x: Tensor, shifts: Tensor) -> Tensor:
    """Pictures (N, C, H, W) moved by (dx, dy) whole pixels, (N, 2); what comes in from outside is their darkest value."""
    N, _C, H, W = x.shape
    reach = int(shifts.abs().max()) if N else 0
    wide = x.new_full((*x.shape[:2], H + 2 * reach, W + 2 * reach), x.min().item() if N else 0)
    wide[..., reach : reach + H, reach : reach + W] = x
    return torch.stack(
        [
            one[:, reach - dy : reach - dy + H, reach - dx : reach - dx + W]
            for one, (dx, dy) in zip(wide, shifts.tolist(), strict=True)
        ]
    )
