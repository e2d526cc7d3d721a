"""What is remembered of a person is in the memory, and nothing there says whose it is."""

from pathlib import Path
from typing import Any

import pytest

from tests.inputs.malformed import sound, written
from tests.kafka.history_storms import read_all, with_memory
from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, outcomes_when, prepare
from tests.stream.test_real_worker import CANARY, as_of, bad_ways, hiding_places
from worker.kafka.read import Record
from worker.settings import Settings

pytestmark = [pytest.mark.broker]


def remembered() -> dict[str, Any]:
    """A claim in which nothing is found, so that it goes out and is remembered, with tokens where they may be."""
    document = sound()
    document["subscriber"] |= {"firstName": f"{CANARY}001", "lastName": f"{CANARY}002"}
    information = document["claimInformation"]
    information["patientControlNumber"] = f"{CANARY}004"
    information["claimNote"] = {"additionalInformation": f"{CANARY}005"}
    information["serviceLines"][0]["providerControlNumber"] = f"{CANARY}006"
    return document


def told(records: list[Record], *, with_values: bool) -> str:
    """All that records say outside of their values, or with them."""
    parts = [part for each in records for part in (each.key, *(value for _, value in each.headers))]
    values = [each.value for each in records] if with_values else []
    return " ".join((part or b"").decode("latin-1") for part in [*parts, *values])


async def test_nothing_of_a_person_is_in_the_memory_its_changelog_or_what_is_said_of_it(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Files of the store, the changelog, keys and headers of routed claims, log, metrics."""
    settings = with_memory(as_of(exactly_once, log_level="debug"), tmp_path)
    # Twice the same claim, so that the second one is judged in the light of the first.
    messages: list[bytes | None] = [*bad_ways(), written(remembered()), written(remembered())]
    await prepare(settings, messages, partitions=2)

    with ForkedWorker(settings, tmp_path, "worker", REAL_WORKER) as worker:
        records = await outcomes_when(settings, len(messages))
        metrics = worker.get("/metrics")[1]
        assert worker.stop() == 0

    changelog = await read_all(settings, settings.topics.history)
    files = [file for file in (settings.history_dir or tmp_path).iterdir() if file.is_file()]
    assert len(records) == len(messages)
    assert changelog
    assert sum(file.stat().st_size for file in files) > 0
    seen = {
        "files": " ".join(file.name + file.read_bytes().decode("latin-1") for file in files),
        "changelog": told(changelog, with_values=True),
        "routed": told(await read_all(settings, settings.topics.by_patient), with_values=False),
        "log": worker.log_file.read_text(),
        "metrics": metrics,
    }
    assert {place: hiding_places(text) for place, text in seen.items()} == {place: set() for place in seen}
    member = sound()["subscriber"]["memberId"]
    assert [place for place, text in seen.items() if member in text] == []
