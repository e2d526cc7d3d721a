"""`claimscrub export` and `claimscrub report --topics`, on the embedded broker."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete
from click.testing import CliRunner, Result

from tests.stream.test_real_worker import RECEIVED, bad_ways, hiding_places
from tests.unit.analysis.conftest import finding, outcome, parquet_rows
from worker.cli.commands import claimscrub
from worker.kafka.connection import open_admin, open_producer
from worker.kafka.embedded import embedded_broker
from worker.pipeline.scrub import Pipeline
from worker.settings import Settings
from worker.wording.extras import installing

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("nothing_left_open")]
FIRST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
"""Recent: what is older than the topic's retention is deleted at once."""
NEXT_DAY = FIRST_DAY + timedelta(days=1)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """A broker for this module."""
    with embedded_broker() as started:
        yield started


def run(broker: str, prefix: str, *arguments: object, **env: str) -> Result:
    """Run a command on topics of a prefix."""
    given = {"CLAIMSCRUB_BOOTSTRAP_SERVERS": broker, "CLAIMSCRUB_TOPIC_PREFIX": prefix, **env}
    return CliRunner(env=given).invoke(claimscrub, list(map(str, arguments)))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


async def _send(broker: str, records: Sequence[tuple[str, int, int, bytes]]) -> None:
    async with open_producer(Settings(bootstrap_servers=broker)) as producer:
        for topic, partition, written_ms, value in records:
            await producer.send_and_wait(topic, value, partition=partition, timestamp_ms=written_ms)


async def _delete(broker: str, topic: str, before: int) -> None:
    async with open_admin(Settings(bootstrap_servers=broker)) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=before)})  # type: ignore[no-untyped-call]  # aiokafka publishes no types


def publish(broker: str, prefix: str, numbers: range, day: int = 0) -> None:
    """Put outcomes on the three topics, over two partitions of each."""
    records = []
    for number in numbers:
        disposition = ("scrubbed", "rejected", "pended")[number % 3]
        found = (
            [] if disposition == "scrubbed" else [finding("UNT-02", {"rejected": "reject"}.get(disposition, "pend"))]
        )
        value = json.dumps(outcome(number, disposition, *found)).encode()
        records.append(
            (
                f"{prefix}claims.{disposition}.v1",
                number % 2,
                _milliseconds(FIRST_DAY + timedelta(days=day, seconds=number)),
                value,
            )
        )
    asyncio.run(_send(broker, records))


def rows(folder: Path) -> list[dict[str, Any]]:
    """What is in the folder, by the numbers of outcomes."""
    return parquet_rows(folder / "**" / "*.parquet", "outcome_id")


def test_each_outcome_is_exported_once_and_the_next_run_goes_on(broker: str, tmp_path: Path) -> None:
    """With its place; what came in between is added."""
    assert run(broker, "a.", "topics", "create", "--partitions", "2").exit_code == 0
    publish(broker, "a.", range(12))
    first = run(broker, "a.", "export", tmp_path)
    publish(broker, "a.", range(12, 18), day=1)
    second = run(broker, "a.", "export", tmp_path)
    third = run(broker, "a.", "export", tmp_path)

    assert [each.exit_code for each in (first, second, third)] == [0, 0, 0]
    assert first.stdout == "12 outcomes in 6 new files.\n"
    assert second.stdout == "6 outcomes in 6 new files.\n"
    assert third.stdout == "0 outcomes in 0 new files.\n"
    found = rows(tmp_path)
    assert [row["outcome_id"].int for row in found] == list(range(18))
    assert len({(row["topic"], row["partition"], row["offset"]) for row in found}) == 18
    assert {(str(row["day"]), row["disposition"]) for row in found} == {
        (f"{day:%Y-%m-%d}", disposition)
        for day in (FIRST_DAY, NEXT_DAY)
        for disposition in ("scrubbed", "rejected", "pended")
    }


def test_a_report_of_topics_is_that_of_their_export(broker: str, tmp_path: Path) -> None:
    """Row by row; a time range takes a part of them."""
    assert run(broker, "b.", "topics", "create", "--partitions", "2").exit_code == 0
    publish(broker, "b.", range(9))
    publish(broker, "b.", range(9, 15), day=1)
    files = {name: tmp_path / f"{name}.csv" for name in ("topics", "folder", "range")}
    time_range = ("--since", f"{FIRST_DAY:%Y-%m-%d}", "--until", f"{NEXT_DAY:%Y-%m-%d}")
    made = [
        run(broker, "b.", "export", tmp_path / "outcomes"),
        run(broker, "b.", "report", tmp_path / "outcomes", "-o", files["folder"]),
        run(broker, "b.", "report", "--topics", "-o", files["topics"]),
        run(broker, "b.", "report", "--topics", "-o", files["range"], *time_range),
    ]

    assert [(each.exit_code, each.stderr) for each in made] == [(0, "")] * 4
    assert files["topics"].read_text() == files["folder"].read_text()
    assert len(files["range"].read_text().splitlines()) == 1 + 9


