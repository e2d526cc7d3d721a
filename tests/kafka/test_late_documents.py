"""Late documentation on Apache Kafka: no claim and no document is lost or joined twice, whatever happens to workers."""

import asyncio
import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.kafka.history_storms import WORKERS, RememberingWorkers, read_all, with_memory
from tests.stream.support import POLL_S, REAL_WORKER, outcomes
from tests.unit.pipeline.test_late_documents import document, undocumented
from worker.history.pended import PendedClaim, WaitingDocument, decode
from worker.kafka.connection import open_producer
from worker.kafka.lag import group_lag
from worker.kafka.topics import create_topics
from worker.samples.synthetic import Json
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.history.changelog import read

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(1200)]

SettingsFor = Callable[[DeliveryGuarantee], Settings]

CLAIMS = 240
KILLS = 4
EVERY_S = 5.0


def member(number: int) -> str:
    """A number in the form of Medicare's, made up like all of the patient."""
    return f"1EG{number // 100}TE5MK{number % 100:02}"


def claim(number: int) -> Json:
    """A claim that is pended, of a patient of its own."""
    made = undocumented()
    made["subscriber"]["memberId"] = member(number)
    made["claimInformation"]["patientControlNumber"] = f"SYN-{number}"
    return made


def about(number: int) -> Json:
    """The document that it waits for."""
    return document(patientControlNumber=f"SYN-{number}", subscriber={"memberId": member(number)})


def sent() -> list[tuple[str, Json]]:
    """Claims with a document each, a third before and two thirds after, and each tenth document twice."""
    chosen = random.Random(5)
    steps: list[tuple[float, str, Json]] = []
    for number in range(CLAIMS):
        at = number + chosen.random()
        after = at + (-12 if number % 3 == 0 else 12)
        steps += [(at, "inbound", claim(number)), (after, "documentation", about(number))]
        if number % 10 == 0:
            steps.append((after + 20, "documentation", about(number)))
    return [(role, made) for _, role, made in sorted(steps, key=lambda step: step[0])]


async def feed(settings: Settings, messages: Sequence[tuple[str, Json]], seconds: float) -> None:
    """Send messages evenly."""
    async with open_producer(settings) as producer:
        for number, (role, made) in enumerate(messages):
            topic = getattr(settings.topics, role)
            await producer.send_and_wait(topic, json.dumps(made).encode(), key=b"%d" % number)
            await asyncio.sleep(seconds / len(messages))


async def finals(settings: Settings) -> dict[str, list[str]]:
    """The outcomes of each claim, by its number: their dispositions, those that supersede others last."""
    found: dict[str, list[tuple[bool, str]]] = {}
    for record in await outcomes(settings):
        assert "dead-letter" not in record.topic, dict(record.headers)
        made = json.loads(record.value or b"")
        number = made["claim"]["claimInformation"]["patientControlNumber"]
        found.setdefault(number, []).append(("supersedes" in made, made["disposition"]))
    return {number: [disposition for _, disposition in sorted(each)] for number, each in found.items()}


async def is_all_read(settings: Settings) -> bool:
    """Whether the group has committed all that came, and then all that it has routed to patients' partitions."""
    topics = settings.topics
    for read_from in ((topics.inbound, topics.documentation), (topics.by_patient,)):
        last = {
            (each.topic, each.partition): each.offset for name in read_from for each in await read_all(settings, name)
        }
        done = {(each.topic, each.partition): each.committed or 0 for each in await group_lag(settings)}
        if not last or any(done[place] <= offset for place, offset in last.items()):
            return False
    return True


@pytest.mark.parametrize("kind", ["kill", "away"])
async def test_each_document_meets_its_claim_once(kind: str, settings_for: SettingsFor, tmp_path: Path) -> None:
    """Three workers that are killed, with their volumes there, or away for a while."""
    settings = with_memory(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path)
    settings = settings.model_copy(update={"late_documentation": True})
    await create_topics(settings, partitions=6)
    chosen = random.Random(7)
    with contextlib.ExitStack() as stack:
        workers = RememberingWorkers(settings, tmp_path, stack, REAL_WORKER, [None] * WORKERS)
        for place in range(WORKERS):
            workers.start(place)
        feeding = asyncio.create_task(feed(settings, sent(), KILLS * EVERY_S + 15))
        for _ in range(KILLS):
            await asyncio.sleep(EVERY_S)
            place = chosen.randrange(WORKERS)
            worker = workers.places[place]
            assert worker is not None
            if worker.process.poll() is None:
                worker.kill()
            if kind == "away":
                await asyncio.sleep(2)
            workers.start(place)
        await feeding
        # Copies of documents come last, and have no outcome.
        while not await is_all_read(settings):
            workers.start_those_that_left()
            await asyncio.sleep(POLL_S)

    done = await finals(settings)
    assert Counter(map(tuple, done.values())).keys() <= {("scrubbed",), ("pended", "scrubbed")}
    assert len(done) == CLAIMS
    changelog = await read_all(settings, settings.topics.pending)
    last = {each.key: read(each.key, each.value, each.headers, "").record for each in changelog}
    kept = [decode(each.entry) for each in last.values() if each is not None and each.entry is not None]
    assert not [each for each in kept if isinstance(each, PendedClaim | WaitingDocument)]
    numbers = Counter((each.partition, dict(each.headers)["n"]) for each in changelog)
    assert max(numbers.values()) == 1
