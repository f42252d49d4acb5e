"""`profundo augment`."""

import argparse
from typing import Any

from profundo.commands import reads, seeded
from profundo.messages import _


def describe() -> str:
    return _("a recipe's pictures as its augmentation changes them")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe")
    reads(parser)
    parser.add_argument("--pictures", type=int, default=8, metavar="N", help=_("how many pictures"))
    parser.add_argument("--draws", type=int, default=6, metavar="N", help=_("how often each is drawn"))
    seeded(parser)
    parser.add_argument("--folder", default="runs", metavar=_("DIR"), help=_("where the pictures are written"))
    parser.set_defaults(options=None)
    parser.epilog = _(
        "Any field of the recipe is an option: --rule.augment.crop 4 --rule.mixing.cutmix 1 (`profundo show RECIPE`)."
    )


def act(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.verbs.augmenting import augment

    found = augment(
        arguments.recipe,
        options=arguments.options,
        data=arguments.data,
        pictures=arguments.pictures,
        draws=arguments.draws,
        seed=arguments.seed,
        folder=arguments.folder,
    )
    lines = [f"--{name} {value}" for name, value in found["augment"].items()]
    return "\n".join([*lines, found["figure"]]), found
