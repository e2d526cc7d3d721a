"""Spans of the whole worker, as a collector gets them, and the trace context that it passes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.dead_letter import HEADER_REASON
from tests.inputs.malformed import sound, written
from tests.stream.forks import ForkedWorker
from tests.stream.otlp_collector import otlp_collector
from tests.stream.support import REAL_WORKER, ROOT, outcomes_when
from tests.stream.test_real_worker import as_of, bad_ways, hiding_places
from worker.kafka.connection import open_producer
from worker.kafka.read import Record
from worker.kafka.topics import create_topics
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.broker, pytest.mark.system]

SPAN_ID = "00f067aa0ba902b7"


def trace_of(number: int) -> str:
    """The id of the trace that a message belongs to."""
    return f"4bf92f3577b34da6a3ce929d0e0e{number:04x}"


async def send(settings: Settings, values: list[bytes], flags: str) -> None:
    """Send messages that belong to a trace each."""
    async with open_producer(settings) as producer:
        for number, value in enumerate(values):
            context = f"00-{trace_of(number)}-{SPAN_ID}-{flags}".encode()
            await producer.send_and_wait(settings.topics.inbound, value, headers=[("traceparent", context)])


def context_of(record: Record) -> str:
    """The trace context that an outcome or a dead letter carries."""
    return dict(record.headers)["traceparent"].decode()


async def test_each_traced_message_has_a_span_linked_to_its_sender(exactly_once: Settings, tmp_path: Path) -> None:
    """One span a message with what became of it, and not a word of a person; the sender's context goes on."""
    values = [*bad_ways(), *([written(sound())] * 5)]
    with otlp_collector() as collector:
        watched = as_of(exactly_once, traces_endpoint=collector.endpoint, log_level="debug")
        await create_topics(watched, partitions=2)
        await send(watched, values, "01")
        with ForkedWorker(watched, tmp_path, "worker", REAL_WORKER) as worker:
            records = await outcomes_when(watched, len(values))
            assert worker.stop() == 0

    spans = collector.spans()
    assert {link.trace_id.hex() for span in spans for link in span.links} == set(map(trace_of, range(len(values))))
    assert {link.span_id.hex() for span in spans for link in span.links} == {SPAN_ID}
    assert len(spans) == len(values)
    assert all(not span.parent_span_id and span.start_time_unix_nano < span.end_time_unix_nano for span in spans)
    assert {context_of(record) for record in records} == {
        f"00-{trace_of(number)}-{SPAN_ID}-01" for number in range(len(values))
    }
    dead = sum(HEADER_REASON in dict(record.headers) for record in records)
    told = [{each.key: each.value for each in span.attributes} for span in spans]
    assert dead == sum("error.type" in each for each in told) > 0
    assert {each["claimscrub.outcome"].string_value for each in told} >= {"scrubbed", "rejected", "dead-lettered"}
    assert hiding_places(b"".join(collector.bodies).decode("latin-1")) == set()


async def test_a_trace_that_its_sender_does_not_record_gets_no_span(exactly_once: Settings, tmp_path: Path) -> None:
    """The sampled flag decides; the context goes on all the same."""
    with otlp_collector() as collector:
        watched = as_of(exactly_once, traces_endpoint=collector.endpoint)
        await create_topics(watched, partitions=1)
        await send(watched, [written(sound())], "00")
        with ForkedWorker(watched, tmp_path, "worker", REAL_WORKER) as worker:
            (record,) = await outcomes_when(watched, 1)
            assert worker.stop() == 0

    assert context_of(record) == f"00-{trace_of(0)}-{SPAN_ID}-00"
    assert collector.bodies == []


async def test_a_collector_that_is_away_holds_up_neither_claims_nor_the_stop(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Spans are dropped; the worker stops in order within its grace period."""
    with otlp_collector() as collector:
        pass
    watched = as_of(exactly_once, traces_endpoint=collector.endpoint)
    await create_topics(watched, partitions=1)
    await send(watched, [written(sound())] * 3, "01")
    with ForkedWorker(watched, tmp_path, "worker", REAL_WORKER) as worker:
        assert len(await outcomes_when(watched, 3)) == 3
        assert worker.stop() == 0


def test_a_worker_without_spans_does_not_load_their_library() -> None:
    """What most workers do not use costs none of them time at the start."""
    program = "import sys; import worker.cli.worker; print([name for name in sys.modules if 'opentelemetry' in name])"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_spans_without_their_library_are_refused(tmp_path: Path) -> None:
    """The extra is named, and the exit code is that of a wrong setting."""
    absent = tmp_path / "opentelemetry"
    absent.mkdir()
    (absent / "__init__.py").write_text("raise ImportError")
    environment = os.environ | {
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "CLAIMSCRUB_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
    }

    done = subprocess.run(
        [sys.executable, *REAL_WORKER], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == ExitCode.SETTINGS
    assert "claimscrub[traces]" in done.stderr
