"""`claimscrub archive` on a local Spark of two executors, each a process of its own: the bytes of `claimscrub check`.

Spark is in an environment of its own, `.venv-spark`, which `make test-spark` makes: the other tests need none of it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.environment import plain_environment
from worker.samples.claims import AS_OF, demo_claims

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-spark/bin/python"
TWO_EXECUTORS: Final = "local-cluster[2,1,1024]"
CLAIMS: Final = 3_000
_BOTH_OF_THEM: Final = (
    "spark.scheduler.minRegisteredResourcesRatio=1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime=300s",
    "spark.sql.files.maxPartitionBytes=1m",
)


@pytest.fixture(autouse=True)
def _spark() -> None:
    if PYTHON.exists():
        return
    if os.environ.get("REQUIRE_SPARK") == "1":
        pytest.fail(f"{PYTHON} is missing; `make test-spark` makes it")
    pytest.skip("`make test-spark` installs Spark")


def run(*arguments: str, python: Path | str = PYTHON) -> subprocess.CompletedProcess[bytes]:
    """Run a command of claimscrub."""
    return subprocess.run(
        [str(python), "-m", "worker", *arguments], cwd=ROOT, env=plain_environment(), capture_output=True, check=False
    )


def archive(
    claims: Path, outcomes: Path, *more: str, options: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Scrub an archive."""
    properties = [part for each in options for part in ("--spark-conf", each)]
    return run("archive", str(claims), str(outcomes), "--as-of", str(AS_OF), *more, *properties)


def written(file: Path, values: Sequence[bytes | None]) -> Path:
    """Write an archive of several row groups, with a number for each claim."""
    table = pa.table({"claim": pa.array(values, pa.binary()), "row": range(len(values)), "other": ["x"] * len(values)})
    parquet.write_table(table, file, row_group_size=max(1, len(values) // 8))
    return file


def rows(folder: Path) -> list[dict[str, Any]]:  # any: values of a row
    """The rows of outcomes, by the number of their claim."""
    found = [row for file in folder.glob("*.parquet") for row in parquet.read_table(file).to_pylist()]
    return sorted(found, key=lambda row: row["row"])


def executors(log: Path) -> set[str]:
    """The executors that have scrubbed, by what Spark logs of its tasks."""
    events = [json.loads(line) for file in log.rglob("events_*") for line in file.read_text("utf-8").splitlines()]
    events += [json.loads(line) for file in log.glob("app-*") if file.is_file() for line in file.open(encoding="utf-8")]
    return {each["Task Info"]["Executor ID"] for each in events if each["Event"] == "SparkListenerTaskEnd"}


def test_two_executors_write_the_bytes_of_check(tmp_path: Path) -> None:
    """And a row for each claim, those that are none among them; a report reads them."""
    values = [each.value for each in demo_claims(CLAIMS) if b"\n" not in each.value]
    claims, lines, outcomes = tmp_path / "claims.parquet", tmp_path / "claims.jsonl", tmp_path / "outcomes"
    written(claims, [*values, None])
    lines.write_bytes(b"".join(value + b"\n" for value in values))
    log = tmp_path / "log"
    log.mkdir()
    logged = ("spark.eventLog.enabled=true", f"spark.eventLog.dir={log.as_uri()}", "spark.eventLog.compress=false")

    done = archive(claims, outcomes, "--keep", "row", "--master", TWO_EXECUTORS, options=(*_BOTH_OF_THEM, *logged))
    checked = run("check", "--format", "jsonl", "--as-of", str(AS_OF), str(lines), python=sys.executable)

    assert done.returncode == 1, done.stderr.decode()  # some of the demo's messages are not claims
    made = rows(outcomes)
    assert [row["row"] for row in made] == list(range(len(values) + 1))
    assert [row["outcome"].encode() for row in made if row["outcome"] is not None] == checked.stdout.splitlines()
    assert executors(log) >= {"0", "1"}
    counts = Counter(row["disposition"] for row in made)
    assert counts["dead-lettered"] > 0
    assert (counts["skipped"], made[-1]["disposition"]) == (1, "skipped")
    summary = done.stdout.decode()
    assert f"{len(values) + 1:,} rows in {outcomes}: " in summary
    assert all(f"{count:,} {disposition}" in summary for disposition, count in counts.items())
    assert {json.loads(made[0]["outcome"])["versions"]["ruleset"]} == {summary.split()[1].rstrip(",")}

    report = tmp_path / "report.parquet"
    assert run("report", str(outcomes), "-o", str(report), python=sys.executable).returncode == 1
    with duckdb.connect() as connection:
        reported = connection.execute(
            "SELECT count(DISTINCT outcome_id) FROM read_parquet(?)", [str(report)]
        ).fetchone()
    assert reported == (len({row["outcome_id"] for row in made} - {None}),)


def test_a_machine_with_other_rules_refuses_to_work(tmp_path: Path) -> None:
    """Half of an archive under other rules would be found by nobody."""
    claims = written(tmp_path / "claims.parquet", [each.value for each in demo_claims(20)])
    other = tmp_path / "config"
    shutil.copytree(ROOT / "config", other)
    profile = other / "payers/commercial.yaml"
    profile.write_text(
        profile.read_text("utf-8").replace("EM-02: {severity: warn}", "EM-02: {severity: pend}"), "utf-8"
    )

    done = archive(
        claims,
        tmp_path / "outcomes",
        "--master",
        TWO_EXECUTORS,
        options=(f"spark.executorEnv.CLAIMSCRUB_CONFIG_DIR={other}",),
    )

    assert done.returncode == 2
    assert "the ruleset of this machine is" in done.stderr.decode()


def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Before or by Spark; never with a trace of Java in the sentence."""
    claims = written(tmp_path / "claims.parquet", [b"{}"])
    there = tmp_path / "there"
    there.mkdir()

    for more, sentence in (
        ((str(claims), str(tmp_path / "a"), "--column", "nothing"), "column nothing: is missing; there are claim, row"),
        ((str(claims), str(tmp_path / "a"), "--column", "row"), "column row: is bigint, and claims are text or bytes"),
        ((str(tmp_path / "no"), str(tmp_path / "a")), "PATH_NOT_FOUND"),
        ((str(claims), str(there)), "PATH_ALREADY_EXISTS"),
    ):
        done = run("archive", *more, "--master", "local[1]")

        assert done.returncode == 2
        said = done.stderr.decode().partition("Error: ")[2]
        assert sentence in said
        assert "\tat org.apache" not in said
