"""What is minimised where a tag is said of every word."""

from torch import Tensor, nn

from profundo.core import Batch


def tag_sequence(network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """-log p(y | x) in nats, averaged over sentences; x (B, T, C), tags y (B, T).

    network.nll(x, y) answers (B,): the network knows which paths of tags it weighs.
    """
    x, y = batch
    return {"loss": network.nll(x, y).mean()}  # type: ignore[operator]
