"""Counts the instructions that a claim takes, beside those of claim-validator: `python -m tests.bench.instructions`.

They are the same at any load. It needs valgrind (Debian's package), and takes some minutes: a process under callgrind
goes once over all claims, so that all that is kept of them is there, and then again over the claims of one row. What
this adds to a process without that second time is what the claims take. Sixteen are scrubbed together, as in a worker.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from claim_validator import ClaimData, ValidationPipeline

from tests.bench.peer import DEMO_CLAIMS, SIX_LINES, Shared, shared
from tests.bench.pipeline import RECEIVED, claims
from worker.bootstrap import build_pipeline
from worker.samples.claims import demo_claims
from worker.stream.slices import SLICE_MESSAGES

SETS: Final = ("six", "demo")
WAYS: Final = ("pipeline", "claim-validator")
NOTHING: Final = "nothing"
SIX_LINES_TIMES: Final = 3 * SLICE_MESSAGES
_TOTAL: Final = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a line for each row; with `--once`, only go over the claims as told."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.instructions", description=__doc__)
    parser.add_argument("--processes", type=int, default=1, help="how many processes count at one time")
    parser.add_argument("--once", metavar="ROW", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.once:
        _go_over(asked.once)
        return 0
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed; on Debian and Ubuntu: apt-get install valgrind")
    rows = [f"{way}, {name}" for way in WAYS for name in SETS]
    with ThreadPoolExecutor(asked.processes) as pool:
        counted = dict(zip((NOTHING, *rows), pool.map(_counted, (NOTHING, *rows)), strict=True))
    sizes = {name: len(found) for name, found in _sets().items()}
    for row, instructions in thousands(counted, sizes).items():
        sys.stdout.write(f"{row}: {instructions:,.0f} thousand instructions a claim\n")
    return 0


def thousands(counted: Mapping[str, int], sizes: Mapping[str, int]) -> dict[str, float]:
    """Return the thousands of instructions of a claim of each row, from those of whole processes."""
    return {
        row: (total - counted[NOTHING]) / sizes[row.rpartition(" ")[2]] / 1000
        for row, total in counted.items()
        if row != NOTHING
    }


def total_of(profile: str) -> int:
    """Return all instructions of a process, by what callgrind wrote. Raises `ValueError` for anything else."""
    found = _TOTAL.search(profile)
    if found is None:
        raise ValueError("not a file of callgrind: it has no total")
    return int(found[1])


def _counted(row: str) -> int:
    with TemporaryDirectory() as folder:
        written = Path(folder) / "callgrind"
        tool = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={written}"]
        command = [sys.executable, "-m", "tests.bench.instructions", "--once", row]
        # Sets are gone through in the order of their hashes: with one seed all processes do the same.
        subprocess.run([*tool, *command], check=True, env=os.environ | {"PYTHONHASHSEED": "0"})
        return total_of(written.read_text("utf-8"))


def _sets() -> dict[str, list[Shared]]:
    six = shared([claims()[SIX_LINES]]) * SIX_LINES_TIMES
    return {"six": six, "demo": shared([each.value for each in demo_claims(DEMO_CLAIMS) if each.expected is not None])}


def _go_over(row: str) -> None:
    ours, theirs = build_pipeline(), ValidationPipeline.from_settings()

    def scrub(chosen: Sequence[Shared]) -> None:
        messages = [(each.value, RECEIVED) for each in chosen]
        for place in range(0, len(messages), SLICE_MESSAGES):
            ours.scrub_many(messages[place : place + SLICE_MESSAGES])

    def validate(chosen: Sequence[Shared]) -> None:
        for each in chosen:
            theirs.run(ClaimData.model_validate_json(each.text)).model_dump_json()

    ways: dict[str, Callable[[Sequence[Shared]], None]] = dict(zip(WAYS, (scrub, validate), strict=True))
    work = {f"{way}, {name}": partial(go, chosen) for name, chosen in _sets().items() for way, go in ways.items()}
    for warm_up in work.values():
        warm_up()
    if row != NOTHING:
        work[row]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
