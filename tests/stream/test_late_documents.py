"""Late documentation on the wire: claims wait, documents come, before or after, and workers die in between."""

import json
import shutil
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.dead_letter import HEADER_REASON
from tests.kafka.history_storms import read_all, with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes_when, until, until_counted
from tests.stream.test_history_keeps_secrets import told
from tests.stream.test_real_worker import CANARY, as_of, hiding_places
from tests.unit.pipeline.test_late_documents import document, undocumented
from worker.history.key import read_key
from worker.history.pended import PendedClaim, decode
from worker.history.person import identity_text
from worker.kafka.connection import open_producer
from worker.kafka.read import Record
from worker.kafka.send import send_forget
from worker.kafka.topics import create_topics
from worker.samples.synthetic import Json
from worker.settings import HistoryMode, Settings
from worker.stream.history.changelog import read

pytestmark = [pytest.mark.broker, pytest.mark.system]


def waiting(settings: Settings, folder: Path, mode: HistoryMode = HistoryMode.ROUTED) -> Settings:
    """Settings of a worker that keeps pended claims."""
    return with_memory(settings, folder, mode).model_copy(update={"late_documentation": True})


def numbered(number: int) -> Json:
    """A claim that is pended, with a number and a patient of its own."""
    made = undocumented()
    made["subscriber"]["memberId"] = member(number)
    made["claimInformation"]["patientControlNumber"] = f"SYN-{number}"
    return made


def about(number: int, **changes: Any) -> Json:
    """The document that it waits for."""
    return document(**{"patientControlNumber": f"SYN-{number}", "subscriber": {"memberId": member(number)}} | changes)


def member(number: int) -> str:
    """The member id of a patient."""
    return f"1EG4TE5MK7{number}"


async def send(settings: Settings, topic: str, messages: Sequence[Json], days_ago: int = 0) -> None:
    """Send messages as if they were sent some days ago."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    async with open_producer(settings) as producer:
        for number, made in enumerate(messages):
            value, key = json.dumps(made).encode(), b"%d" % number
            await producer.send_and_wait(topic, value, key=key, timestamp_ms=round(moment.timestamp() * 1000))


def documents(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The outcomes, without dead letters."""
    return [json.loads(each.value or b"") for each in records if "dead-letter" not in each.topic]


def of_claim(records: Sequence[Record], number: int) -> list[dict[str, Any]]:
    """The outcomes of one claim, the first one first."""
    name = f"SYN-{number}"
    found = [each for each in documents(records) if each["claim"]["claimInformation"]["patientControlNumber"] == name]
    return sorted(found, key=lambda each: "supersedes" in each)


