"""`generate`: a language model goes on with a text, or answers a question."""

import time
from collections.abc import Iterator
from pathlib import Path

import torch

from profundo import machine
from profundo.core import UserError
from profundo.messages import _
from profundo.run import Run
from profundo.serving import decoding, language_models
from profundo.serving.language_models import LanguageModel
from profundo.training.precision import Precision

READ = 20_000
"""Tokens that are read of a text where the network sets no limit, being a recurrent one."""
TYPES = {"auto": None, "float32": torch.float32, "bfloat16": torch.bfloat16}


class Continuation:
    """A text while it is written: iterate over it for the pieces. Then `tokens`, `seconds` and `ended` tell how it went.

    Its options are `generate`'s; the model may be one that has been opened already, to be asked more than once.
    """

    def __init__(
        self,
        model: LanguageModel | Run | str | Path,
        prompt: str,
        tokens: int = 200,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = None,
        beams: int | None = None,
        seed: int = 0,
        plain: bool = False,
        device: str = "auto",
        precision: Precision = "auto",
    ):
        if tokens < 1 or (beams is not None and beams < 1) or (top_k is not None and top_k < 1):
            raise UserError(_("--tokens, --beams and --top-k are at least 1."))
        if not temperature >= 0 or (top_p is not None and not 0 < top_p <= 1):
            raise UserError(_("--temperature is at least 0 (the likeliest token), and --top-p above 0 and at most 1."))
        if not prompt:
            raise UserError(_('There is nothing to go on from; give a few words, such as "To be".'))
        self.device, self.seed = machine.choose_device(device), seed
        self.temperature, self.top_k, self.top_p, self.beams = temperature, top_k, top_p, beams
        opened = isinstance(model, LanguageModel)
        self.model = model if opened else language_models.of(model, self.device, TYPES[precision])
        self.answers = self.model.turn is not None and not plain
        self.notes: list[str] = []
        read = self.model.turn(prompt) if self.model.turn and self.answers else self.model.ids(prompt)
        self.steps = self._steps(len(read), tokens)
        self.ids = torch.tensor(read[-(self.model.context or READ) :], device=self.device)
        self.tokens, self.seconds, self.ended = 0, 0.0, False

    def _steps(self, prompt: int, tokens: int) -> int:
        """How many tokens are written, of those asked for. Raises UserError where the text is too long for the network."""
        endless, context = self.model.context is None, self.model.context or READ
        if prompt + (0 if endless else tokens) <= context:
            return tokens
        if endless or (self.model.slides and self.beams is None):
            self.notes.append(
                _("{model} reads {context} tokens at once: of what is longer, the last ones.").format(
                    model=self.model.name, context=context
                )
            )
            return tokens
        if prompt >= context:
            raise UserError(
                _(
                    "The text has {n} tokens, and {model} reads at most {context}, with what it writes; give a shorter one."
                ).format(n=prompt, model=self.model.name, context=context)
            )
        self.notes.append(
            _("Only {n} tokens: {model} reads at most {context}, with those of the text.").format(
                n=context - prompt, model=self.model.name, context=context
            )
        )
        return context - prompt

    def __iter__(self) -> Iterator[str]:
        return decoding.written(self._numbers(), self.model.text)

    def _numbers(self) -> Iterator[int]:
        """Tokens until one says that the text is over."""
        begun = time.perf_counter()
        for token in self._searched() if self.beams else self._drawn():
            self.tokens, self.seconds = self.tokens + 1, time.perf_counter() - begun
            if token in self.model.ends:
                self.ended = True
                return
            yield token

    def _drawn(self) -> Iterator[int]:
        dice = torch.Generator(self.device).manual_seed(self.seed)
        context = self.model.context if self.model.slides else None
        drawn = decoding.generate(
            self.model.network, self.ids[None], self.steps, self.temperature, self.top_k, self.top_p, dice, context
        )
        return (int(token) for token in drawn)

    def _searched(self) -> Iterator[int]:
        assert self.beams is not None
        yield from decoding.beam(self.model.network, self.ids, self.steps, self.beams, self.model.ends)[0].tokens.tolist()


def generate(
    model: Run | str | Path,
    prompt: str,
    tokens: int = 200,
    temperature: float = 0.8,
    top_k: int | None = None,
    top_p: float | None = None,
    beams: int | None = None,
    seed: int = 0,
    plain: bool = False,
    device: str = "auto",
    precision: Precision = "auto",
) -> str:
    """What a language model writes after the prompt, or answers to it.

    model: a run; "smollm2"; a .gguf file; a folder of transformers', or its name on huggingface.co. tokens: at most so many.
    temperature: 0 takes the likeliest token each time; top_k, top_p: draw among the likeliest only; beams: search instead.
    plain: go on with the words as they are, also where the model was taught to answer.
    Raises UserError for anything a person can mend.
    """
    return "".join(Continuation(model, prompt, tokens, temperature, top_k, top_p, beams, seed, plain, device, precision))
