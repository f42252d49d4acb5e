"""What rules do not do: log, score dev, keep the best, checkpoint, resume. All of it is in the run directory as it happens."""

import json
import math
import time
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from profundo import machine
from profundo.core import Recipe, Step, TrainState, UserError
from profundo.messages import _
from profundo.options import flatten
from profundo.run import FORMAT, Run
from profundo.training import parallel
from profundo.training.vitals import Vitals, due

LOG_EVERY = 50
"""Steps averaged into one record."""
CHECKPOINT_SECONDS = 1.0
"""At the end of an epoch, if so much time has passed since the last checkpoint..."""
LONG_EPOCH_SECONDS = 60.0
"""...and within an epoch, if this much has."""


class Diverged(Exception):
    """A value that is not a number; becomes a UserError once the run is left in order."""


class Keeper:
    """Everything a run remembers, written as it goes."""

    def __init__(self, recipe: Recipe, run: Run, state: TrainState):
        self.recipe, self.run, self.state = recipe, run, state
        self.writes = parallel.share()[0] == 0
        self.best: dict[str, Any] = {}
        self.window: list[Step] = []
        """Steps since the last record."""
        self.averaged = state.seen
        """Examples in the records before those."""
        self.epoch = 0
        self.last: Step | None = None
        self.saved_at = time.monotonic()
        self.seconds_before = 0.0
        self.vitals = Vitals(state.network)

    # the life of a run

    def begin(self, more: dict[str, Any]) -> None:
        """Write what is about to happen, or check that it is the same as before and pick it up. more: of recipe.json."""
        run, state = self.run, self.state
        description = {
            "format": FORMAT,
            "recipe": self.recipe.name,
            "seed": state.seed,
            "options": flatten(self.recipe),
        } | more
        before = run.read("recipe.json")
        if before:
            self._refuse_other_options(before, description)
        elif self.writes:
            run.write("recipe.json", description)
        saved = run.load_state()
        if saved is not None:
            state.load_state_dict(saved["state"])
            torch.set_rng_state(saved["torch_rng"])
            if state.device.type == "cuda":
                torch.cuda.set_rng_state(saved["cuda_rng"], state.device)
            self.best, self.seconds_before = saved["best"], saved["seconds"]
            self._refuse_other_data(run.read("data.json"), state.data.facts)
            state.stale = state.epoch - self.best["epoch"] if self.best else 0
        if self.writes:
            run.write("env.json", machine.describe(state.device) | {"processes": parallel.share()[1]})
            run.write("data.json", state.data.facts)
            if before:
                run.log(resumed=state.step)
            if state.step == 0:
                run.append("vitals.jsonl", self.vitals.at_birth())
        self.epoch, self.averaged = state.epoch, state.seen
        self.started = time.monotonic()
        self.resume()

    def resume(self) -> None:
        """The rule is about to make its next step; some steps are looked at from inside."""
        if self.writes and due(self.state.step + 1, self.state.total):
            self.vitals.listen()
        self.vitals.resumed = time.perf_counter()

    def take(self, step: Step) -> Step:
        """A step was made: log it, score dev after an epoch, keep the best, checkpoint now and then."""
        self.last = step
        self.window.append(step)
        if self.vitals.listening:
            signs = self.vitals.heard()
            if signs:
                self.run.append("vitals.jsonl", {"step": step.step, **signs})
        ended = self.state.epoch > self.epoch
        if ended or step.step == 1 or len(self.window) == LOG_EVERY:
            record = self._average()
            if ended:
                self.epoch = self.state.epoch
                scores, chosen = self._score()
                record |= scores | {"epoch": self.epoch, "chosen": chosen}
                self._keep_samples()
                step = step._replace(values=step.values | scores)
            if self.writes:
                self.run.log(**record)
            patience = CHECKPOINT_SECONDS if ended else LONG_EPOCH_SECONDS
            if step.resumable and time.monotonic() - self.saved_at >= patience:
                self.checkpoint()
        return step

    def leave(self) -> None:
        """Whatever the reason, leave the directory in order: the last record, chosen weights, a checkpoint if it is exact."""
        self.vitals.heard()
        if self.last is None:
            return
        bad = self._first_bad()
        if bad is not None:
            if self.writes:
                self.run.log(step=bad.step, diverged=True)
            return
        record = self._average() if self.window else {}
        if self.last.resumable:
            self.checkpoint()
        if not self.best:  # stopped within the first epoch: what there is, is the best; a continuation does not hear of it
            scores, chosen = self._score()
            record |= {"step": self.last.step, "epoch": self.epoch, "chosen": chosen} | scores
        if record and self.writes:
            self.run.log(**record)

    # what it is made of

    def _refuse_other_options(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        now = json.loads(json.dumps(now))
        old, new = (
            {"recipe": d["recipe"], "seed": d["seed"], "from": d.get("start", {}).get("run"), **d["options"]}
            for d in (before, now)
        )
        different = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
        if different:
            name = min(different)
            raise UserError(
                _("{path} holds another run ({name} is {old} there and {new} here); choose another --run.").format(
                    path=self.run.path, name=name, old=old.get(name), new=new.get(name)
                )
            )

    def _refuse_other_data(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        if any(before.get(name) != now.get(name) for name in ("content", "split")):
            raise UserError(
                _("The data have changed since {path} began; choose another --run to train on what is there now.").format(
                    path=self.run.path
                )
            )

    def _average(self) -> dict[str, Any]:
        """One record for the steps since the last one. Raises Diverged if a value is not finite."""
        bad = self._first_bad()
        if bad is not None:
            raise Diverged(self._explain(bad))
        means = _means(self.window, self.averaged)
        last = self.window[-1]
        self.window, self.averaged = [], last.seen
        seconds = round(self.seconds_before + time.monotonic() - self.started, 3)
        return {"step": last.step, "seen": last.seen, "of": last.of, "seconds": seconds, **means}

    def _first_bad(self) -> Step | None:
        """The first step of the window with a loss (of any player) that is not finite."""
        names = [name for name in self.window[0].values if name.endswith("loss")] if self.window else []
        if not names:
            return None
        losses = torch.stack([_row([step.values[name] for name in names]) for step in self.window])
        bad = (~parallel.mean(losses).isfinite().all(1)).nonzero()
        return self.window[int(bad[0])] if len(bad) else None

    def _explain(self, step: Step) -> str:
        lr = step.values.get("lr")
        if lr is None:
            return _("The loss is not a number at step {step}; the last finite checkpoint is in {path}.").format(
                step=step.step, path=self.run.path
            )
        return _(
            "The loss is not a number at step {step}, with a rate of {lr:.3g}; try --rule.lr {less:.1g}. "
            "The last finite checkpoint is kept in {path}."
        ).format(step=step.step, lr=float(lr), less=float(lr) / 10, path=self.run.path)

    def _score(self) -> tuple[dict[str, float], bool]:
        """Score dev; keep the weights if they are the best so far, and say so as `chosen`."""
        judge, network = self.recipe.evaluate, self.state.network
        scores = judge.score(network, self.state.data.dev)
        recalled = judge.recalled(network, self.state.data.train)
        value = recalled.get(f"train_{judge.metric}", scores[judge.metric])
        sign = 1 if judge.lower_is_better else -1
        chosen = math.isfinite(value) and (not self.best or sign * value < sign * self.best["value"])
        self.state.stale = 0 if chosen else self.state.epoch - self.best.get("epoch", 0)
        if chosen:
            self.best = {"epoch": self.state.epoch, "step": self.state.step, "value": value}
            if self.writes:
                self.run.save_weights(network.state_dict())
        return {f"dev_{name}": value for name, value in scores.items()} | recalled, chosen

    def _keep_samples(self) -> None:
        pictures = self.recipe.evaluate.samples(self.state.network, self.state.data.dev)
        if self.writes:
            for name, picture in pictures.items():
                self.run.save_picture(f"{name}-epoch-{self.epoch:04d}", picture)

    def checkpoint(self) -> None:
        """Everything an exact continuation needs. Weights that are not finite are not worth one."""
        state = self.state
        if not self.writes or not all(p.isfinite().all() for p in state.network.parameters()):
            return
        saved = {
            "state": state.state_dict(),
            "torch_rng": torch.get_rng_state(),
            "best": self.best,
            "seconds": self.seconds_before + time.monotonic() - self.started,
        }
        if state.device.type == "cuda":
            saved["cuda_rng"] = torch.cuda.get_rng_state(state.device)
        self.run.save_state(saved)
        self.saved_at = time.monotonic()


def _means(steps: list[Step], seen: int) -> dict[str, float]:
    """The mean of each value over the examples of these steps (and over the processes): one transfer from the device.

    seen: examples before the first of them. A last batch that is smaller weighs less.
    """
    names = list(steps[0].values)
    table = torch.stack([_row([s.values.get(n, math.nan) for n in names]) for s in steps])  # (steps, names)
    sizes = table.new_tensor([after - before for before, after in pairwise([seen, *(step.seen for step in steps)])])
    weights = sizes / sizes.sum() if sizes.sum() > 0 else torch.full_like(sizes, 1 / len(steps))
    return dict(zip(names, parallel.mean(weights @ table).tolist(), strict=True))


def _row(values: list[float | Tensor]) -> Tensor:
    device = next((value.device for value in values if isinstance(value, Tensor)), torch.device("cpu"))
    return torch.stack([torch.as_tensor(v, dtype=torch.float32, device=device) for v in values])
