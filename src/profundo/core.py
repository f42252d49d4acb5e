"""The words of profundo. Every other room speaks with these; this one imports none of them.

Learning is a stream: a `LearningRule` changes the weights of a network and yields `Step`s. Whoever iterates it
logs, validates, saves, draws or stops. A `Recipe` says what is trained on what, by which rule, and which
published number (`Claim`) the result is held against.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol, Self, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from profundo.messages import UserError as UserError

Facts = dict[str, Any]
"""What data says about itself, as plain JSON: `channels`, `size` (pixels), `features`, `classes`, `names` (of the
classes)... A network config whose field has the same name takes its value from here when the data are a person's own."""

Batch = tuple[Tensor, ...]
Objective = Callable[[nn.Module, Batch], dict[str, Tensor]]
"""(network, batch) -> scalars; "loss" is minimised, the others are recorded beside it."""


class Stateful(Protocol):
    """What a checkpoint can hold: optimizers, modules, buffers."""

    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: dict[str, Any]) -> Any: ...


Kept = TypeVar("Kept", bound=Stateful)


class Step(NamedTuple):
    """One update as seen from outside."""

    step: int
    seen: int
    """Examples, tokens or frames so far: the x axis that all rules share."""
    values: dict[str, float | Tensor]
    """Scalars; tensors stay on their device until somebody needs the number."""
    resumable: bool = False
    """A checkpoint taken now continues bit for bit."""
    of: int | None = None
    """Steps planned in all, where the rule knows."""


@dataclass(frozen=True)
class Splits:
    """Data opened: what to learn from, what to choose on, and a sealed test split."""

    train: Any
    dev: Any
    open_test: Callable[[], Any]
    """Breaks the seal. `evaluation.evaluate` calls it and nothing else does (a test holds that)."""
    facts: Facts = field(default_factory=dict)

    def to(self, device: torch.device) -> Self:
        """The same splits with train and dev on `device` where they are tensors."""
        move = lambda part: part.to(device) if isinstance(part, Movable) else part  # noqa: E731
        return type(self)(move(self.train), move(self.dev), lambda: move(self.open_test()), self.facts)


@runtime_checkable
class Movable(Protocol):
    """Data that can live on another device: `data.rows.Rows` does, an environment does not."""

    def to(self, device: torch.device) -> Self: ...


class Source(Protocol):
    """Where data come from: a frozen dataclass whose fields are options."""

    licence: ClassVar[str]
    citation: ClassVar[str]

    def open(self) -> Splits: ...

    def encode(self, raw: Any, facts: Facts) -> Tensor:
        """A picture, a row of a table... as a person gives it -> one input of the network, without a batch axis."""
        ...

    def decode(self, output: Tensor, facts: Facts) -> Any:
        """One output of the network -> what a person reads, such as {"seven": 0.98}."""
        ...


class NetworkConfig(Protocol):
    """A frozen dataclass of hyperparameters that builds its network."""

    def build(self) -> nn.Module: ...


class LearningRule(Protocol):
    """A frozen dataclass of hyperparameters that teaches a network."""

    def steps(self, state: "TrainState") -> Iterator[Step]: ...


class Evaluator(Protocol):
    """How well is it done? A frozen dataclass; the same figures for dev (while learning) and test (at the end)."""

    metric: ClassVar[str]
    """The one figure that chooses the best epoch and is compared."""
    lower_is_better: ClassVar[bool]

    def score(self, network: nn.Module, data: Any) -> dict[str, float]: ...

    def baseline(self, train: Any, data: Any) -> dict[str, float]:
        """The same metric for somebody who learns nothing: the majority class, the mean, a random walk..."""
        ...

    def recalled(self, network: nn.Module, train: Any) -> dict[str, float]:
        """{"train_" + metric: ...} where the question is what was learnt by heart: that figure then chooses the best epoch."""
        return {}

    def settled(self, network: nn.Module, dev: Any) -> Self:
        """This evaluator with whatever it has to choose chosen on dev; asked for before test is scored."""
        return self

    def samples(self, network: nn.Module, data: Any) -> dict[str, Tensor]:
        """Pictures worth keeping after an epoch, by name: (H, W) or (3, H, W), from 0 (black) to 1. None by default."""
        return {}


@dataclass(frozen=True)
class Claim:
    """A published number to be held against."""

    metric: str
    value: float
    source: str
    """Paper and table, or how the number is known."""
    lower_is_better: bool = True
    note: str = ""
    """Where the number is known to be out of reach, why."""

    def met(self, measured: float) -> bool:
        return measured <= self.value + 1e-12 if self.lower_is_better else measured >= self.value - 1e-12


