"""How many wrong bits a Hopfield network of 1000 neurons recalls as it fills up, beside theory.

uv run python benchmarks/hopfield_capacity.py             ten draws of the patterns
uv run python benchmarks/hopfield_capacity.py --seeds 3 --neurons 2000
"""

import argparse
import statistics

import records
from profundo.study.capacity import capacity, capacity_curve, retrieval_error

LOADS = (0.10, 0.12, 0.138, 0.15, 0.18)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--neurons", type=int, default=1000)
    words.add_argument("--seeds", type=int, default=10)
    arguments = words.parse_args()
    seeds = list(range(arguments.seeds))
    curves = [capacity_curve(arguments.neurons, LOADS, seed) for seed in seeds]
    limit, error = capacity()
    print(f"{arguments.neurons} neurons, {len(seeds)} draws; theory ends at a load of {limit:.4f} with {error:.2%}")
    print("  load   mean wrong bits       sd   theory")
    rows = []
    for load in LOADS:
        values = [curve[load] for curve in curves]
        mean, sd = statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None
        expected = retrieval_error(load) if load <= limit else None
        rows.append({"load": load, "bit_error": mean, "sd": sd, "theory": expected})
        print(f"{load:6.3f}  {mean:16.3%}  {_percent(sd):>7}  {_percent(expected):>7}")
    records.append("hopfield_capacity", neurons=arguments.neurons, seeds=seeds, curve=rows)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.3%}"


if __name__ == "__main__":
    main()
