"""Pictures a second out of a folder of JPEGs, beside what libjpeg-turbo alone takes to decode them.

uv run python benchmarks/decode.py                          five minutes on two quiet cores, 300 MB of disk
taskset -c 0 uv run python benchmarks/decode.py             the same on one core

The files are made here from scikit-learn's two photographs: 100 of a phone's size (4032 x 3024) and 500 of 640 x 480. On the same
number of threads as profundo takes, the five take turns, and every figure is the median over rounds:

floor       Pillow opens and decodes, reduced as far as profundo reduces, and throws the result away: libjpeg-turbo and the file
usual       Pillow decodes the whole picture and resizes it, as torchvision's ImageFolder with Resize and CenterCrop does
read        `images.read` of every file: the floor, then the square, the resizing, the turning
folder      `ImageFolder.open()`: heads, copies, the split, `read` of everything, mean and deviation
streamed    one epoch of the batches of pictures that do not fit in memory
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image, features

import records
from profundo.data import folder, images
from profundo.data.streamed import cores

KINDS = {"phone": (4032, 3024, 100), "small": (640, 480, 500)}
"""Width, height, how many."""
BATCH = 32


def make(place: Path, kinds: dict[str, tuple[int, int, int]]) -> None:
    """Parts of two photographs, enlarged, with a sensor's noise: as many bytes a pixel as a phone's JPEG has."""
    from sklearn.datasets import load_sample_images

    photographs = [Image.fromarray(pixels) for pixels in load_sample_images().images]

    def one(kind: str, i: int) -> None:
        width, height, _count = kinds[kind]
        dice = np.random.default_rng(i)
        left, top = (int(at) for at in dice.integers(0, 100, 2))
        part = photographs[i % 2].crop((left, top, left + 432, top + 324)).resize((width, height), Image.Resampling.BICUBIC)
        noisy = np.asarray(part) + dice.normal(0, 4, (height, width, 1)).astype(np.float32)
        file = place / kind / ("temple", "flower")[i % 2] / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, quality=90)

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(lambda job: one(*job), [(kind, i) for kind, (_w, _h, count) in kinds.items() for i in range(count)]))


def ways(place: Path, size: int) -> dict[str, Callable[[], Any]]:
    """What is timed, by name; each goes through all files of the folder once."""
    files = sorted(place.glob("*/*.jpg"))

    def floor(file: Path) -> None:
        with Image.open(file) as image:
            image.draft("RGB", (2 * size, 2 * size))
            image.load()

    def usual(file: Path) -> np.ndarray:
        with Image.open(file) as image:
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            square = image.convert("RGB").crop((left, top, left + side, top + side))
            return np.asarray(square.resize((size, size), Image.Resampling.BILINEAR))

    def each(do: Callable[[Path], Any]) -> Callable[[], Any]:
        def all_of_them() -> None:
            with ThreadPoolExecutor(cores()) as pool:
                list(pool.map(do, files))

        return all_of_them

    source = folder.ImageFolder(str(place), size=size)
    with mock.patch.object(folder, "_room", return_value=0):
        parts = source.open()  # once: what follows is the epoch
    streams = [parts.train, parts.dev, parts.open_test()]  # open_test: to read every file, as the others do
    return {
        "floor": each(floor),
        "usual": each(usual),
        "read": each(lambda file: images.read(file, 3, size)),
        "folder": source.open,
        "streamed": lambda: [list(stream.batches(BATCH)) for stream in streams],
    }


def measure(those: dict[str, Callable[[], Any]], count: int, rounds: int) -> dict[str, list[float]]:
    """Pictures a second: of each, a figure a round."""
    rates: dict[str, list[float]] = {name: [] for name in those}
    those["floor"]()  # the files are in the system's memory from here on
    for _round in range(rounds):
        for name, go in those.items():
            start = time.perf_counter()
            go()
            rates[name].append(count / (time.perf_counter() - start))
    return rates


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--size", type=int, default=224, help="pixels along a side (default %(default)s)")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--share", type=float, default=1.0, help="of the pictures, for a rehearsal")
    words.add_argument("--dry", action="store_true", help="record nothing: the machine is not quiet")
    arguments = words.parse_args()
    kinds = {kind: (width, height, max(10, round(count * arguments.share))) for kind, (width, height, count) in KINDS.items()}
    with tempfile.TemporaryDirectory() as place:
        make(Path(place), kinds)
        for kind, (width, height, count) in kinds.items():
            rates = measure(ways(Path(place) / kind, arguments.size), count, arguments.rounds)
            median = {name: statistics.median(each) for name, each in rates.items()}
            of_floor = {
                name: statistics.median(a / b for a, b in zip(each, rates["floor"], strict=True)) for name, each in rates.items()
            }
            size = sum(file.stat().st_size for file in (Path(place) / kind).rglob("*.jpg")) / count
            print(
                f"{count} of {width} x {height} ({size / 1e3:.0f} kB) to {arguments.size}, {cores()} threads: pictures a second"
            )
            print("    " + ", ".join(f"{name} {rate:.1f} ({of_floor[name]:.2f})" for name, rate in median.items()))
            if not arguments.dry:
                records.append(
                    "decode",
                    kind=kind,
                    pixels=[width, height],
                    bytes=round(size),
                    pictures=count,
                    size=arguments.size,
                    threads=cores(),
                    per_second=median,
                    of_floor=of_floor,
                    rounds=arguments.rounds,
                    libjpeg_turbo=features.version("libjpeg_turbo"),
                    pillow=Image.__version__,
                )


if __name__ == "__main__":
    main()
