"""The ear: counts passes, steps and examples of somebody's loop, and says when something is due."""

import functools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter
from torch.optim import Optimizer

from profundo import machine
from profundo.core import UserError
from profundo.messages import _
from profundo.run import Run
from profundo.study.watched import papers
from profundo.study.watched.aside import aside
from profundo.study.watched.diary import Diary
from profundo.study.watched.examples import Examples
from profundo.study.watched.intact import first_tensor
from profundo.study.watched.judge import Judge, Taken
from profundo.study.watched.suspicions import Suspicions
from profundo.training.keeper import LOG_EVERY
from profundo.training.vitals import Vitals, due

SHARE = 0.02
"""Of the loop's time that looking at it may take."""
LAST = 0.5
"""Seconds that there are at the end in any case, for dev and for a look at the data."""
PATIENCE = 10
"""Records that may be left out, one after the other, where there is no time."""
ALWAYS = 2
"""Steps that are looked at from inside whatever that costs."""


class Loop:
    """Listens (`interception.listening`) and writes.

    parts: the network; or a list of several (`several`), and then nobody knows whose answers to score. optimizers: those that
    count, or none for all that hold weights of the network. names: of their losses, where the person gave some. compiled: a
    compiler traces the network, and hooks would change what it makes of it.
    """

    def __init__(
        self,
        run: Run,
        parts: nn.Module,
        optimizers: Sequence[Optimizer],
        names: Sequence[str],
        train: Examples | None,
        dev: Examples | None,
        pretrained: bool,
        compiled: bool = False,
    ):
        self.compiled = compiled
        self.run, self.parts, self.train, self.dev = run, parts, train, dev
        self.several = isinstance(parts, nn.ModuleList)
        self.optimizers = {id(optimizer): optimizer for optimizer in optimizers}
        self.names = dict(zip(self.optimizers, names, strict=False))
        self.finds_optimizers = not optimizers
        self.strangers: set[int] = set()
        """Optimizers that hold nothing of the network."""
        self.deaf = self.quiet = self.stepping = False
        self.began = self.resumed = time.perf_counter()
        self.spent = self.inside = self.spent_before = 0.0
        """Seconds that looking took: in all, at the last step that was looked at from inside, and until that."""
        self.loss: Tensor | float | None = None
        self.scaling: tuple[Tensor, Tensor] | None = None
        """A loss, and what a GradScaler made of it, until that goes back."""
        self.scale: Tensor | None = None
        """By which the gradients of this step are too large."""
        self.looked_at = 0
        """The step that is, or was last, looked at from inside."""
        self.batch = self.last_batch = self.pass_size = 0
        self.turns: dict[int, int] = {}
        """Steps of each optimizer."""
        self.taken: Taken | None = None
        self.diary = Diary(run, parts, train.epoch if train else 0)
        self.vitals = Vitals(parts, self.spared)
        self.suspicions = Suspicions(parts, len(dev) if dev else 0, pretrained, self.spared)

    def spared(self, hook: Callable[..., None]) -> Callable[..., None]:
        """A hook whose time is counted, and whose mistakes are not the loop's."""
        return functools.partial(aside(lambda _self, *args: hook(*args)), self)

    def give_up(self, why: Exception) -> None:
        """Say so in a line, and be quiet from now on."""
        self.quiet = True
        with suppress(Exception):  # the hooks are off before anything can go wrong
            self.vitals.heard()
        self.suspicions.forget()
        reason = str(why) if isinstance(why, UserError) else f"{type(why).__name__}: {why}"
        print("profundo: " + _("watching ends here, and the training goes on: {why}").format(why=reason), file=sys.stderr)

    # beginning and end

    @aside
    def begin(self, name: str) -> None:
        """Say what is about to happen."""
        device = next((p.device for p in self.parts.parameters()), torch.device("cpu"))
        self.run.write("recipe.json", self._recipe(name))
        self.run.write("env.json", machine.describe(device))
        self.run.write("data.json", papers.facts(self.train, self.dev, None, ()))
        if not any(isinstance(p, UninitializedParameter) for p in self.parts.parameters()):
            self.run.append("vitals.jsonl", self.vitals.at_birth())
        self.diary.began = time.perf_counter()

    @aside
    def finish(self, name: str, ended: str) -> None:
        """Write what is known at the end. ended: "" or the name of the exception that ended the block."""
        run, diary = self.run, self.diary
        if self.finds_optimizers and not self.optimizers and self.loss is not None:
            self._take_turn(0)
        self.vitals.heard()
        self.suspicions.forget()
        sound = ended in ("", "KeyboardInterrupt")  # after anything else the device may be lost
        if not sound:
            diary.finish(0.0, score=False)
            papers.keep_weights(run, diary)
            run.write("loop.json", self._noticed(ended, (), []))
            return
        with self.by_ourselves():
            diary.finish(max(self.allowance, LAST), score=True)
            compared = diary.compared(max(self.allowance, LAST))
            papers.keep_weights(run, diary)
            papers.keep_answers(run, diary)
            drawn, of_dev = (papers.sampled(examples, max(self.allowance, LAST)) for examples in (self.train, self.dev))
            papers.keep_layers(run, self.parts, diary, of_dev)
        about = papers.facts(self.train, self.dev, diary.judge, drawn or of_dev)
        run.write("examination.json", papers.examination(drawn, of_dev, about, diary))
        run.write("data.json", about)
        run.write("recipe.json", self._recipe(name))  # with the optimizers that were found meanwhile
        run.write("loop.json", self._noticed(ended, drawn or of_dev, compared))

    def _recipe(self, name: str) -> dict[str, Any]:
        return papers.recipe(name, self.parts, self.optimizers.values(), self.train)

    def _noticed(self, ended: str, drawn: Sequence[Tensor], compared: Sequence[dict[str, Any]]) -> dict[str, Any]:
        diary = self.diary
        return {
            "ended": ended,
            "steps": diary.step,
            "several": self.several,
            **self.suspicions.told(list(self.optimizers.values()), self.last_batch),
            "dev_in_train": self.train.shared_with(self.dev) if self.train and self.dev else 0,
            "targets": papers.targets(drawn),
            "compared": list(compared),
            "tests_logged": {key: len(steps) for key, steps in diary.tests.items()},
            "cost": {"seconds": self.spent, "of": time.perf_counter() - self.began},
        }

    # what the interception tells

    @aside
    def asked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        x = args[0] if args and isinstance(args[0], Tensor) else first_tensor([*args, *kwargs.values()])
        self.pass_size = len(x) if x is not None and x.ndim else 0
        learns = torch.is_grad_enabled()
        self.suspicions.asked(self.pass_size, self.last_batch, learns)
        if not learns:
            return
        if self.taken is None:
            self.taken = Taken.of(args, kwargs)
            if self.dev is not None and self.taken and not self.several:
                self.diary.judge = Judge(self.parts, self.dev, self.taken)
        if due(self.diary.step + 1) and not self.compiled:
            self._look()

    def _look(self) -> None:
        """A step that is looked at from inside begins, or goes on."""
        if not self.vitals.listening:
            self.suspicions.listen(list(self.optimizers.values()))
            if self.diary.step >= ALWAYS and self.inside > self.allowance:
                return
            self.spent_before, self.looked_at = self.spent, self.diary.step + 1
            self.vitals.resumed = self.resumed
            self.vitals.listen()
        self.vitals.attend()

    def answered(self) -> None:
        if self.vitals.on_modules:
            self.vitals.look_away()

    @aside
    def scaled(self, loss: Tensor, scaled: Tensor) -> None:
        self.scaling = loss, scaled

    @aside
    def backed(self, loss: Tensor) -> None:
        if self.scaling is not None and self.scaling[1] is loss:
            loss = self.scaling[0]
            if self.vitals.listening:
                self.scale = self.scaling[1].detach() / loss.detach()
            self.scaling = None
        if self.finds_optimizers and not self.optimizers and self.loss is not None:
            self._take_turn(0)  # nobody steps by an optimizer: every backward pass is a step
        if self.stepping and self.loss is not None:
            return  # LBFGS asks many times for one step
        if loss.numel() == 1:
            # they may add others to theirs; a device that is not this processor is not asked to wait
            value = loss.item() if loss.device.type == "cpu" else loss.detach().clone()
            self.loss = value if self.loss is None else self.loss + value
        self.batch = max(self.batch, self.pass_size) if self.several else self.batch + self.pass_size
        self.suspicions.backed(self.batch)

    @aside
    def about_to_step(self, optimizer: Optimizer) -> None:
        self.stepping = self._is_ours(optimizer)
        if self.stepping:
            self.suspicions.about_to_step(optimizer)

    @aside
    def stepped(self, optimizer: Optimizer) -> None:
        if self.stepping:
            self.stepping = False
            self._take_turn(id(optimizer))

    @aside
    def stepped_or_skipped(self, optimizer: Optimizer) -> None:
        if self.loss is not None and self._is_ours(optimizer):  # its gradients were infinite, and nobody stepped
            self.vitals.heard()
            self.loss, self.scale, self.batch = None, None, 0

    def _is_ours(self, optimizer: Optimizer) -> bool:
        key = id(optimizer)
        if key in self.optimizers or key in self.strangers or not self.finds_optimizers:
            return key in self.optimizers
        ours = {id(p) for p in self.parts.parameters()}
        if any(id(p) in ours for group in optimizer.param_groups for p in group["params"]):
            self.optimizers[key] = optimizer
            return True
        self.strangers.add(key)
        return False

    # steps

    def _take_turn(self, key: int) -> None:
        """An optimizer has moved the weights. Of several, the one with the most turns counts the steps."""
        if self.loss is not None:
            self.diary.note_loss(self.names.get(key) or self._named(key), self.loss, self.batch)
        turn = self.turns[key] = self.turns.get(key, 0) + 1
        if turn > self.diary.step:
            if self.vitals.listening and self.looked_at <= self.diary.step:
                self._hear()  # a player had no turn in that round
            self._count(key)
        self.loss, self.batch = None, 0
        if self.vitals.listening and all(self.turns.get(other, 0) >= self.looked_at for other in self.optimizers):
            self._hear()
        self.resumed = time.perf_counter()

    def _named(self, key: int) -> str:
        """What the losses of an optimizer without a name are called."""
        number = len(self.names) + 1
        return self.names.setdefault(key, f"loss_{number}" if self.several or number > 1 else "loss")

    def _count(self, key: int) -> None:
        """A step more; a record where one is due."""
        diary = self.diary
        diary.step += 1
        diary.seen += self.batch
        self.last_batch = self.batch or self.last_batch
        if not diary.epoch_is_over and diary.step > 1 and (diary.step % LOG_EVERY or self._can_wait()):
            return
        lr = float(self.optimizers[key].param_groups[0]["lr"]) if key in self.optimizers else None
        if not diary.epoch_is_over:
            diary.record(lr)
            return
        with self.by_ourselves():
            diary.end_epoch(lr, self.allowance)

    def _can_wait(self) -> bool:
        """A record may come later, and tell of more steps, while looking has taken its share of a fast loop."""
        return self.allowance < 0 and self.diary.step % (PATIENCE * LOG_EVERY) > 0

    def _hear(self) -> None:
        """What the vital signs of the step were."""
        began = time.perf_counter()
        signs = self.vitals.heard()
        self.inside = self.spent - self.spent_before + time.perf_counter() - began
        if signs and self.scale is not None:
            for sign in signs["gradients"].values():
                sign["gradient"] /= self.scale.item()
        self.scale = None
        if signs:
            self.run.append("vitals.jsonl", {"step": self.looked_at, **signs})

    @contextmanager
    def by_ourselves(self) -> Iterator[None]:
        """Passes are ours in here."""
        self.deaf = True
        try:
            yield
        finally:
            self.deaf = False

    @property
    def allowance(self) -> float:
        """Seconds that may be spent on looking, now."""
        return SHARE * (time.perf_counter() - self.began) - self.spent

    # what the person tells

    @aside
    def log(self, figures: Mapping[str, float]) -> None:
        numbers = {name: value.detach() if isinstance(value, Tensor) else value for name, value in figures.items()}
        self.diary.note_figures({name: float(value) for name, value in numbers.items() if name not in ("step", "epoch")})
