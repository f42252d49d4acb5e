"""`profundo`: verbs on the command line. Parsing needs neither torch nor a recipe, so `--help` answers at once.

Any field of a recipe is an option: --rule.lr 0.01, --network.classes 5, --data.limit 1000.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

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
    verbs = top.add_subparsers(dest="verb", metavar=_("VERB"))

    def verb(name: str, help: str, act: Callable[[Any], tuple[str, Any]]) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
        added.add_argument("--json", action="store_true", help=_("the last line of stdout is one JSON object"))
        added.add_argument("--lang", choices=("es", "en"), help=argparse.SUPPRESS)
        added.set_defaults(act=act)
        return added

    verb("list", _("the recipes"), _list)
    show = verb("show", _("a recipe: what it is, its options, its claim"), _show)
    show.add_argument("recipe")
    train = verb("train", _("train a recipe, on its data or yours, and evaluate it"), _train)
    _trains(train)
    _reads(train)
    train.add_argument("--run", metavar=_("DIR"), help=_("where the run lives; the same again resumes"))
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--seconds", type=float, help=_("a time budget"))
    verify = verb("verify", _("train with n seeds and hold the mean against the published number"), _verify)
    _trains(verify)
    verify.add_argument("--seeds", type=int, default=3)
    compare = verb("compare", _("recipes or runs side by side"), _compare)
    _trains(compare, many=True)
    _reads(compare)
    compare.add_argument("--seeds", type=int, default=1)
    evaluate = verb("evaluate", _("score the chosen weights of a run"), _evaluate)
    evaluate.add_argument("run")
    evaluate.add_argument("--split", default="test", help="test, dev")
    evaluate.add_argument("--device", default="auto")
    predict = verb("predict", _("what a run's network says of pictures or rows"), _predict)
    predict.add_argument("run")
    predict.add_argument("inputs", nargs="+", metavar=_("FILE"))
    report = verb("report", _("write a run's page: curves, confusions, mistakes, cost"), _report)
    report.add_argument("run")
    runs = verb("runs", _("the runs in a folder"), _runs)
    runs.add_argument("folder", nargs="?", default="runs")
    return top


def _reads(added: argparse.ArgumentParser) -> None:
    """Not for `verify`: what was published is about the recipe's own data."""
    added.add_argument("--data", metavar=_("PATH"), help=_("your own folder of pictures, .csv or .npz"))


def _trains(added: argparse.ArgumentParser, many: bool = False) -> None:
    """Options of the verbs that train."""
    if many:
        added.add_argument("items", nargs="+", metavar=_("RECIPE_OR_RUN"))
    else:
        added.add_argument("recipe")
    added.add_argument("--quick", action="store_true", help=_("a smoke run of a few seconds"))
    added.add_argument("--device", default="auto", help="auto, cpu, cuda, mps")
    added.set_defaults(options=None)
    added.epilog = _("Any field of the recipe is an option: --rule.lr 0.01 --network.classes 5 (`profundo show RECIPE`).")


# Verbs: arguments -> (text for people, object for --json)


def _list(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.catalogue import catalogue

    rows = catalogue()
    wide = max(len(row["recipe"]) for row in rows)
    lines, unit = [], ""
    for row in rows:
        if row["unit"] != unit:
            unit = row["unit"]
            lines.append(f"\n{unit}")
        lines.append(f"  {row['recipe']:{wide}}  {row['title']}")
    return "\n".join(lines).lstrip(), rows


def _show(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo.catalogue import describe

    found = describe(arguments.recipe)
    lines = [found["text"], ""]
    if found["claim"]:
        lines += [_("Claim: {metric} {value} ({source})").format(**found["claim"]), ""]
    wide = max(len(option["name"]) for option in found["options"])
    for option in found["options"]:
        lines.append(f"  --{option['name']:{wide}}  {option['value']!s:24}  {option['help']}".rstrip())
    return "\n".join(lines), found


def _train(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import trained
    from profundo.training import parallel

    run = verbs.train(
        arguments.recipe,
        data=arguments.data,
        options=arguments.options,
        quick=arguments.quick,
        run=arguments.run,
        seed=arguments.seed,
        device=arguments.device,
        seconds=arguments.seconds,
    )
    return (trained(run.result), run.result) if parallel.first() else ("", None)


def _verify(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import verified

    found = verbs.verify(
        arguments.recipe,
        arguments.seeds,
        options=arguments.options,
        quick=arguments.quick,
        device=arguments.device,
    )
    return verified(found), found


def _compare(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import compared

    found = verbs.compare(
        arguments.items,
        arguments.seeds,
        options=arguments.options,
        data=arguments.data,
        quick=arguments.quick,
        device=arguments.device,
    )
    return compared(found), found


def _evaluate(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import evaluated

    found = verbs.evaluate(arguments.run, arguments.split, arguments.device)
    return evaluated(found, arguments.split), found


def _predict(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import predicted

    raws = verbs.inputs(arguments.run, arguments.inputs)
    said = [
        {"input": name, "said": answer} for name, answer in zip(raws, verbs.predict(arguments.run, raws.values()), strict=True)
    ]
    return predicted(said), said


def _report(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs

    page = str(verbs.report(arguments.run))
    return page, {"report": page}


def _runs(arguments: argparse.Namespace) -> tuple[str, Any]:
    from profundo import verbs
    from profundo.summaries import table

    rows = verbs.runs(arguments.folder)
    return table(rows) if rows else _("No runs in {folder}.").format(folder=arguments.folder), rows
