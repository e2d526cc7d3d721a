"""What has waited for too long: claims, documents, and that a document was joined; and what is counted."""

import asyncio
import json
from datetime import timedelta
from typing import Any, cast

import pytest

from schemas.dead_letter import HEADER_REASON
from tests.unit.agents.test_late_documents import DAY, TOPICS, Worker, late_claim, loaded, outcome
from tests.unit.pipeline.test_late_documents import document
from worker.stream.scrubber import LoadedScrubber

__all__ = ["loaded"]


@pytest.mark.parametrize(("days", "is_over"), [(45, False), (46, True)])
async def test_a_claim_is_waited_for_45_days(loaded: LoadedScrubber, days: int, *, is_over: bool) -> None:
    """Then it is rejected, in the place of its last outcome, and a document comes too late."""
    worker = Worker(loaded)
    first = await worker.claim(late_claim())
    (lane,) = worker.lanes.values()

    assert await worker.expiry(DAY + timedelta(days=days)).expire(lane) == int(is_over)

    outcomes = [json.loads(each.value) for each in worker.sent if each.topic == TOPICS.rejected]
    assert [each["supersedes"] for each in outcomes] == ([outcome(first)["outcomeId"]] if is_over else [])
    assert [each["lateDocuments"]["waitedDays"] for each in outcomes] == ([days] if is_over else [])
    after = await worker.document(document())
    assert after.pairs[0][1].disposition == ("skipped" if is_over else "scrubbed")


@pytest.mark.parametrize(("days", "is_over"), [(14, False), (15, True)])
async def test_a_document_waits_14_days(loaded: LoadedScrubber, days: int, *, is_over: bool) -> None:
    """Then it is a dead letter as it came, with the reason."""
    worker = Worker(loaded, as_of=DAY)
    await worker.document(document())
    (lane,) = worker.lanes.values()

    assert await worker.expiry(DAY + timedelta(days=days)).expire(lane) == int(is_over)

    letters = [each for each in worker.sent if each.topic == TOPICS.dead_letter]
    assert [dict(each.headers)[HEADER_REASON] for each in letters] == ([b"document-unmatched"] if is_over else [])
    assert [each.value for each in letters] == ([json.dumps(document()).encode()] if is_over else [])


async def test_that_a_document_was_joined_is_forgotten_after_as_long(loaded: LoadedScrubber) -> None:
    """Nothing is kept for longer than it can matter."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    await worker.document(document())
    (lane,) = worker.lanes.values()

    assert await worker.expiry(DAY + timedelta(days=15)).expire(lane) == 1
    assert worker.waiting() == []


async def test_who_stops_waiting_for_the_end_of_a_claim_counts_it_all_the_same(loaded: LoadedScrubber) -> None:
    """A worker that is asked to stop commits its place once more: before what ended the claim, it would end again."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    (lane,) = worker.lanes.values()
    assert lane.pended is not None
    before, handed_over = lane.pended.position.records, asyncio.Event()

    async def delivered(*_: object) -> None:
        handed_over.set()
        await asyncio.Event().wait()

    cast("Any", worker.runtime).committer.add = delivered
    ending = asyncio.create_task(worker.expiry(DAY + timedelta(days=46)).expire(lane))
    await handed_over.wait()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending

    assert lane.pended.position.records > before


async def test_what_was_never_handed_over_is_not_counted(loaded: LoadedScrubber) -> None:
    """Nobody will find it."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    (lane,) = worker.lanes.values()
    assert lane.pended is not None
    before = lane.pended.position.records

    async def no_room() -> None:
        raise TimeoutError

    cast("Any", worker.runtime).committer.room = no_room
    with pytest.raises(TimeoutError):
        await worker.expiry(DAY + timedelta(days=46)).expire(lane)

    assert lane.pended.position.records == before


async def test_what_waits_is_counted(loaded: LoadedScrubber) -> None:
    """With the days of the oldest claim."""
    worker = Worker(loaded)
    await worker.claim(late_claim())
    await worker.document(document(patientControlNumber="SYN-9"))

    worker.expiry(DAY + timedelta(days=3)).show([lane.pended for lane in worker.lanes.values() if lane.pended])

    text = worker.recorder.exposition("")[0].decode()
    assert "claimscrub_pended_claims 1.0" in text
    assert "claimscrub_documents_waiting 1.0" in text
    assert f"claimscrub_pended_oldest_seconds {3 * 86400}" in text
