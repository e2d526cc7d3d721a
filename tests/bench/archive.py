"""`claimscrub archive` on a local Spark beside `claimscrub check` on all cores over the same claims: the same bytes."""

import shutil
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa
from pyarrow import parquet
from rich.console import Console

from tests.bench.check import Checked, claims_in, run_over
from tests.bench.measure import Series, beside, in_turn
from tests.bench.report import run_to_end
from worker.cli.shared.in_parallel import all_cores, portions
from worker.samples.claims import AS_OF

_PYTHON: Final = Path(__file__).parents[2] / ".venv-spark/bin/python"
_ROWS_OF_A_GROUP: Final = 10_000
_PART: Final = "4m"
"""Bytes of the archive that a task scrubs, so that all cores have something to do until the end."""

# Not processor time: executors are not children that the command waits for, so their time would be missing.
_MEASURED: Final[tuple[tuple[str, str, Callable[[Checked], float]], ...]] = (
    ("claims/s", "", attrgetter("claims_a_second")),
    ("MiB", "peak memory of all processes: ", attrgetter("peak_mebibytes")),
)


def measure_archive(rounds: int, claims: int, console: Console) -> list[Series]:
    """An executor for each core, and one process of Spark; `ValueError` if they write other bytes than `check`."""
    if not _PYTHON.exists():
        console.print("Archive: left out; `make test-spark` installs Spark.")
        return []
    cores = all_cores()
    check = f"check, {cores} processes"
    masters = {
        f"archive, {cores} executors": f"local-cluster[{cores},1,2048]",
        f"archive, one Spark with {cores} cores": f"local[{cores}]",
    }
    with TemporaryDirectory() as folder:
        lines = claims_in(Path(folder) / "claims.jsonl", claims)
        archive = _archive_of(lines)
        console.print(f"Archive: {rounds} rounds of check and archive over {claims:,} claims ...")
        runs = in_turn(
            {
                check: partial(run_over, lines, claims, ["check", "--format", "jsonl"]),
                **{name: partial(_scrub, archive, claims, master) for name, master in masters.items()},
            },
            rounds,
        )
    if len({run.digest for found in runs.values() for run in found}) != 1:
        raise ValueError("check and archive wrote different outcomes")
    return [
        series
        for unit, what, of in _MEASURED
        for series in beside(unit, check, {name: [of(run) for run in found] for name, found in runs.items()}, what)
    ]


def _archive_of(lines: Path) -> Path:
    """Write the claims of a file, one per line, as Parquet with the number of each."""
    file = lines.with_suffix(".parquet")
    schema = pa.schema([("claim", pa.binary()), ("row", pa.int64())])
    with lines.open("rb") as stream, parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in portions(enumerate(stream), _ROWS_OF_A_GROUP):
            values = {"claim": [value.rstrip(b"\n") for _, value in group], "row": [row for row, _ in group]}
            writer.write_table(pa.table(values, schema))
    return file


def _scrub(archive: Path, claims: int, master: str) -> Checked:
    outcomes = archive.with_name("outcomes")
    command = [str(_PYTHON), "-m", "worker", "archive", str(archive), str(outcomes), "--as-of", str(AS_OF)]
    options = ["--keep", "row", "--master", master, "--spark-conf", f"spark.sql.files.maxPartitionBytes={_PART}"]
    try:
        run = run_to_end(claims, [*command, *options])
        return Checked(run.rows_a_second, run.cpu_us, run.peak_mebibytes, _digest(outcomes))
    finally:
        shutil.rmtree(outcomes, ignore_errors=True)


def _digest(outcomes: Path) -> str:
    """The digest of the outcomes one per line, in the order of their claims: a file holds claims in a row."""
    files = [parquet.ParquetFile(file) for file in outcomes.glob("*.parquet")]
    digest, expected = sha256(), 0
    for file in sorted((file for file in files if file.metadata.num_rows), key=_first_row):
        for batch in file.iter_batches(1_000, columns=["row", "outcome"]):
            for row, outcome in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if row != expected:
                    raise ValueError(f"the outcome of claim {expected} is not in its place")
                expected += 1
                digest.update(outcome.encode() + b"\n")
    return digest.hexdigest()


def _first_row(file: parquet.ParquetFile) -> int:
    row: int = next(file.iter_batches(1, columns=["row"])).column(0)[0].as_py()
    return row
