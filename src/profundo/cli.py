"""`profundo`: verbs on the command line. Parsing needs neither torch nor a recipe, so `--help` answers at once.

Any field of a recipe is an option: --rule.lr 0.01, --network.classes 5, --data.limit 1000.
"""

import argparse
import errno
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from profundo import commands
from profundo.messages import UserError, _, speak

FIELD = re.compile(r"--((?:data|network|rule|evaluate)\.[\w.-]+)(?:=(.*))?$", re.DOTALL)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 something the person can mend, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    speak(words[words.index("--lang") + 1] if "--lang" in words[:-1] else None)
    options, words = fields(words)
    top = parser()
    arguments, unknown = top.parse_known_args(words)
    if arguments.verb is None:
        top.print_help()
        sys.exit(0)
    try:
        if unknown:
            _refuse(unknown[0], getattr(arguments, "recipe", None))
        if options and "options" not in arguments:
            _refuse("--" + next(iter(options)), None)
        arguments.options = options
        shown, found = arguments.act(arguments)
        _tell(shown, found, arguments.json)
    except UserError as why:
        sys.stderr.write(f"profundo: {why}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("\n" + _("Stopped. The same command goes on from the last checkpoint.") + "\n")
        sys.exit(130)
    except BrokenPipeError:  # `profundo runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as why:
        if why.errno != errno.ENAMETOOLONG:
            raise
        _fail(_("{name}… is too long for the name of a run, a folder or a file.").format(name=str(why.filename)[:60]))


def _tell(shown: str, found: Any, as_json: bool) -> None:
    """Text for people; with --json it goes to stderr, and one object is the last line of stdout."""
    if shown:
        print(shown, file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json and found is not None:
        print(json.dumps(found, ensure_ascii=False), flush=True)


def fields(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take the fields of a recipe out of the words: --rule.lr 0.01 and --rule.lr=0.01."""
    options: dict[str, str] = {}
    rest: list[str] = []
    queue = iter(words)
    for word in queue:
        match = FIELD.match(word)
        if not match:
            rest.append(word)
            continue
        value = match[2] if match[2] is not None else next(queue, None)
        if value is None or value.startswith("--"):
            _fail(_("{option} needs a value: {option} VALUE.").format(option=word))
        options[match[1]] = value
    return options, rest


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"profundo: {sentence}\n")
    sys.exit(2)


def _refuse(word: str, recipe: str | None) -> NoReturn:
    """An option that nobody knows: say which one is near."""
    import difflib

    from profundo import recipes
    from profundo.options import flatten

    name = word.lstrip("-").partition("=")[0]
    known = ["run", "seed", "device", "seconds", "quick", "data", "json", "lang", "seeds"]
    if recipe:
        paths = [path for path in flatten(recipes.load(recipe)) if "." in path]
        known += paths + [path.rpartition(".")[2] for path in paths]
        full = {path.rpartition(".")[2]: path for path in reversed(paths)}
    else:
        full = {}
    near = difflib.get_close_matches(name, known, n=1)
    hint = _("did you mean --{near}?").format(near=full.get(near[0], near[0])) if near else _("see `profundo --help`.")
    raise UserError(_("There is no option {option}; {hint}").format(option=word.partition("=")[0], hint=hint))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _fail(message + " " + _("(`{program} --help` explains)").format(program=self.prog))


def parser() -> argparse.ArgumentParser:
    """The verbs and their options, in the person's language."""
    from importlib.metadata import version

    top = _Parser(prog="profundo", description=_("The deep-learning course that runs."), allow_abbrev=False)
    top.add_argument("--version", action="version", version=version("profundo"))
    top.add_argument("--lang", choices=("es", "en"), help=_("language of messages (default: the system's)"))
    parsers = top.add_subparsers(dest="verb", metavar=_("VERB"))
    for name, verb in commands.verbs().items():
        added = parsers.add_parser(name, help=verb.describe(), description=verb.describe(), allow_abbrev=False)
        added.add_argument("--json", action="store_true", help=_("the last line of stdout is one JSON object"))
        added.add_argument("--lang", choices=("es", "en"), help=argparse.SUPPRESS)
        added.set_defaults(act=verb.act)
        verb.arguments(added)
    return top
