"""Prints what a whole quarter of NCCI pairs costs beside the shipped part of one: to import, to load, to ask.

Run it with `python -m tests.bench.pairs`; `--pairs 100000` is quicker. A full MUE file is among the shipped tables.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import timeit
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

import orjson
import psutil

from tests.bench.ptp_quarter import PAIRS, write_quarter
from worker.bootstrap import default_config_directory
from worker.configuration.compiled_tables import load_tables
from worker.reference.build.loading import CHECKSUMS, checksums_of, read_folder
from worker.reference.importing.plan import plan_import
from worker.reference.importing.published import ImportDates, PublishedFile
from worker.reference.tables.packed_pairs import SUFFIX, PackedPairs
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot

ROUNDS: Final = 5
ASKED: Final = 20_000
FEW: Final = 200
ON: Final = date(2026, 11, 3)
SETTING: Final[CareSetting] = "practitioner"


def import_quarter(folder: Path, pairs: int) -> None:
    """Import a quarter into a copy of the shipped tables, and print what that took."""
    with TemporaryDirectory() as published:
        paths = write_quarter(Path(published), pairs)
        started = process_time()
        files = [PublishedFile(path.name, path.read_bytes()) for path in paths]
    plan = plan_import(read_folder(folder), "ptp", files, ImportDates(), force=True)
    print(f"import {plan.steps[0].edition.count:>13,} pairs  {process_time() - started:6.1f} s of CPU")  # noqa: T201
    print(f"  at the most           {_mebibytes():6.0f} MiB")  # noqa: T201
    shutil.rmtree(folder / "ncci_pairs")
    for path, content in {**plan.files, CHECKSUMS: checksums_of(plan.files)}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)


def load_once(folder: Path, cache: Path) -> None:
    """Load the tables as a start does, and print seconds of processor time and mebibytes as JSON."""
    process = psutil.Process()
    before, started = process.memory_info().rss, process_time()
    snapshot, loaded_from = load_tables(folder, cache)
    spent = process_time() - started
    print(orjson.dumps([spent, (process.memory_info().rss - before) / 2**20, loaded_from]).decode())  # noqa: T201
    del snapshot


def loads(folder: Path, cache: Path) -> tuple[float, float, str]:
    """One load in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.pairs", "--load", str(folder), str(cache)]
    told = subprocess.run(command, check=True, capture_output=True).stdout
    seconds, mebibytes, loaded_from = orjson.loads(told)
    return seconds, mebibytes, loaded_from


def lookups(snapshot: Snapshot, pairs: PackedPairs) -> dict[str, float]:
    """Microseconds of processor time of a question by what is asked, without those of the loop that asks it."""
    random = Random(0)
    held = [pairs[random.randrange(len(pairs))] for _ in range(ASKED)]
    found = [(pair.column1, pair.column2, pair.setting, ON) for pair in held]
    of_rare = sorted(found, key=lambda key: pairs.terms_of(key[2], *key[:2]) or 0)[-FEW:]
    some = [random.choices(pairs.codes, k=2) for _ in range(2 * ASKED)]
    many = [(column1, column2, SETTING, ON) for column1, column2 in some]
    absent = [key for key in many if not snapshot.is_ncci_pair(*key[:3])][:ASKED]

    def asked(keys: Sequence[tuple[Any, ...]], question: Callable[..., object]) -> float:
        def loop() -> None:
            for key in keys:
                question(*key)

        def nothing() -> None:
            for _ in keys:
                pass

        took, empty = (
            min(timeit.repeat(each, number=1, repeat=ROUNDS, timer=process_time)) for each in (loop, nothing)
        )
        return (took - empty) / len(keys) * 1e6

    return {
        f"the pair, {ASKED:,} different ones": asked(found, snapshot.ncci_pair),
        f"the pair, the same {FEW} again": asked(found[:FEW] * (ASKED // FEW), snapshot.ncci_pair),
        f"the pair, the {FEW} with the rarest terms": asked(of_rare, snapshot.ncci_pair),
        "no such pair": asked(absent, snapshot.ncci_pair),
        "whether two codes are a pair, and they are": asked([key[:3] for key in found], snapshot.is_ncci_pair),
        "whether two codes are a pair, and they are not": asked([key[:3] for key in absent], snapshot.is_ncci_pair),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--load", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        load_once(*options.load)
        return
    shipped = default_config_directory() / "reference"
    with TemporaryDirectory() as place:
        whole, cache = Path(place) / "reference", Path(place) / "cache"
        shutil.copytree(shipped, whole)
        import_quarter(whole, options.pairs)
        found: dict[str, list[tuple[float, float, str]]] = {"shipped": [], "a whole quarter": []}
        for number in range(ROUNDS + 1):
            for name, folder in (("shipped", shipped), ("a whole quarter", whole)):
                figures = loads(folder, cache)
                if number:
                    found[name].append(figures)
                else:
                    print(f"first load, {name:<16} {figures[0]:6.2f} s of CPU, {figures[1]:5.0f} MiB")  # noqa: T201
        for name, runs in found.items():
            seconds, mebibytes = median(run[0] for run in runs), median(run[1] for run in runs)
            print(f"load {runs[0][2]}, {name:<16} {seconds:6.3f} s of CPU, {mebibytes:5.1f} MiB")  # noqa: T201
        snapshot, _ = load_tables(whole, cache)
        (packed,) = (whole / "ncci_pairs").glob(f"*{SUFFIX}")
        pairs = PackedPairs(packed.read_bytes())
        print(f"{packed.stat().st_size / 1e6:.1f} MB, {len(pairs.common):,} different terms")  # noqa: T201
        for name, figure in lookups(snapshot, pairs).items():
            print(f"{name:<48} {figure:5.2f} us")  # noqa: T201


def _mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