async def test_a_claim_waits_through_a_kill_and_a_lost_volume_and_goes_with_its_document(
    settings: Settings, tmp_path: Path
) -> None:
    """One that came first is joined at once; a copy changes nothing; what is about nobody waits."""
    settings = waiting(settings, tmp_path)
    await create_topics(settings, partitions=2)
    with ForkedWorker(settings, tmp_path, "first", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker serves")
        await send(settings, settings.topics.documentation, [about(2)])
        await until(lambda: worker.metric('claimscrub_documents_total{result="waiting"}') == 1, "a document waits")
        await send(settings, settings.topics.inbound, [numbered(1), numbered(2), numbered(3)])
        before = await outcomes_when(settings, 3)
        worker.kill()
    assert settings.history_dir is not None
    shutil.rmtree(settings.history_dir)

    with ForkedWorker(settings, tmp_path, "second", REAL_WORKER) as worker:
        await send(settings, settings.topics.documentation, [about(1), about(1), {"documentation": []}, about(9)])
        after = await outcomes_when(settings, 5)
        copies = 'claimscrub_documents_total{result="copy"}'
        counts = {"claimscrub_documents_waiting": 1, copies: 1, "claimscrub_pended_claims": 1}
        await until_counted(worker, counts)
        assert worker.stop() == 0

    assert [of_claim(before, number)[0]["disposition"] for number in (1, 2, 3)] == ["pended", "scrubbed", "pended"]
    first, second = of_claim(after, 1)
    assert (second["disposition"], second["supersedes"]) == ("scrubbed", first["outcomeId"])
    assert [len(of_claim(after, number)) for number in (1, 2, 3)] == [2, 1, 1]
    (letter,) = [each for each in after if "dead-letter" in each.topic]
    assert dict(letter.headers)[HEADER_REASON] == b"schema"
    changelog = await read_all(settings, settings.topics.pending)
    last = {each.key: read(each.key, each.value, each.headers, "").record for each in changelog}
    entries = [each.entry for each in last.values() if each is not None and each.entry is not None]
    assert sum(isinstance(decode(each), PendedClaim) for each in entries) == 1


async def test_what_has_waited_for_too_long_ends(exactly_once: Settings, tmp_path: Path) -> None:
    """A claim with an outcome that says so, a document as a dead letter with the reason; each a day later only."""
    # Nothing is due for the first worker, however late it is asked to stop.
    settings = waiting(exactly_once, tmp_path)
    shorter = settings.model_copy(update={"pended_days": 4, "document_days": 2})
    await create_topics(settings, partitions=2)
    with ForkedWorker(settings, tmp_path, "first", REAL_WORKER) as worker:
        # Within the days for which topics keep what is unread.
        await send(settings, settings.topics.inbound, [numbered(1)], days_ago=5)
        await send(settings, settings.topics.inbound, [numbered(2)], days_ago=4)
        await send(settings, settings.topics.documentation, [about(8)], days_ago=3)
        await send(settings, settings.topics.documentation, [about(9)], days_ago=2)
        await outcomes_when(settings, 2)
        await until(lambda: worker.metric('claimscrub_documents_total{result="waiting"}') == 2, "two documents wait")
        assert worker.stop() == 0

    with ForkedWorker(shorter, tmp_path, "second", REAL_WORKER) as worker:
        records = await outcomes_when(settings, 4)
        counts = {"claimscrub_documents_waiting": 1, "claimscrub_pended_claims": 1}
        await until_counted(worker, counts | {"claimscrub_pended_expired_total": 1})
        assert worker.stop() == 0

    first, last = of_claim(records, 1)
    assert (last["disposition"], last["supersedes"]) == ("rejected", first["outcomeId"])
    assert "DOC-11" in {each["edit"] for each in last["findings"]}
    (letter,) = [each for each in records if "dead-letter" in each.topic]
    assert dict(letter.headers)[HEADER_REASON] == b"document-unmatched"
    assert json.loads(letter.value or b"") == about(8)
    assert len(of_claim(records, 2)) == 1


async def test_a_waiting_claim_is_told_to_nobody_but_its_store(exactly_once: Settings, tmp_path: Path) -> None:
    """Keys and headers of both changelogs, log and metrics; its owner alone reads the files; then it is forgotten."""
    settings = waiting(as_of(exactly_once, log_level="debug"), tmp_path)
    await create_topics(settings, partitions=2)
    assert settings.history_key_file is not None
    assert settings.history_dir is not None
    made, late = numbered(1), about(9, subscriber={"memberId": member(1)})
    made["subscriber"] |= {"firstName": f"{CANARY}001", "lastName": f"{CANARY}002"}
    made["documentation"][0]["source"] = f"{CANARY}003"
    late["documentation"][0]["source"] = f"{CANARY}004"
    key = read_key(settings.history_key_file)
    identity = identity_text("MEDICARE-B", member(1))
    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        await until(worker.is_ready, "the worker serves")
        await send(settings, settings.topics.inbound, [made])
        await outcomes_when(settings, 1)
        await send(settings, settings.topics.documentation, [late])
        await until(lambda: worker.metric('claimscrub_documents_total{result="waiting"}') == 1, "a document waits")
        files = [file for file in settings.history_dir.iterdir() if ".pending." in file.name]
        assert hiding_places(" ".join(file.read_bytes().decode("latin-1") for file in files)) != set()
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(settings.history_dir.stat().st_mode) == 0o700
        person = (await read_all(settings, settings.topics.pending))[0].key or b""
        assert person[:16] == key.person(identity)
        await send_forget(settings, person[:16], key.partition(identity, 2))
        await until(lambda: worker.metric("claimscrub_history_forgotten_total") == 3, "all of it is forgotten")
        await until(lambda: _hidden(settings) == set(), "the files hold nothing of it")
        metrics = worker.get("/metrics")[1]
        assert worker.stop() == 0

    changelog = await read_all(settings, settings.topics.pending)
    assert [each.value is None for each in changelog] == [False, False, True, True, False]
    seen = {
        "changelog": told(changelog, with_values=False),
        "routed": told(await read_all(settings, settings.topics.by_patient), with_values=False),
        "log": worker.log_file.read_text(),
        "metrics": metrics,
    }
    assert {place: hiding_places(text) for place, text in seen.items()} == {place: set() for place in seen}


def _hidden(settings: Settings) -> set[str]:
    folder = settings.history_dir
    assert folder is not None
    return hiding_places(" ".join(file.read_bytes().decode("latin-1") for file in folder.iterdir()))
