"""Every recipe at full size, over seeds, against its claim.

uv run python benchmarks/networks.py                 all, three seeds each
uv run python benchmarks/networks.py lenet mlp --seeds 5
uv run python benchmarks/networks.py resnet20 --folder F     keeps the trainings: the same command goes on where it was stopped
uv run python benchmarks/networks.py vgg --option data.path=COPY
"""

import argparse
import statistics
import tempfile

import profundo as pf
import records
from profundo import recipes
from profundo.catalogue import names

COPIES = ("path", "copy")
"""Options that say where a copy of the data lies: of this machine, and not of the result."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("recipes", nargs="*", default=list(names()))
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--folder", help="where the trainings stay")
    words.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="of every recipe, such as a copy of its data"
    )
    arguments = words.parse_args()
    options = dict(option.split("=", 1) for option in arguments.option)
    for recipe in arguments.recipes:
        if recipes.load(recipe).claim is None:
            print(f"{recipe}: nothing was published to hold it against")
            continue
        with tempfile.TemporaryDirectory() as nowhere:
            found = pf.verify(recipe, arguments.seeds, options=options, folder=arguments.folder or nowhere)
            runs = [pf.load(path) for path in found.pop("runs")]
            results = [run.result for run in runs]
        mean = {name: statistics.fmean(result[name] for result in results) for name in ("seconds", "joules", "co2e_g")}
        records.append(
            "networks",
            seeds=list(range(arguments.seeds)),
            baseline=results[0]["baseline"],
            energy=results[0]["energy"],
            test={name: statistics.fmean(result["test"][name] for result in results) for name in results[0]["test"]},
            remarks=runs[0].read("data.json").get("notes", []),
            options={name: value for name, value in options.items() if name.rpartition(".")[2] not in COPIES},
            **found,
            **mean,
        )
        print(f"{recipe}: {found['metric']} {found['mean']:.4g} (claim {found['claim']:.4g}), {mean['seconds']:.1f} s")


if __name__ == "__main__":
    main()
