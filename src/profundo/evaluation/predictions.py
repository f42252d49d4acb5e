"""What a network said of every example of a split, kept so that nobody has to open the test split twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from profundo.core import UserError
from profundo.data.ragged import PADDING, Ragged
from profundo.data.rows import Rows
from profundo.data.streamed import Streamed
from profundo.evaluation.classification import outputs
from profundo.messages import _
from profundo.run import Run

FILE, DEV_FILE = "predictions.safetensors", "dev_predictions.safetensors"
"""Of the test split; and of dev, where somebody's own loop was watched and there is no recipe to make them again."""
WORST = 25
"""Mistakes whose inputs are kept."""
CONFUSIONS, EXAMPLES = 5, 6
"""Pairs (true class, said class) that are illustrated, and inputs kept of each."""


@dataclass(frozen=True)
class Predictions:
    """Outputs and targets of a whole split, and the inputs of the examples worth looking at."""

    split: str
    outputs: Tensor
    """Logits (N, K) of a classifier, numbers (N,) of a regression."""
    targets: Tensor
    """Class numbers or numbers, (N,)."""
    kept: Tensor
    """Positions (M,) of the examples whose inputs are here."""
    inputs: Tensor
    """Their inputs (M, ...), as the data hold them: bytes stay bytes."""

    def input(self, position: int) -> Tensor:
        """The input of one of the kept examples."""
        return self.inputs[self.kept.tolist().index(position)]

    def save(self, run: Run) -> None:
        tensors = {"outputs": self.outputs, "targets": self.targets, "kept": self.kept, "inputs": self.inputs}
        run.save_tensors(FILE if self.split == "test" else DEV_FILE, tensors)


def predict(network: nn.Module, data: Rows | Streamed | Ragged, split: str) -> Predictions:
    """What the network says of every example of `data`: one pass over it."""
    said, targets = outputs(network, data)
    if targets.is_floating_point():
        said, targets = said.flatten(), targets.flatten()
    kept = worth_a_look(said, targets)
    return Predictions(split, said, targets, kept, _inputs(data, kept))


def stored(run: Run) -> Predictions:
    """What `evaluate` kept of the test split, or a watched loop of dev. Raises UserError where the run has none."""
    if (run.path / DEV_FILE).is_file():
        return Predictions("dev", **run.load_tensors(DEV_FILE))
    if not (run.path / FILE).is_file():
        raise UserError(_("{path} has no test predictions yet; `profundo evaluate {path}` makes them.").format(path=run.path))
    return Predictions("test", **run.load_tensors(FILE))


def worth_a_look(said: Tensor, targets: Tensor) -> Tensor:
    """Positions of the examples whose inputs are kept: the largest errors, or the worst mistakes and the commonest confusions."""
    if targets.is_floating_point():
        return (said - targets).abs().argsort(descending=True)[:WORST]
    chosen = worst_mistakes(said, targets) + [i for *_pair, shown in confusions(said, targets) for i in shown]
    return torch.tensor(sorted(set(chosen)), dtype=torch.long)


def worst_mistakes(logits: Tensor, targets: Tensor, most: int = WORST) -> list[int]:
    """Positions of the mistakes, the one with the largest probability of the wrong class first."""
    confidence, said = logits.softmax(-1).max(-1)
    wrong = (said != targets).nonzero().flatten()
    return wrong[confidence[wrong].argsort(descending=True, stable=True)][:most].tolist()


def confusion_matrix(logits: Tensor, targets: Tensor) -> Tensor:
    """(K, K) counts: row = true class, column = said class."""
    k = logits.shape[-1]
    return torch.bincount(targets * k + logits.argmax(-1), minlength=k * k).view(k, k)


def confusions(
    logits: Tensor, targets: Tensor, most: int = CONFUSIONS, examples: int = EXAMPLES
) -> Sequence[tuple[int, int, int, list[int]]]:
    """The commonest confusions as (true class, said class, how often, positions of its most confident examples)."""
    matrix = confusion_matrix(logits, targets).fill_diagonal_(0)
    confidence, said = logits.softmax(-1).max(-1)
    found = []
    for cell in matrix.flatten().argsort(descending=True, stable=True)[:most].tolist():
        true, other = divmod(cell, len(matrix))
        if matrix[true, other] == 0:
            break
        members = ((targets == true) & (said == other)).nonzero().flatten()
        members = members[confidence[members].argsort(descending=True, stable=True)]
        found.append((true, other, int(matrix[true, other]), members[:examples].tolist()))
    return found


def _inputs(data: Rows | Streamed | Ragged, positions: Tensor) -> Tensor:
    """The inputs at these positions, before `prepare`."""
    chosen = data.take(positions)
    if isinstance(chosen, Ragged):
        return (
            chosen.x.padded(torch.arange(len(chosen), device=chosen.x.ends.device), PADDING).cpu()
            if len(chosen)
            else torch.empty(0)
        )
    if isinstance(chosen, Streamed):
        return torch.stack([chosen.read(item) for item in chosen.items] or [torch.empty(0)])
    return chosen.x.cpu()
