"""Every row of bad inputs through the whole worker, on the embedded broker."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from schemas import dead_letter as dlq
from tests.inputs.bad_inputs import ORDINARY_KEY, ROWS, YEAR_2500_MS, BadInput
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes, prepare, until
from worker.kafka.connection import open_admin
from worker.kafka.read import Record
from worker.settings import Settings

pytestmark = [pytest.mark.broker]

EDITS = Path(__file__).with_name("hostile_edits")
INPUTS = [(row, bad) for row, inputs in ROWS.items() for bad in inputs]
ENDS = ("scrubbed", "rejected", "pended", "dead-lettered", "skipped")
_MIB = 1024 * 1024


def key_of(number: int) -> bytes | None:
    """The key of an input: its own, or one by which its record is found."""
    bad = INPUTS[number][1]
    return b"%d" % number if bad.key == ORDINARY_KEY else bad.key


async def send_all(settings: Settings) -> None:
    """Send every input, in order, to one partition, as a sender that ignores our rules."""
    async with open_admin(settings) as admin:
        # A retention would delete what was sent long ago, and the broker would refuse what is too large.
        limits = {"retention.ms": "-1", "max.message.bytes": str(200 * _MIB)}
        topic = NewTopic(settings.topics.inbound, 1, 1, topic_configs=limits)  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        await admin.create_topics([topic])
    for number, (_, bad) in enumerate(INPUTS):
        producer: Any = AIOKafkaProducer(  # type: ignore[no-untyped-call]  # likewise
            bootstrap_servers=settings.bootstrap_servers,
            max_request_size=200 * _MIB,
            compression_type=bad.sent if bad.sent in {"gzip", "zstd"} else None,
            transactional_id="upstream" if bad.sent in {"committed", "aborted"} else None,
        )
        await producer.start()
        try:
            await _send(producer, settings.topics.inbound, key_of(number), bad)
        finally:
            await producer.stop()


async def _send(producer: Any, topic: str, key: bytes | None, bad: BadInput) -> None:  # Any: as above
    if bad.sent in {"committed", "aborted"}:
        await producer.begin_transaction()
    await producer.send_and_wait(
        topic, bad.value, key=key, partition=0, headers=list(bad.headers), timestamp_ms=bad.timestamp_ms
    )
    if bad.sent == "committed":
        await producer.commit_transaction()
    elif bad.sent == "aborted":
        await producer.abort_transaction()


def ended(record: Record) -> tuple[str, set[str]]:
    """How a message ended, and why: the reason of a dead letter, the edits that failed, or those with a finding."""
    reason = dict(record.headers).get(dlq.HEADER_REASON)
    if reason is not None:
        return "dead-lettered", {reason.decode()}
    outcome = json.loads(record.value or b"")
    found = outcome["coverage"].get("errors") or [finding["edit"] for finding in outcome["findings"]]
    return outcome["disposition"], {"", *found}


def lines_of(worker: ForkedWorker) -> list[dict[str, Any]]:
    """The log lines about messages."""
    return [line for line in worker.log_lines() if line["event"] in {"claim", "dead-letter"}]


def most_memory(process: int) -> int:
    """The most bytes that a process ever held, as the kernel knows."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


async def test_each_row_ends_as_it_says(exactly_once: Settings, tmp_path: Path) -> None:
    """The worker stays up, each message has its end, one line in the log and one count, and none costs much memory."""
    settings = exactly_once.model_copy(
        update={
            "edits_dir": EDITS,
            "allow_writable_edits": True,
            "claim_budget_s": 0.5,
            "max_outcome_bytes": _MIB,
            "log_level": "debug",
        }
    )
    await send_all(settings)
    await prepare(settings, [], partitions=1)
    taken = [bad for _, bad in INPUTS if bad.ends != "unseen"]

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(lambda: len(lines_of(worker)) >= len(taken), "every message has its line")
        counted = {ends: worker.metric(f'claimscrub_claims_total{{outcome="{ends}"}}') for ends in ENDS}
        timed = sum(worker.metric(f'claimscrub_end_to_end_seconds_count{{outcome="{ends}"}}') for ends in ENDS)
        keyless, skewed = (worker.metric(f"claimscrub_{name}_total") for name in ("key_missing", "clock_skew"))
        memory = most_memory(worker.process.pid)
        assert worker.stop() == 0
    records = {each.key: each for each in await outcomes(settings)}

    recordless = [row for number, (row, _) in enumerate(INPUTS) if key_of(number) not in records]
    assert recordless == [row for row, bad in INPUTS if bad.ends in {"skipped", "unseen"}]
    wrong = []
    for number, (row, bad) in enumerate(INPUTS):
        record = records.get(key_of(number))
        if record is None or bad.ends == "any outcome":
            continue
        ends, why = ended(record)
        if ends != bad.ends or bad.why not in why:
            wrong.append((row, ends, why))
    assert wrong == []

    found = Counter(ended(each)[0] for each in records.values())
    assert counted == dict.fromkeys(ENDS, 0) | found | {"skipped": 1}
    timeless = sum(bad.timestamp_ms in {-1, 0, YEAR_2500_MS} for bad in taken)
    assert (timed, keyless, skewed) == (len(taken) - timeless, 1, timeless)
    assert memory < 600 * _MIB

    lines = lines_of(worker)
    assert len(lines) == len(taken)
    assert {line["level"] for line in worker.events("dead-letter")} == {"warning"}
    text = worker.log_file.read_text()
    assert [trace for trace in ("forged", "__proto__", "\\x1b", "\\u2028", "SYNTHETIC") if trace in text] == []
    _assert_headers_are_ours(records)
    assert ids_of("the same claim twice", records) == [1, 2]
    assert ids_of("another claim under the same number", records) == [2, 2]


def ids_of(row: str, records: dict[bytes | None, Record]) -> list[int]:
    """How many outcome ids the messages of a row have, and how many messages they are."""
    ids = [dict(records[key_of(number)].headers)["ce_id"] for number, (name, _) in enumerate(INPUTS) if name == row]
    return [len(set(ids)), len(ids)]


def _assert_headers_are_ours(records: dict[bytes | None, Record]) -> None:
    """Dead letters hold what came in, or say that it was too large; nothing forged or broken travels on."""
    for number, (row, bad) in enumerate(INPUTS):
        record = records.get(key_of(number))
        if record is None:
            continue
        names = [name for name, _ in record.headers]
        assert len(names) == len(set(names)) or row.startswith("a thousand headers"), row
        assert "traceparent" not in names, row
        if bad.ends == "dead-lettered":
            is_copied = dict(record.headers)[dlq.HEADER_VALUE] == b"copied"
            assert record.value == (bad.value if is_copied else b""), row
            assert is_copied or len(bad.value or b"") > _MIB // 4, row
        else:
            assert dlq.HEADER_REPLAYS not in names, row
