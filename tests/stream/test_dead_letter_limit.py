"""A worker whose deployment is wrong stops at the limit of dead letters, and goes on without loss after the repair."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from schemas.dead_letter import HEADER_REASON, DeadLetterReason
from tests.stream.fake_worker import BROKEN
from tests.stream.forks import ForkedWorker
from tests.stream.support import FAKE_WORKER, claim, committed, outcomes, prepare, progress, until
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]

HELD = '"dead_letters_within_limit":false'


async def test_the_worker_stops_at_the_limit_and_resumes_without_loss(settings: Settings, tmp_path: Path) -> None:
    """Claims on which a broken deployment fails are held, not emptied into the dead letters; readiness says so."""
    broken = settings.model_copy(update={"batch_max_claims": 10, "dead_letter_limit_window": 100})
    await prepare(settings, [claim(number, padding="x" * 2000) for number in range(400)], partitions=1)

    with ForkedWorker(broken, tmp_path, "broken", (*FAKE_WORKER, BROKEN)) as worker:
        await until(lambda: bool(worker.events("dead-letter-limit-reached")), "the limit is reached")
        await progress(settings, 40)
        assert (worker.get("/readyz")[0], HELD in worker.get("/readyz")[1]) == (503, True)
        assert worker.metric("claimscrub_dead_letter_limit_reached") == 1
        assert worker.get("/livez")[0] == 200
        # Nothing moves for as long as nothing changes; the stall detector does not take it for a stall either.
        await asyncio.sleep(5)  # longer than two looks of the stall detector
        done = await committed(settings)
        assert 40 <= done < 50
        assert worker.stop() == 0
        assert worker.events("partition-read-again") == []
    with ForkedWorker(settings, tmp_path, "repaired") as worker:
        await progress(settings, 400)
        assert worker.is_ready()
        assert worker.stop() == 0

    records = await outcomes(settings)
    assert Counter(HEADER_REASON in dict(each.headers) for each in records) == {True: done, False: 400 - done}


async def test_without_a_limit_everything_leaves(exactly_once: Settings, tmp_path: Path) -> None:
    """An operator who wants the topic emptied sets the window to 0."""
    settings = exactly_once.model_copy(update={"dead_letter_limit_window": 0})
    await prepare(settings, [claim(number, padding="x" * 2000) for number in range(1500)], partitions=1)

    with ForkedWorker(settings, tmp_path, "worker", (*FAKE_WORKER, BROKEN)) as worker:
        await progress(settings, 1500)
        assert worker.stop() == 0

    assert len(await outcomes(settings)) == 1500


async def test_a_sender_of_junk_holds_nobody(exactly_once: Settings, tmp_path: Path) -> None:
    """1,000 messages of a byte before one claim, at the default limit: before, the claim waited for a person."""
    await prepare(exactly_once, [*[b"x"] * 1000, claim(1)], partitions=1)

    with ForkedWorker(exactly_once, tmp_path, "worker") as worker:
        await progress(exactly_once, 1001)
        assert worker.is_ready()
        assert worker.stop() == 0

    counts = Counter(dict(each.headers).get(HEADER_REASON) for each in await outcomes(exactly_once))
    assert counts == {DeadLetterReason.NOT_JSON.encode(): 1000, None: 1}
