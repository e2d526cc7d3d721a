"""One worker on the embedded broker, from the messages that go in to the records that come out."""

import json
import math
import time
from collections import defaultdict
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from schemas import dead_letter as dlq
from tests.stream.fake_worker import expected_disposition
from tests.stream.forks import ForkedWorker
from tests.stream.support import WorkerProcess, claim, outcomes_when, prepare, progress, until, until_counted
from worker.kafka.connection import open_producer
from worker.kafka.embedded import embedded_broker
from worker.kafka.read import Record, tail
from worker.kafka.send import send_claims
from worker.settings import Settings
from worker.stream.records import dead_letter_id

pytestmark = [pytest.mark.broker]

# The broker deletes records that are older than the topic's retention, so it cannot be a fixed moment.
SENT_MS = int(time.time()) * 1000 - 3_600_000 + 123
GRACE_S: Final = 60
"""A stop that waits for a broker that is gone takes all of it and ends with 3, also on a machine that is busy."""


def _as_the_worker_has_them(settings: Settings) -> Settings:
    return settings.model_copy(update={"http_port": 0})


def _headers(record: Record) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


async def _send_with(
    settings: Settings, value: bytes | None, key: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    async with open_producer(settings) as producer:
        await producer.send_and_wait(
            settings.topics.inbound, value, key=key, partition=0, timestamp_ms=SENT_MS, headers=headers
        )


async def test_every_claim_arrives_where_it_belongs_with_its_key_and_headers(
    settings: Settings, tmp_path: Path
) -> None:
    """Each claim is on the topic of its disposition, under its own key, with CloudEvents headers."""
    await prepare(settings, [claim(number) for number in range(300)])

    with ForkedWorker(settings, tmp_path, "worker") as worker:
        records = await outcomes_when(settings, 300)
        assert worker.stop() == 0

    sent = {
        json.loads(record.value or b"")["id"]: record
        async for record in tail(settings, [settings.topics.inbound], follow=False)
    }
    assert len(records) == 300
    for record in records:
        body = json.loads(record.value or b"")
        number = body["claim"]["id"]
        headers = _headers(record)
        assert record.topic == getattr(settings.topics, expected_disposition(number))
        assert (record.key, record.partition) == (sent[number].key, sent[number].partition)
        assert headers["ce_id"] == sha256(record.value or b"").hexdigest()
        assert headers["ce_type"] == f"claimscrub.claim.{expected_disposition(number)}.v1"
        assert headers["ce_source"] == f"/claimscrub/{settings.topics.inbound}"
        assert headers["ce_specversion"] == "1.0"
        assert headers["content-type"] == "application/json"
        assert "ce_time" in headers


async def test_a_dead_letter_is_the_message_unchanged_with_our_headers_behind_its_own(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Key, value and headers survive; forged copies of our headers do not; the id follows from the place."""
    settings = exactly_once
    await prepare(settings, [], partitions=1)
    inbound = [("x-own", b"\xff\x00"), ("claimscrub-dlq-reason", b"forged"), ("traceparent", b"nonsense")]
    await _send_with(settings, b"\xff not json", b"key-1", inbound)

    with ForkedWorker(settings, tmp_path, "worker") as worker:
        (record,) = await outcomes_when(settings, 1)
        assert worker.stop() == 0

    ours = {name: value.decode() for name, value in record.headers[2:]}
    assert (record.topic, record.key, record.value) == (settings.topics.dead_letter, b"key-1", b"\xff not json")
    assert record.headers[:2] == (("x-own", b"\xff\x00"), ("traceparent", b"nonsense"))
    assert ours[dlq.HEADER_REASON] == "not-json"
    assert ours[dlq.HEADER_STAGE] == "decode"
    assert ours[dlq.HEADER_ORIG_TOPIC] == settings.topics.inbound
    assert (ours[dlq.HEADER_ORIG_PARTITION], ours[dlq.HEADER_ORIG_OFFSET]) == ("0", "0")
    assert ours[dlq.HEADER_ORIG_TIMESTAMP_MS] == str(SENT_MS)
    assert ours[dlq.HEADER_VALUE_SHA256] == sha256(b"\xff not json").hexdigest()
    assert ours[dlq.HEADER_APP_VERSION] == "1.2.3"
    assert ours[dlq.HEADER_RULESET] == "rules-1"
    assert ours["ce_id"] == dead_letter_id(f"{settings.topics.inbound}/0/0")
    assert set(dlq.HEADER_MEANINGS) - {dlq.HEADER_FLAWS, dlq.HEADER_FIRST} <= set(ours)


async def test_messages_that_cannot_be_scrubbed_end_as_dead_letters_and_hold_nothing_up(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Too large, wrong content type, a scrubber that raises, an outcome too large: each with its reason."""
    settings = exactly_once.model_copy(update={"max_message_bytes": 5000, "max_outcome_bytes": 20_000})
    await prepare(settings, [], partitions=1)
    json_header = ("content-type", b"application/json; charset=utf-8")
    await _send_with(settings, b"x" * 5001, b"k", [])
    await _send_with(settings, claim(0), b"k", [("content-type", b"text/xml")])
    await _send_with(settings, claim(0, **{"raise": "SSN 123-45-6789"}), b"k", [])
    await _send_with(settings, claim(0, grow=30_000), b"k", [])
    await _send_with(settings, claim(0), b"k" * 2000, [])
    await _send_with(settings, claim(3), b"k", [json_header])

    with ForkedWorker(settings, tmp_path, "worker") as worker:
        records = await outcomes_when(settings, 6)
        assert worker.stop() == 0
        log = worker.log_file.read_text()

    reasons = [_headers(each).get(dlq.HEADER_REASON) for each in records if "dead" in each.topic]
    assert reasons == [
        "too-large",
        "unsupported-content-type",
        "internal-error",
        "output-too-large",
        "key-invalid",
    ]
    assert [each.topic for each in records if "dead" not in each.topic] == [settings.topics.scrubbed]
    assert "123-45-6789" not in log


async def test_a_tombstone_is_counted_and_leaves_no_record(settings: Settings, tmp_path: Path) -> None:
    """A message without a value is skipped, and its offset is committed."""
    await prepare(settings, [None, claim(0), None], partitions=1)

    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await progress(settings, 3)
        await until_counted(worker, {'claimscrub_claims_total{outcome="skipped"}': 2})
        assert len(await outcomes_when(settings, 1)) == 1
        assert worker.stop() == 0


async def test_a_trace_goes_through_and_other_headers_stay_behind(exactly_once: Settings, tmp_path: Path) -> None:
    """A well-formed traceparent is on the outcome; a header that may hold anything is not."""
    settings = exactly_once
    await prepare(settings, [], partitions=1)
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await _send_with(settings, claim(0), b"k", [("traceparent", trace), ("patient", b"Doe")])

    with ForkedWorker(settings, tmp_path, "worker") as worker:
        (record,) = await outcomes_when(settings, 1)
        assert worker.stop() == 0

    headers = _headers(record)
    assert headers["traceparent"] == trace.decode()
    assert datetime.fromisoformat(headers["ce_time"]) == datetime.fromtimestamp(SENT_MS / 1000, UTC)
    assert "patient" not in headers


async def test_sigterm_under_load_leaves_within_the_grace_period(settings: Settings, tmp_path: Path) -> None:
    """SIGTERM amid the work ends with exit code 0, and a restart does the rest: nothing is lost."""
    await prepare(settings, [claim(number, sleep=0.001) for number in range(1500)])
    with ForkedWorker(settings, tmp_path, "first") as first:
        await progress(settings, 100)

        assert first.stop() == 0

    with ForkedWorker(settings, tmp_path, "second") as second:
        await progress(settings, 1500)
        assert second.stop() == 0
    numbers = {json.loads(each.value or b"")["claim"]["id"] for each in await outcomes_when(settings, 1500)}
    assert numbers == set(range(1500))


async def test_sigterm_with_a_hung_scrubber_still_leaves(exactly_once: Settings, tmp_path: Path) -> None:
    """A scrubber that never comes back cannot hold the worker: the watchdog ends it with exit code 3."""
    settings = exactly_once.model_copy(update={"stop_grace_s": 3})
    await prepare(settings, [claim(0, sleep=60)], partitions=1)
    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await until(lambda: bool(worker.events("partitions-assigned")), "the worker has partitions")
        await until(lambda: worker.metric("claimscrub_in_flight_claims") == 1, "the claim is in flight")

        assert worker.stop() == 3


async def test_health_answers_while_the_agent_is_busy(exactly_once: Settings, tmp_path: Path) -> None:
    """/livez, /readyz and /metrics answer at once while a scrubber holds the event loop."""
    settings = exactly_once.model_copy(update={"claim_hang_s": 600.0})
    await prepare(settings, [], partitions=1)
    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await until(worker.is_ready, "the worker is ready")
        await send_claims(settings, [claim(0, sleep=600)])
        await until(lambda: worker.metric("claimscrub_in_flight_claims") == 1, "the claim is in flight")

        assert worker.get("/livez") == (200, '{"alive":true}')
        assert worker.get("/readyz")[0] == 200
        openmetrics = worker.get("/metrics", "application/openmetrics-text; version=1.0.0")[1]
        assert openmetrics.endswith("# EOF\n")
        assert worker.metric("claimscrub_in_flight_claims") == 1


async def test_what_was_received_is_what_came_out(settings: Settings, tmp_path: Path) -> None:
    """The count of messages received is the sum of the outcomes, dead letters and tombstones included."""
    await prepare(settings, [*(claim(number) for number in range(200)), b"junk", b"", None])
    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await progress(settings, 203)

        ends = {"scrubbed": 67, "rejected": 67, "pended": 66, "dead-lettered": 2, "skipped": 1}
        await until_counted(
            worker,
            {f'claimscrub_claims_total{{outcome="{end}"}}': count for end, count in ends.items()}
            | {
                "claimscrub_claims_received_total": 203,
                "claimscrub_in_flight_claims": 0,
                'claimscrub_findings_total{edit="TST-01",severity="reject"}': 67,
                'claimscrub_no_data_total{edit="TST-02"}': 66,
                'claimscrub_claims_basis_total{basis="partial"}': 67,
                'claimscrub_claims_table_basis_total{basis="missing",table="mue"}': 67,
                'claimscrub_dead_letters_total{reason="not-json",stage="decode"}': 2,
            },
        )


async def test_the_loop_is_seen_to_turn_while_the_worker_waits_for_a_broker(tmp_path: Path) -> None:
    """From the first moment on, not only once messages are read: else /livez would call a patient worker dead."""
    settings = Settings(bootstrap_servers="127.0.0.1:1", stop_grace_s=GRACE_S)
    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await until(lambda: len(worker.events("broker-unreachable")) > 3, "the worker looks for a broker again")

        await until(lambda: worker.metric("claimscrub_broker_silent_seconds") > 2, "no broker answers")
        await until(lambda: worker.metric("claimscrub_event_loop_silent_seconds") < 2, "the loop turns")
        assert worker.stop() == 0
        audit = [line for line in worker.log_lines() if line.get("audit")]
    assert [line["event"] for line in audit] == ["starting", "reference-loaded", "stopped"]
    assert (audit[0]["settings"], audit[2]["exit_code"]) == (_as_the_worker_has_them(settings).digest, 0)


async def test_without_a_broker_the_worker_is_alive_but_not_ready(tmp_path: Path) -> None:
    """A broker that is away is not fatal: /livez says yes, /readyz no, SIGTERM ends it, and the log stays short."""
    settings = Settings(bootstrap_servers="127.0.0.1:1", stop_grace_s=GRACE_S)
    with ForkedWorker(settings, tmp_path, "worker") as worker:
        await until(lambda: bool(worker.events("broker-unreachable")), "the worker looks for a broker")

        assert worker.get("/livez")[0] == 200
        status, body = worker.get("/readyz")
        assert (status, json.loads(body)) == (
            503,
            {
                "group_joined": False,
                "reference_loaded": True,
                "producer_usable": False,
                "dead_letters_within_limit": True,
                "broker_answers": False,
            },
        )
        assert worker.stop() == 0
        assert len(worker.log_lines()) < 20


@pytest.mark.system
async def test_sigterm_with_a_broker_that_died_leaves_within_the_grace_period(tmp_path: Path) -> None:
    """A broker that goes away mid-run cannot hold the worker, and fills no log."""
    with embedded_broker() as address:
        settings = Settings(bootstrap_servers=address, stop_grace_s=GRACE_S)
        await prepare(settings, [claim(0)], partitions=2)
        worker = ForkedWorker(settings, tmp_path, "worker")
        await progress(settings, 1)
    with worker:
        await until(lambda: bool(worker.events("library-record")), "the worker misses the broker")

        assert worker.get("/livez")[0] == 200
        assert worker.stop() == 0
        assert len(worker.log_lines()) < 100


@pytest.mark.system
@pytest.mark.parametrize("waiting", [0, 20_000], ids=["idle", "amid-claims"])
async def test_a_dead_broker_costs_one_line_a_second_for_each_cause(tmp_path: Path, waiting: int) -> None:
    """What every client tries again and again is said once a second, whoever says it."""
    with embedded_broker() as address:
        settings = Settings(bootstrap_servers=address, stop_grace_s=GRACE_S)
        await prepare(settings, [claim(number, sleep=0.001) for number in range(waiting + 1)], partitions=2)
        worker = ForkedWorker(settings, tmp_path, "worker")
        await progress(settings, 1)
    gone = datetime.now(UTC)
    with worker:
        await until(lambda: len(_complaints_since(gone, worker)) > 20, "the worker misses the broker")

    moments = defaultdict(list)
    for line in _complaints_since(gone, worker):
        moment = datetime.fromisoformat(line["timestamp"])
        moments[line["event"], line.get("logger"), line["level"]].append(moment.timestamp())
    assert {cause: len(each) for cause, each in moments.items() if _least_gap(each) < 0.9} == {}


def _complaints_since(gone: datetime, worker: WorkerProcess) -> list[dict[str, Any]]:
    lines = [line for line in worker.log_lines() if line["event"] != "claim"]
    return [line for line in lines if datetime.fromisoformat(line["timestamp"]) > gone]


def _least_gap(moments: list[float]) -> float:
    return min((after - before for before, after in pairwise(moments)), default=math.inf)
