"""`claimscrub report` over a file of many outcomes, beside reading their JSON alone, and how memory grows."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import monotonic

import psutil
from rich.console import Console

from tests.bench.check import note_peaks
from tests.bench.measure import Series, beside, in_turn
from tests.bench.usage import looking
from worker.bootstrap import build_pipeline
from worker.samples.claims import AS_OF, demo_claims

PAGE, PARQUET, FLOOR = "report, page", "report, Parquet", "orjson reads each line, one process"
_EVERY_S = 0.1
_DIFFERENT = 2_000
_NPI, _PAYER = b'"npi":"1234567893"', b'"MEDICARE-B"'
_READ_LINES = "import sys, orjson\nfor line in open(sys.argv[1], 'rb'):\n    orjson.loads(line)\n"


@dataclass(frozen=True, slots=True)
class Reported:
    """What a run cost; the peak is the most that its processes had, added up."""

    rows_a_second: float
    cpu_us: float
    peak_mebibytes: float


def outcomes() -> Iterator[bytes]:
    """Yield outcomes without end: those of the demo's claims, under other ids, of 500 providers and 40 payers."""
    pipeline = build_pipeline()
    scrubbed = pipeline.scrub_many([(each.value, AS_OF) for each in demo_claims(_DIFFERENT)])
    templates = [each.message for each in scrubbed if each.message and each.disposition is not None]
    # The id is the first member of an outcome.
    begins, ends = templates[0].index(b":") + 2, templates[0].index(b":") + 34
    for number, template in zip(count(), cycle(templates)):
        identifier = hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest().encode()
        made = template[:begins] + identifier + template[ends:]
        made = made.replace(_NPI, b'"npi":"%d"' % (1_000_000_000 + number * 7 % 500))
        yield made.replace(_PAYER, b'"PAYER-%d"' % (number * 11 % 40))


def measure_report(rounds: int, claims: int, console: Console) -> list[Series]:
    """A page and a Parquet file of so many outcomes and of a tenth of them, in turn with reading them alone."""
    with TemporaryDirectory() as folder:
        many, few = Path(folder) / "many.jsonl", Path(folder) / "few.jsonl"
        with many.open("wb") as all_of_them, few.open("wb") as tenth:
            for number, each in enumerate(islice(outcomes(), claims)):
                all_of_them.write(each + b"\n")
                if number < claims // 10:
                    tenth.write(each + b"\n")
        console.print(f"Report: {rounds} rounds over {claims:,} outcomes, {many.stat().st_size / 1e9:.2f} GB ...")
        runs = in_turn(
            {
                (PAGE, claims // 10): partial(_report, few, claims // 10, ".html"),
                (PAGE, claims): partial(_report, many, claims, ".html"),
                (PARQUET, claims): partial(_report, many, claims, ".parquet"),
                (FLOOR, claims): partial(run_to_end, claims, [sys.executable, "-c", _READ_LINES, str(many)]),
            },
            rounds,
        )
    whole = {name: runs[name, claims] for name in (PAGE, PARQUET, FLOOR)}
    less, more = ([run.peak_mebibytes for run in runs[PAGE, size]] for size in (claims // 10, claims))
    return [
        *beside("outcomes/s", FLOOR, {name: [run.rows_a_second for run in found] for name, found in whole.items()}),
        *beside(
            "µs/outcome",
            FLOOR,
            {name: [run.cpu_us for run in found] for name, found in whole.items()},
            "processor time: ",
        ),
        Series(f"peak memory, {claims // 10:,} outcomes: {PAGE}", "MiB", less),
        Series(f"peak memory, {claims:,} outcomes: {PAGE}", "MiB", more, "a tenth of the outcomes", less),
        Series(
            f"peak memory, {claims:,} outcomes: {PARQUET}", "MiB", [run.peak_mebibytes for run in runs[PARQUET, claims]]
        ),
    ]


def _report(file: Path, number: int, end: str) -> Reported:
    return run_to_end(number, [sys.executable, "-m", "worker", "report", str(file), "-o", str(file.with_suffix(end))])


def run_to_end(number: int, command: list[str]) -> Reported:
    """Run a command over so many outcomes or claims, and return what it cost."""
    started, spent = monotonic(), getrusage(RUSAGE_CHILDREN)
    peaks: dict[int, float] = {}
    with (
        subprocess.Popen(command) as process,
        looking(partial(note_peaks, psutil.Process(process.pid), peaks), _EVERY_S),
    ):
        code = process.wait()
    if code:
        raise RuntimeError(f"{' '.join(command[1:4])} ended with exit code {code}")
    seconds, done = monotonic() - started, getrusage(RUSAGE_CHILDREN)
    cpu_s = done.ru_utime + done.ru_stime - spent.ru_utime - spent.ru_stime
    return Reported(number / seconds, cpu_s / number * 1e6, sum(peaks.values()))
