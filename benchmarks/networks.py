"""Every recipe at full size, over seeds, against its claim.

uv run python benchmarks/networks.py                 all, three seeds each
uv run python benchmarks/networks.py lenet mlp --seeds 5
"""

import argparse
import statistics
import tempfile

import profundo as pf
import records
from profundo.catalogue import names


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("recipes", nargs="*", default=list(names()))
    words.add_argument("--seeds", type=int, default=3)
    arguments = words.parse_args()
    for recipe in arguments.recipes:
        with tempfile.TemporaryDirectory() as folder:
            found = pf.verify(recipe, arguments.seeds, folder=folder)
            results = [pf.load(path).result for path in found.pop("runs")]
        mean = {name: statistics.fmean(result[name] for result in results) for name in ("seconds", "joules", "co2e_g")}
        records.append(
            "networks",
            seeds=list(range(arguments.seeds)),
            baseline=results[0]["baseline"],
            energy=results[0]["energy"],
            **found,
            **mean,
        )
        print(f"{recipe}: {found['metric']} {found['mean']:.4g} (claim {found['claim']:.4g}), {mean['seconds']:.1f} s")


if __name__ == "__main__":
    main()
