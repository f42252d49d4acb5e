"""The verbs of the command line, one file each; the file's name is the verb, with a dash for an underscore.

    describe() -> str                             what it does, in one line
    arguments(parser) -> None                     what it takes
    act(arguments) -> (str, Any)                  what people read, and the object for --json

Importing a verb brings neither torch nor a recipe, so that `--help` answers at once.
"""

import argparse
import importlib
import pkgutil
from typing import Any, Protocol, cast

from profundo.messages import _

LARGEST_SEED = 2**40
"""What comes of it when every epoch draws a seed of its own still fits 64 bits."""


class Verb(Protocol):
    def describe(self) -> str: ...
    def arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def act(self, arguments: argparse.Namespace) -> tuple[str, Any]: ...


def verbs() -> dict[str, Verb]:
    """Every verb by its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name.replace("_", "-"): cast(Verb, importlib.import_module(f"{__name__}.{name}")) for name in names}


def trains(parser: argparse.ArgumentParser, many: bool = False) -> None:
    """Options of the verbs that train: RECIPE (or `items`: recipes and runs), --quick, --device, and any field."""
    if many:
        parser.add_argument("items", nargs="+", metavar=_("RECIPE_OR_RUN"))
    else:
        parser.add_argument("recipe")
    parser.add_argument("--quick", action="store_true", help=_("a smoke run of a few seconds"))
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, mps")
    parser.set_defaults(options=None)
    parser.epilog = _("Any field of the recipe is an option: --rule.lr 0.01 --network.classes 5 (`profundo show RECIPE`).")


def reads(parser: argparse.ArgumentParser) -> None:
    """Not for `verify`: what was published is about the recipe's own data."""
    parser.add_argument(
        "--data", metavar=_("PATH"), help=_("your own folder of pictures, .csv or .npz; or mnist, fashion_mnist, cifar10")
    )


def seeded(parser: argparse.ArgumentParser) -> None:
    """--seed, for the verbs that draw."""
    parser.add_argument("--seed", type=_seed, default=0)


def _seed(word: str) -> int:
    """Raises ArgumentTypeError, which the parser tells, for what is no whole number that can be a seed."""
    try:
        seed = int(word)
    except ValueError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(_("a whole number from 0 to {most:,}, not {word}").format(most=LARGEST_SEED, word=word))
    return seed
