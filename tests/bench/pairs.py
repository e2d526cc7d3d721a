"""Prints what a whole quarter of NCCI pairs costs beside the shipped part of one: to import, to load, to ask.

Run it with `python -m tests.bench.pairs`; `--pairs 100000` is quicker. A full MUE file is among the shipped tables.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import timeit
from datetime import date
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

import orjson
import psutil

from tests.bench.ptp_quarter import PAIRS, write_quarter
from worker.bootstrap import default_config_directory
from worker.configuration.compiled_tables import load_tables
from worker.reference.build.loading import CHECKSUMS, checksums_of, read_folder
from worker.reference.importing.plan import plan_import
from worker.reference.importing.published import ImportDates, PublishedFile
from worker.reference.tables.snapshot import Snapshot

ROUNDS: Final = 5
ASKED: Final = 20_000
ON: Final = date(2026, 11, 3)


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


def lookups(snapshot: Snapshot) -> dict[str, float]:
    """Microseconds of processor time of a question, by what is asked."""
    random = Random(0)
    held = list(snapshot.tables.ncci_pairs.rows)
    codes = sorted({code for _, *both in held[:: max(1, len(held) // 100_000)] for code in both})
    found = [random.choice(held) for _ in range(ASKED)]
    absent = [("practitioner", random.choice(codes), random.choice(codes)) for _ in range(2 * ASKED)]
    absent = [key for key in absent if not snapshot.is_ncci_pair(key[1], key[2], "practitioner")][:ASKED]
    few = found[:200]

    def asked(keys: list[tuple[str, str, str]], *, is_answer: bool) -> float:
        turn = cycle(keys)
        pair, is_pair = snapshot.ncci_pair, snapshot.is_ncci_pair

        def answer() -> None:
            setting, column1, column2 = next(turn)
            pair(column1, column2, setting, ON)  # type: ignore[arg-type]  # the keys hold settings

        def exists() -> None:
            setting, column1, column2 = next(turn)
            is_pair(column1, column2, setting)  # type: ignore[arg-type]

        call = answer if is_answer else exists
        return min(timeit.repeat(call, number=len(keys), repeat=ROUNDS, timer=process_time)) / len(keys) * 1e6

    def nothing() -> None:
        _, _, _ = next(turn)

    turn = cycle(found)
    return {
        "nothing: the loop itself": min(timeit.repeat(nothing, number=ASKED, repeat=ROUNDS, timer=process_time))
        / ASKED
        * 1e6,
        "whether two codes are a pair, and they are": asked(found, is_answer=False),
        "whether two codes are a pair, and they are not": asked(absent, is_answer=False),
        "the pair, asked before": asked(few, is_answer=True),
        "the pair, never asked before": asked(found, is_answer=True),
        "no such pair": asked(absent, is_answer=True),
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
        for name, figure in lookups(snapshot).items():
            print(f"{name:<48} {figure:5.2f} us")  # noqa: T201


def _mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
