"""Nothing of a person gets out where something fails: logs at DEBUG, metrics, headers, keys, what commands print."""

import asyncio
import json
from pathlib import Path

import pytest

from schemas.dead_letter import HEADER_NAMESPACE
from tests.inputs.malformed import written
from tests.stream.forks import ForkedWorker
from tests.stream.support import POLL_S, REAL_WORKER, committed, outcomes, prepare, until
from tests.stream.test_hostile_edits import hostile_settings
from tests.stream.test_real_worker import CANARY, hiding_places, planted
from tests.stream.test_replay import run
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

MOST_LIVES = 20


def harmful(name: str) -> bytes:
    """A claim with a token in every element that identifies a person, and a harm for the hostile edit."""
    document = planted()
    document["claimInformation"]["patientControlNumber"] = name
    document["patientControlNumber"] = f"{CANARY}999"
    return written(document)


async def test_failures_tell_nothing_of_a_person(exactly_once: Settings, tmp_path: Path) -> None:
    """Edits that fail, overrun and end the worker; the limit of dead letters; replays and their audit lines."""
    settings = hostile_settings(
        exactly_once, log_level="debug", dead_letter_limit_window=1, dead_letter_limit_share=1.0
    )
    harms = ("RAISE", "RECURSE", "LOOP", "EAT", "HANG")
    good = [harmful(harm) for harm in harms]
    junk = [f"NM1*IL*1*{CANARY}{number}*JANE".encode() for number in range(8)]
    messages = [*good, *junk]
    await prepare(settings, list(messages), partitions=1)
    seen: dict[str, str] = {}

    # Where others have the processors, claims that only take long are over their limit too: more lives.
    for life in range(MOST_LIVES):
        with ForkedWorker(settings, tmp_path, f"life-{life}", REAL_WORKER) as worker:
            await until(lambda worker=worker: worker.process.poll() is not None or is_held(worker), "an end")  # type: ignore[misc]  # mypy cannot see the default
            if is_held(worker):
                seen["metrics"] = worker.get("/metrics")[1] + worker.get("/readyz")[1]
                assert worker.stop() == 0
            seen[f"log {life}"] = worker.log_file.read_text()
        if "metrics" in seen:
            break
    assert "in hostile" in seen["log 0"]  # the stack of the process that the kernel ended
    repaired = settings.model_copy(update={"dead_letter_limit_window": 0})
    for life in range(MOST_LIVES):
        if await committed(settings) == len(messages):
            break
        with ForkedWorker(repaired, tmp_path, f"repaired-{life}", REAL_WORKER) as worker:
            while worker.process.poll() is None and await committed(settings) < len(messages):  # noqa: ASYNC110 -- another process is waited for
                await asyncio.sleep(POLL_S)
            if worker.process.poll() is None:
                assert worker.stop() == 0
            seen[f"log of the repaired one {life}"] = worker.log_file.read_text()
    assert await committed(settings) == len(messages)
    for name, arguments in {
        "list": ("dead-letters", "list"),
        "show": ("dead-letters", "show", "0/0"),
        "dry run": ("dead-letters", "replay"),
        "replay": ("dead-letters", "replay", "--reason", "crash-loop", "--send"),
        "replay of outcomes": ("replay", "pended", "--all", "--send"),
    }.items():
        done = await run(settings, *arguments)
        assert done.returncode == 0
        seen[name] = done.stdout + done.stderr
    records = await outcomes(settings)
    seen["headers"] = " ".join(
        f"{name}={value.decode('latin-1')}"
        for record in records
        for name, value in record.headers
        if name.startswith(("ce_", HEADER_NAMESPACE))
    )
    seen["keys"] = " ".join((record.key or b"").decode("latin-1") for record in records)

    assert any(CANARY.encode() in (record.value or b"") for record in records)
    assert {place: hiding_places(text) for place, text in seen.items()} == {place: set() for place in seen}


def is_held(worker: ForkedWorker) -> bool:
    """Whether the worker has come to the limit of dead letters."""
    try:
        return bool(worker.events("dead-letter-limit-reached"))
    except json.JSONDecodeError:  # the stack of a process that the kernel ended is not JSON
        return False
