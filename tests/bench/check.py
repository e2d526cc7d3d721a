"""`claimscrub check` on a file of many claims: all cores beside one, the same bytes out, and how memory grows."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Self

import psutil
from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.bench.usage import peak_mebibytes
from tests.bench.worker_runs import readable_claims
from worker.cli.demo_claims import AS_OF
from worker.cli.in_parallel import all_cores

ONE = "check, one process"
_SOME_NOT_SCRUBBED = 1
"""The exit code where claims are rejected or pended, as many of the demo's are."""

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
        many, few = _file(Path(folder) / "many.jsonl", claims), _file(Path(folder) / "few.jsonl", claims // 10)
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
    one, several = runs[ONE, claims], runs[all_of_them, claims]
    rate, cpu = [run.claims_a_second for run in one], [run.cpu_us for run in one]
    series = [
        Series(ONE, "claims/s", rate),
        Series(all_of_them, "claims/s", [run.claims_a_second for run in several], ONE, rate),
        Series(f"processor time: {ONE}", "µs/claim", cpu),
        Series(f"processor time: {all_of_them}", "µs/claim", [run.cpu_us for run in several], ONE, cpu),
    ]
    for name in (ONE, all_of_them):
        less, more = ([run.peak_mebibytes for run in runs[name, size]] for size in (claims // 10, claims))
        series.append(Series(f"peak memory, {claims // 10:,} claims: {name}", "MiB", less))
        series.append(Series(f"peak memory, {claims:,} claims: {name}", "MiB", more, "a tenth of the claims", less))
    return series


def _file(file: Path, claims: int) -> Path:
    with file.open("wb") as stream:
        stream.writelines(value + b"\n" for value in readable_claims(claims))
    return file


def _check(file: Path, claims: int, options: Sequence[str]) -> Checked:
    command = [sys.executable, "-m", "worker", "check", "--format", "jsonl", "--as-of", str(AS_OF), *options, str(file)]
    started, spent = monotonic(), getrusage(RUSAGE_CHILDREN)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, _Peaks(process.pid) as peaks:
        if not isinstance(process.stdout, BufferedReader):
            raise TypeError("the pipe that was asked for is missing")
        digest = file_digest(process.stdout, "sha256").hexdigest()
        code = process.wait()
    seconds, done = monotonic() - started, getrusage(RUSAGE_CHILDREN)
    if code not in (0, _SOME_NOT_SCRUBBED):
        raise RuntimeError(f"`claimscrub check` ended with exit code {code}")
    cpu_s = done.ru_utime + done.ru_stime - spent.ru_utime - spent.ru_stime
    return Checked(claims / seconds, cpu_s / claims * 1e6, peaks.mebibytes, digest)


class _Peaks:
    """Looks at a process and its children until they end."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._found: dict[int, float] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    @property
    def mebibytes(self) -> float:
        return sum(self._found.values())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._is_over.wait(_EVERY_S):
            # A process may end while it is looked at, and then has no figures any more.
            with suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
                for each in (self._process, *self._process.children(recursive=True)):
                    self._found[each.pid] = peak_mebibytes(each.pid)
