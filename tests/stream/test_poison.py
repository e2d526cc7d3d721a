"""Payloads that are not a claim among good ones, and odd keys, headers and times, on the embedded broker."""

import json
from collections import Counter
from pathlib import Path

import psutil
import pytest

from schemas.dead_letter import HEADER_OFFSET, HEADER_PARTITION, HEADER_REASON, HEADER_TOPIC
from tests.inputs.malformed import sound, written
from tests.inputs.poison import RECEIVED, dead
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes, prepare, progress, until_counted
from worker.kafka.connection import open_producer
from worker.pipeline.scrub import Pipeline
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

_MIB = 1024 * 1024
BAD = 200


async def test_one_bad_payload_in_ten_harms_no_good_one(
    exactly_once: Settings, tmp_path: Path, pipeline: Pipeline
) -> None:
    """Every bad one is a dead letter with its own bytes, every good one has its outcome, memory stays flat."""
    settings = exactly_once.model_copy(update={"as_of": RECEIVED})
    bad = dead(pipeline, BAD)
    document = sound()
    messages: list[bytes | None] = []
    for number in range(9 * BAD):
        if number % 9 == 0:
            messages.append(bad[number // 9])
        messages.append(written(document | {"id": number}))
    await prepare(settings, messages)

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        process = psutil.Process(worker.process.pid)
        await progress(settings, len(messages) // 3)
        early = process.memory_info().rss
        await progress(settings, len(messages))
        late = process.memory_info().rss
        assert worker.stop() == 0

    records = await outcomes(settings)
    letters = [each for each in records if HEADER_REASON in dict(each.headers)]
    assert Counter(each.value for each in letters) == Counter(bad)
    good = Counter(json.loads(each.value or b"")["claim"]["id"] for each in records if each not in letters)
    assert good == Counter(range(9 * BAD))
    assert late - early < 48 * _MIB
    assert len(worker.events("dead-letter")) == BAD
    assert {line["exception"] for line in worker.log_lines() if "exception" in line} == set()


async def test_odd_keys_headers_and_times_change_no_verdict(exactly_once: Settings, tmp_path: Path) -> None:
    """No key, 1,000 headers, bad text in them, forged copies of our headers, a broken trace, times of any century."""
    settings = exactly_once.model_copy(update={"as_of": RECEIVED})
    await prepare(settings, [], partitions=1)
    value = written(sound())
    many = [(f"x-{number}", b"\xff\x00") for number in range(1000)]
    forged = [
        ("claimscrub-dlq-reason", b"forged"),
        ("claimscrub-replays", b"999999999999"),
        ("claimscrub-replays", b"-1"),
    ]
    traces = [("traceparent", b"00-0"), ("traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00")]
    async with open_producer(settings) as producer:
        for headers in ([], many, forged, traces):
            await producer.send_and_wait(settings.topics.inbound, value, key=None, partition=0, headers=headers)
        for moment in (0, 1, 16_725_225_600_000):  # 1970 twice, and the year 2500
            await producer.send_and_wait(settings.topics.inbound, value, key=b"k", partition=0, timestamp_ms=moment)

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await progress(settings, 7)
        await until_counted(worker, {"claimscrub_claims_received_total": 7, "claimscrub_key_missing_total": 4})
        assert worker.metric("claimscrub_clock_skew_total") >= 2
        assert worker.stop() == 0

    records = await outcomes(settings)
    assert [each.topic for each in records] == [settings.topics.scrubbed] * 7
    assert len({each.value for each in records}) == 1
    names = {name for each in records for name, _ in each.headers}
    of_events = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema"}
    assert names <= of_events | {"content-type", HEADER_TOPIC, HEADER_PARTITION, HEADER_OFFSET}