def test_what_is_not_an_outcome_is_named(broker: str, tmp_path: Path) -> None:
    """With 1, once; the rest is exported."""
    assert run(broker, "c.", "topics", "create", "--partitions", "2").exit_code == 0
    asyncio.run(_send(broker, [("c.claims.pended.v1", 1, _milliseconds(FIRST_DAY), b"{}")]))
    publish(broker, "c.", range(3))
    first, second = run(broker, "c.", "export", tmp_path), run(broker, "c.", "export", tmp_path)

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert "1 record is not an outcome and left out: c.claims.pended.v1 1/0." in first.stderr
    assert len(rows(tmp_path)) == 3


def test_what_was_deleted_before_it_was_exported_is_named(broker: str, tmp_path: Path) -> None:
    """With 1; what is left is exported."""
    assert run(broker, "e.", "topics", "create", "--partitions", "1").exit_code == 0
    asyncio.run(
        _send(
            broker,
            [
                ("e.claims.pended.v1", 0, _milliseconds(FIRST_DAY), json.dumps(each).encode())
                for each in (outcome(1, "pended"), outcome(2, "pended"))
            ],
        )
    )
    assert run(broker, "e.", "export", tmp_path).exit_code == 0
    asyncio.run(
        _send(
            broker,
            [
                ("e.claims.pended.v1", 0, _milliseconds(FIRST_DAY), json.dumps(each).encode())
                for each in (outcome(3, "pended"), outcome(4, "pended"), outcome(5, "pended"))
            ],
        )
    )
    asyncio.run(_delete(broker, "e.claims.pended.v1", 4))
    result = run(broker, "e.", "export", tmp_path)

    assert result.exit_code == 1
    assert "e.claims.pended.v1 0: the offsets 2 to 3 were deleted from the topic" in result.stderr
    assert [row["outcome_id"].int for row in rows(tmp_path)] == [1, 2, 5]


def test_missing_topics_are_named(broker: str, tmp_path: Path) -> None:
    """With what makes them."""
    exported = run(broker, "none.", "export", tmp_path)
    reported = run(broker, "none.", "report", "--topics", "-o", tmp_path / "r.html")

    assert (exported.exit_code, reported.exit_code) == (1, 2)
    for each in (exported, reported):
        assert "none.claims.pended.v1" in each.stderr
        assert "claimscrub topics create" in each.stderr


def test_nothing_of_a_person_is_exported_unless_it_is_revealed(broker: str, tmp_path: Path, pipeline: Pipeline) -> None:
    """Then it is audited first, and the files are their owner's."""
    assert run(broker, "d.", "topics", "create", "--partitions", "1").exit_code == 0
    messages = [pipeline.scrub(value, RECEIVED) for value in bad_ways() if value is not None]
    records = [
        (f"d.claims.{each.disposition.value}.v1", 0, _milliseconds(FIRST_DAY), each.message or b"")
        for each in messages
        if each.disposition is not None
    ]
    asyncio.run(_send(broker, records))
    audited = tmp_path / "audit.jsonl"
    plain = run(broker, "d.", "export", tmp_path / "plain")
    revealed = run(broker, "d.", "export", tmp_path / "revealed", "--reveal", CLAIMSCRUB_AUDIT_FILE=str(audited))

    assert (plain.exit_code, revealed.exit_code) == (0, 0)
    assert len(rows(tmp_path / "plain")) == len(rows(tmp_path / "revealed")) == len(records)
    assert hiding_places(repr(rows(tmp_path / "plain"))) == set()
    files = [file for file in (tmp_path / "plain").rglob("*") if file.is_file()]
    assert {place for file in files for place in hiding_places(file.read_bytes().decode("latin-1"))} == set()
    assert hiding_places(repr(rows(tmp_path / "revealed"))) != set()
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "revealed").rglob("*.parquet"))
    assert json.loads(audited.read_text())["action"] == "export-reveal"


def test_without_its_extra_the_command_names_it(broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the package does without."""
    monkeypatch.setattr("worker.cli.shared.extras.find_spec", lambda _: None)
    result = run(broker, "a.", "export", tmp_path)

    assert result.exit_code == 2
    assert installing("report") in result.stderr
