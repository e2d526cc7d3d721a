"""`claimscrub check` on a file of many claims: all cores beside one, the same bytes out, and how memory grows."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import monotonic

import psutil
from rich.console import Console

from tests.bench.measure import Series, beside, in_turn
from tests.bench.usage import looking, peak_mebibytes
from tests.bench.worker_runs import readable_claims
from worker.cli.shared.console import EXIT_ALL_SCRUBBED, EXIT_SOME_NOT
from worker.cli.shared.in_parallel import all_cores
from worker.samples.claims import AS_OF

ONE = "check, one process"
_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Checked:
    """What a run cost, and the digest of what it wrote."""

    claims_a_second: float
    cpu_us: float
    peak_mebibytes: float
    """The most that each of its processes had, added up."""
    digest: str


def measure_check(rounds: int, claims: int, console: Console) -> list[Series]:
    """One process and all cores over the same file and over a tenth of it; `ValueError` if they write other bytes."""
    all_of_them = f"check, {all_cores()} processes"
    with TemporaryDirectory() as folder:
        many, few = claims_in(Path(folder) / "many.jsonl", claims), claims_in(Path(folder) / "few.jsonl", claims // 10)
        console.print(
            f"Check: {rounds} rounds of one process and {all_cores()} over {claims:,} and a tenth of them ..."
        )
        runs = in_turn(
            {
                (name, size): partial(_check, file, size, options)
                for size, file in ((claims // 10, few), (claims, many))
                for name, options in ((ONE, ("--processes", "1")), (all_of_them, ()))
            },
            rounds,
        )
    for size in (claims // 10, claims):
        if len({run.digest for name in (ONE, all_of_them) for run in runs[name, size]}) != 1:
            raise ValueError(f"one process and several wrote different outcomes for {size:,} claims")
    whole = {name: runs[name, claims] for name in (ONE, all_of_them)}
    series = [
        *beside("claims/s", ONE, {name: [run.claims_a_second for run in found] for name, found in whole.items()}),
        *beside(
            "µs/claim", ONE, {name: [run.cpu_us for run in found] for name, found in whole.items()}, "processor time: "
        ),
    ]
    for name in (ONE, all_of_them):
        less, more = ([run.peak_mebibytes for run in runs[name, size]] for size in (claims // 10, claims))
        series.append(Series(f"peak memory, {claims // 10:,} claims: {name}", "MiB", less))
        series.append(Series(f"peak memory, {claims:,} claims: {name}", "MiB", more, "a tenth of the claims", less))
    return series


def claims_in(file: Path, claims: int) -> Path:
    """Write so many claims of the demo into a file, and return it."""
    with file.open("wb") as stream:
        stream.writelines(value + b"\n" for value in readable_claims(claims))
    return file


def _check(file: Path, claims: int, options: Sequence[str]) -> Checked:
    return run_over(file, claims, ["check", "--format", "jsonl", *options])


def run_over(file: Path, claims: int, command: Sequence[str]) -> Checked:
    """Run a command of claimscrub over a file of so many claims, and return what it cost."""
    command = [sys.executable, "-m", "worker", *command, "--as-of", str(AS_OF), str(file)]
    started, spent = monotonic(), getrusage(RUSAGE_CHILDREN)
    peaks: dict[int, float] = {}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        looking(partial(note_peaks, psutil.Process(process.pid), peaks), _EVERY_S),
    ):
        if not isinstance(process.stdout, BufferedReader):
            raise TypeError("the pipe that was asked for is missing")
        digest = file_digest(process.stdout, "sha256").hexdigest()
        code = process.wait()
    seconds, done = monotonic() - started, getrusage(RUSAGE_CHILDREN)
    if code not in (EXIT_ALL_SCRUBBED, EXIT_SOME_NOT):
        raise RuntimeError(f"`claimscrub {command[3]}` ended with exit code {code}")
    cpu_s = done.ru_utime + done.ru_stime - spent.ru_utime - spent.ru_stime
    return Checked(claims / seconds, cpu_s / claims * 1e6, sum(peaks.values()), digest)


def note_peaks(process: psutil.Process, peaks: dict[int, float]) -> None:
    """Note the most memory that a process and each of its children had so far."""
    for each in (process, *process.children(recursive=True)):
        peaks[each.pid] = peak_mebibytes(each.pid)
