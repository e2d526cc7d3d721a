"""Prints what the reference tables cost: seconds to load, megabytes to hold, microseconds a lookup.

Run it with `python -m tests.bench.reference`.
"""

import resource
import subprocess
import sys
import timeit
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from worker.bootstrap import default_config_directory
from worker.configuration.compiled_tables import load_tables
from worker.reference.build.loading import load, load_verified
from worker.reference.tables.snapshot import Snapshot

CALLS = 100_000
REPEATS = 5
LIMIT_US = 1.0
FALL = date(2025, 11, 3)
SUMMER = date(2026, 8, 3)


def lookups(snapshot: Snapshot) -> Mapping[str, Callable[[], object]]:
    """One call for every question that an edit asks, on a day that the table covers, and the misses."""
    return {
        "drug": partial(snapshot.drug, "J2357", FALL),
        "drug, not in force": partial(snapshot.drug, "J1300", FALL),
        "drug, absent": partial(snapshot.drug, "J0000", FALL),
        "container": partial(snapshot.container, "50242004062", FALL),
        "containers_of": partial(snapshot.containers_of, "J2357", FALL),
        "waste_duty": partial(snapshot.waste_duty, "J2357", FALL),
        "mue": partial(snapshot.mue, "J2357", "practitioner", SUMMER),
        "asp_limit": partial(snapshot.asp_limit, "J2357", FALL),
        "opps_status": partial(snapshot.opps_status, "J2357", FALL),
        "modifier": partial(snapshot.modifier, "JZ", FALL),
        "diagnosis": partial(snapshot.diagnosis, "J4550", FALL),
        "diagnosis, absent": partial(snapshot.diagnosis, "J45", FALL),
        "diagnosis, another year": partial(snapshot.diagnosis, "G35", FALL),
        "billable_below": partial(snapshot.billable_below, "G35", FALL),
        "place_of_service": partial(snapshot.place_of_service, "11", FALL),
        "hcpcs_code": partial(snapshot.hcpcs_code, "A4216", FALL),
        "skin_substitute": partial(snapshot.skin_substitute, "Q4101", FALL),
        "products_of": partial(snapshot.products_of, "Q4111", FALL),
        "ncci_pair": partial(snapshot.ncci_pair, "96413", "99213", "practitioner", FALL),
        "self_administered": partial(snapshot.self_administered, "J3262", SUMMER),
        "taxonomy_code": partial(snapshot.taxonomy_code, "207RH0003X", FALL),
        "remark_code": partial(snapshot.remark_code, "carc", "16", FALL),
        "expert_hint": partial(snapshot.expert_hint, "J0129", FALL),
        "asp_limit, not covered": partial(snapshot.asp_limit, "J2357", SUMMER),
    }


def microseconds(call: Callable[[], object]) -> float:
    """The best of some rounds: what the lookup costs when nothing else runs."""
    return min(timeit.repeat(call, number=CALLS, repeat=REPEATS)) / CALLS * 1e6


def main() -> int:
    """Print the figures; 1 when a lookup is over the limit."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default_config_directory() / "reference"
    with TemporaryDirectory() as cache:
        _compile_apart(folder, cache)
        before = _megabytes()
        started = process_time()
        snapshot, _ = load_tables(folder, Path(cache))
        print(f"load, compiled     {process_time() - started:8.3f} s of CPU")  # noqa: T201 - a benchmark prints
    print(f"resident           {_megabytes():8.0f} MB, {_megabytes() - before:.0f} of them tables")  # noqa: T201
    for name, read in (("read, not compiled", load), ("read and verify", load_verified)):
        started = process_time()
        read(folder)
        print(f"{name:<18} {process_time() - started:8.3f} s of CPU")  # noqa: T201
    figures = {name: microseconds(call) for name, call in lookups(snapshot).items()}
    for name, figure in figures.items():
        print(f"{name:<24} {figure:5.2f} us")  # noqa: T201
    return int(max(figures.values()) > LIMIT_US)


def _compile_apart(folder: Path, cache: str) -> None:
    """In a process of its own: reading everything takes memory that a start from the compiled form never takes."""
    code = "import sys; from pathlib import Path; from worker.configuration.compiled_tables import load_tables; "
    code += "load_tables(*map(Path, sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", code, folder, cache], check=True)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