@dataclass(frozen=True)
class Log:
    """A range to search evenly in the logarithm."""

    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """A range to search evenly; whole numbers where the option is one."""

    low: float
    high: float


class Choice(tuple[Any, ...]):
    """A set of values to search: `Choice(32, 64, 128)`."""

    def __new__(cls, *values: Any) -> "Choice":
        return super().__new__(cls, values)


@dataclass(frozen=True)
class Recipe:
    """Something that can be trained: data + network + rule, how it is judged, and the number to compare with."""

    data: Source
    network: NetworkConfig
    rule: LearningRule
    evaluate: Evaluator
    claim: Claim | None = None
    quick: dict[str, Any] = field(default_factory=dict)
    """Overrides that make it a smoke run of less than ten seconds."""
    space: dict[str, Log | Range | Choice] = field(default_factory=dict)
    """What a search may change."""
    name: str = ""
    """The file's name; filled in when the recipe is loaded."""
    begins: str = ""
    """The published weights that it begins with, by name; drawn by lot if empty."""


class Clock:
    """Steps and examples so far; one per run, shared by the parts of a composed rule."""

    step = 0
    seen = 0


class TrainState:
    """What a rule works on, and what a checkpoint holds."""

    def __init__(self, network: nn.Module, data: Splits, device: torch.device, seed: int, clock: Clock | None = None):
        self.network, self.data, self.device, self.seed = network, data, device, seed
        self.clock = clock or Clock()
        self.epoch = 0
        self.batch = 0
        """Batches done in the epoch under way."""
        self.total: int | None = None
        """Steps planned in all, if the rule says so."""
        self.stale = 0
        """Epochs since the dev figure was last better than ever; the runner counts them."""
        self.rng = torch.Generator().manual_seed(seed)
        self._kept: dict[str, Any] = {}
        self._restored: dict[str, Any] = {}  # read from a checkpoint, not asked for yet
        self._parts = 0
        self._saves_network = True

    @property
    def step(self) -> int:
        return self.clock.step

    @property
    def seen(self) -> int:
        return self.clock.seen

    def keep(self, name: str, thing: Kept) -> Kept:
        """Save `thing` (an optimizer, a replay buffer) with every checkpoint; on a resumed run hand it back as it was."""
        self._kept[name] = thing
        if name in self._restored:
            thing.load_state_dict(self._restored.pop(name))
        return thing

    def on(self, network: nn.Module | None = None, data: Splits | None = None) -> "TrainState":
        """The same run on a part of the network or on other data, with epochs of its own: for `yield from`.

        A rule that is run again after a resume asks for its parts in the same order and finds each one where it was.
        """
        part = TrainState(network or self.network, data or self.data, self.device, self.seed, self.clock)
        ours = {id(p) for p in self.network.parameters()}
        part._saves_network = any(id(p) not in ours for p in part.network.parameters())
        self._parts += 1
        return self.keep(f"part {self._parts}", part)

    def shuffled(self, n: int) -> Tensor:
        """The order of n examples in this epoch, (n,). A pure function of seed and epoch, so it can be picked up midway."""
        return torch.randperm(n, generator=torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch))

    def advance(self, seen: int, **values: float | Tensor) -> Step:
        """One update done, on `seen` examples. A rule that yields where a resume would not be exact says so:
        `yield state.advance(...)._replace(resumable=False)`.
        """
        self.batch += 1
        self.clock.step += 1
        self.clock.seen += seen
        return Step(self.clock.step, self.clock.seen, values, True, self.total)

    def end_epoch(self, seen: int, **values: float | Tensor) -> Step:
        """The last update of an epoch done; the runner scores dev after it."""
        self.epoch += 1
        step = self.advance(seen, **values)
        self.batch = 0
        return step

    def state_dict(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict() if self._saves_network else {},
            "epoch": self.epoch,
            "batch": self.batch,
            "step": self.clock.step,
            "seen": self.clock.seen,
            "rng": self.rng.get_state(),
            "kept": {name: thing.state_dict() for name, thing in self._kept.items()} | self._restored,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        saved = state_dict
        if self._saves_network:
            self.network.load_state_dict(saved["network"])
        self.epoch, self.batch = saved["epoch"], saved["batch"]
        self.clock.step, self.clock.seen = saved["step"], saved["seen"]
        self.rng.set_state(saved["rng"])
        self._restored = dict(saved["kept"])
        for name in self._kept.keys() & self._restored.keys():
            self._kept[name].load_state_dict(self._restored.pop(name))
