"""The records of a watched run: what the loop did since the last one, what dev says, which weights were best."""

import math
import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from profundo.run import Run
from profundo.study.watched.answers import Answers, explained
from profundo.study.watched.judge import SAMPLE, Judge

HIGHER = ("acc", "f1", "auc", "iou", "bleu", "precision", "recall", "score", "reward", "return", "r2")
"""Figures whose names hold one of these are better when higher."""
DEV = ("dev_", "val_", "valid_", "validation_")
OURS = ("step", "seen", "seconds", "epoch", "chosen", "lr", "dev_error", "dev_loss", "dev_rmse", "dev_r2")
"""Names that the watch itself writes."""


class Diary:
    """Writes metrics.jsonl, and remembers the best weights."""

    def __init__(self, run: Run, parts: nn.Module, size: int):
        self.run, self.parts = run, parts
        self.size = size
        """Examples of an epoch; 0 where nobody knows: then each time that the person logs figures of dev counts as one."""
        self.began = time.perf_counter()
        self.step = self.seen = self.epoch = 0
        self.judge: Judge | None = None
        """Scores dev; None until the network was seen to learn, and for good where there is no dev."""
        self.losses: dict[str, list[tuple[Tensor | float, int]]] = {}
        """Of the steps since the last record, each with its examples."""
        self.told: dict[str, list[float]] = {}
        """Figures of training that the person logged since then."""
        self.logged: dict[str, float] = {}
        """Their last figures of dev, and the step after which they came."""
        self.logged_at = -1
        self.tests: dict[str, set[int]] = {}
        """Steps after which they logged figures of test."""
        self.diverged = False
        self.metric, self.lower_is_better = "", True
        self.best: float | None = None
        self.best_weights: dict[str, Tensor] = {}
        self.best_answers: Answers | None = None
        self.scored_at = -1

    @property
    def epoch_is_over(self) -> bool:
        return self.size > 0 and self.seen >= (self.epoch + 1) * self.size

    @property
    def scores_dev(self) -> bool:
        return self.judge is not None and not self.judge.why_not

    # what is added

    def note_loss(self, name: str, loss: Tensor | float, examples: int) -> None:
        """The loss of a step: a scalar on its device, or a number."""
        self.losses.setdefault(name, []).append((loss, examples or 1))

    def note_figures(self, figures: Mapping[str, float]) -> None:
        """What the person computed. Dev and test figures are written at once, those of training averaged until the next record.

        val_ is dev_; a name that the watch uses itself gets `logged_` before it.
        """
        now: dict[str, Any] = {}
        for name, value in figures.items():
            prefix = next((p for p in DEV if name.startswith(p)), "")
            bare = name.removeprefix(prefix)
            if prefix:
                self.logged = {**(self.logged if self.logged_at == self.step else {}), bare: value}
                self.logged_at = self.step
                now[f"dev_logged_{bare}" if self.scores_dev and f"dev_{bare}" in OURS else f"dev_{bare}"] = value
            elif name.startswith("test"):
                self.tests.setdefault(name, set()).add(self.step)
                now[name] = value
            else:
                self.told.setdefault(f"logged_{name}" if name in (*OURS, *self.losses) else name, []).append(value)
        of_dev = any(name.startswith("dev_") for name in now)
        self.epoch += of_dev and not self.size
        if of_dev and not self.scores_dev:
            now["chosen"] = self._choose_by(self.logged)
        if now:
            self.run.log(**self._place(), epoch=self.epoch, **now)

    def _choose_by(self, logged: Mapping[str, float]) -> bool:
        """Where dev is not ours to score, the first figure of dev that the person logs chooses."""
        if not self.metric:
            self.metric = next(iter(logged))
            self.lower_is_better = not any(word in self.metric.lower() for word in HIGHER)
        return self.metric in logged and self._keep_if_best(logged[self.metric])

    # records

    def record(self, lr: float | None) -> None:
        """What happened since the last record."""
        self._write(self._averages(lr))

    def end_epoch(self, lr: float | None, seconds: float) -> None:
        """The same at the end of an epoch, with what dev says if that takes no more than so many seconds."""
        self.epoch += 1
        self._write(self._averages(lr) | {"epoch": self.epoch} | self._dev(seconds))

    def finish(self, seconds: float, score: bool) -> None:
        """The last record. score: dev, at least a sample of it."""
        last = self._averages(None)
        if score and self.step and self.scored_at != self.step and (found := self._dev(seconds, at_last=True)):
            last |= {"epoch": self.epoch, **found}
        self._write(last)

    def _place(self) -> dict[str, Any]:
        return {"step": self.step, "seen": self.seen, "seconds": round(time.perf_counter() - self.began, 3)}

    def _write(self, figures: Mapping[str, Any]) -> None:
        if figures:
            self.run.log(**self._place(), **figures)

    def _averages(self, lr: float | None) -> dict[str, float]:
        """Losses, every example weighing the same, and told figures: one transfer from the device for each loss."""
        found = {}
        for name, noted in self.losses.items():
            if not noted:
                continue
            losses = torch.stack([torch.as_tensor(loss).reshape(()) for loss, _n in noted]).cpu().double()
            size = torch.tensor([float(n) for _loss, n in noted])
            mean = (losses * size).sum().item() / size.sum().item()
            if math.isfinite(mean):
                found[name] = mean
            elif not self.diverged:
                self.diverged = True
                first = int((~losses.isfinite()).nonzero()[0])
                self.run.log(step=self.step - len(losses) + 1 + first, diverged=True)
        found |= {name: sum(values) / len(values) for name, values in self.told.items()}
        self.losses = {name: [] for name in self.losses}
        self.told = {}
        return found | ({"lr": lr} if lr is not None else {})

    # dev

    def _dev(self, seconds: float, at_last: bool = False) -> dict[str, Any]:
        figures = self.judge.score(seconds, at_last) if self.judge else {}
        answers = self.judge.answers if self.judge else None
        if not figures or answers is None:
            return {}
        self.metric = answers.metric
        self.scored_at = self.step
        chosen = self._keep_if_best(figures[self.metric])
        if chosen:
            self.best_answers = answers
        return {f"dev_{name}": value for name, value in figures.items()} | {"chosen": chosen}

    def _keep_if_best(self, value: float) -> bool:
        sign = 1 if self.lower_is_better else -1
        if not math.isfinite(value) or (self.best is not None and sign * value >= sign * self.best):
            return False
        self.best, self.best_weights = value, weights(self.parts)
        return True

    def compared(self, seconds: float) -> list[dict[str, Any]]:
        """Their last dev figures beside ours, where they are of these very weights and come from a known mistake."""
        judge = self.judge
        if judge is None or judge.why_not or self.logged_at != self.step or judge.pace is None:
            return []
        n = len(judge.dev)
        if n > judge.most or (n > SAMPLE and n * judge.pace > seconds):
            return []
        said, y = judge.pass_over(torch.arange(n))
        return explained(self.logged, said, y, judge.batch_size)


def weights(parts: nn.Module) -> dict[str, Tensor]:
    """A copy of every tensor of the state, on the CPU."""
    return {name: t.detach().to("cpu", copy=True) for name, t in parts.state_dict().items() if isinstance(t, Tensor)}
