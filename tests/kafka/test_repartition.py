"""A memory on Apache Kafka is copied to more and to fewer partitions after its workers were killed."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest

from schemas.dead_letter import HEADER_DECISION
from tests.inputs.malformed import written
from tests.kafka.broker import Cluster
from tests.kafka.history_storms import (
    WORKERS,
    HistoryLedger,
    RememberingWorkers,
    claims_of,
    read_all,
    remembering,
    with_memory,
)
from tests.stream.support import FAILSAFE_S, REAL_WORKER, outcomes, until
from tests.stream.test_repartition import edits, of
from worker.history.key import read_key, write_key
from worker.kafka.read import Record
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.synthetic import RECEIVED_ON
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.history.changelog import MARK
from worker.stream.history.errors import HistoryError, MemoryInUseError
from worker.stream.history.repartition import CopiedMemory, NextKey, repartition

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

SettingsFor = Callable[[DeliveryGuarantee], Settings]

SENT, PATIENTS = 900, 60
LEAVES_WITHIN_S = 150.0
COUNTS = (6, 9, 4)
"""In how many partitions claims are judged, one after the other."""


async def copied(settings: Settings, partitions: int, next_key: NextKey | None = None) -> CopiedMemory:
    """Copy as soon as the group has no member any more; until then it is refused."""
    assert settings.history_key_file is not None
    fingerprint = read_key(settings.history_key_file).fingerprint
    deadline = time.monotonic() + LEAVES_WITHIN_S
    while True:
        try:
            return await repartition(settings, fingerprint, partitions, next_key=next_key, say=lambda _: None)
        except MemoryInUseError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


async def answered(settings: Settings) -> int:
    """How many claims have an outcome: under at-least-once some have two."""
    return len({orjson.loads(each.value or b"{}")["claim"]["id"] for each in await outcomes(settings)})


async def in_one_order(settings: Settings) -> list[Record]:
    """The claims of all series as if they had been in one partition, each once: what waited was copied."""
    seen: dict[bytes, Record] = {}
    for series in range(1, len(COUNTS) + 1):
        own = settings.model_copy(update={"history_series": series})
        found = await read_all(own, own.topics.by_patient)
        for record in sorted(found, key=lambda each: (each.partition, each.offset)):
            assert HEADER_DECISION not in dict(record.headers)
            seen.setdefault(record.value or b"", replace(record, partition=0, offset=len(seen)))
    return list(seen.values())


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_each_claim_sees_what_it_would_have_seen_without_a_copy(
    delivery: DeliveryGuarantee, settings_for: SettingsFor, tmp_path: Path
) -> None:
    """Three workers, killed with claims on their way between routing, judging and committing, before each copy."""
    settings = with_memory(settings_for(delivery), tmp_path)
    await create_topics(settings, partitions=COUNTS[0])
    claims, part = claims_of(SENT, PATIENTS), SENT // len(COUNTS)
    done: list[CopiedMemory] = []
    for place, count in enumerate(COUNTS):
        if place:
            done.append(await copied(settings, count))
            settings = settings.model_copy(update={"history_series": place + 1})
        before = await answered(settings)
        is_last = count == COUNTS[-1]
        with remembering(settings, tmp_path, 0.15) as workers:
            await send_claims(settings, claims[place * part : (place + 1) * part])
            wanted = SENT if is_last else before + part // 3
            deadline = time.monotonic() + FAILSAFE_S
            while await answered(settings) < wanted and time.monotonic() < deadline:
                workers.start_those_that_left()
                await asyncio.sleep(0.2)
            # The end of the block kills them.

    # Each partition has a mark of its own.
    log = [each for each in await read_all(settings, settings.topics.history) if each.key != MARK]
    ledger = HistoryLedger.of(SENT, await in_one_order(settings), await outcomes(settings), log)
    if delivery is DeliveryGuarantee.EXACTLY_ONCE:
        assert ledger.flaws == (0, 0, 0, 0, 0), ledger
    assert (ledger.lost, ledger.wrong) == (0, 0), ledger
    assert [each.partitions for each in done] == list(COUNTS[1:])
    assert all(each.claims.records for each in done)


async def test_a_copy_is_refused_while_a_worker_runs(
    settings_for: SettingsFor, one_broker: Cluster, tmp_path: Path
) -> None:
    """Also where one starts as it is about to end: then it is the broker that refuses."""
    settings = with_memory(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path)
    await create_topics(settings, partitions=2)
    assert settings.history_key_file is not None
    fingerprint = read_key(settings.history_key_file).fingerprint
    with remembering(settings, tmp_path) as workers:
        await send_claims(settings, claims_of(20, 5))
        while len(await outcomes(settings)) < 20:  # noqa: ASYNC110 -- it is the broker that is waited for
            await asyncio.sleep(0.2)
        with pytest.raises(HistoryError, match="stop every worker first"):
            await repartition(settings, fingerprint, 3, say=lambda _: None)
        for worker in workers.places:
            assert worker is not None
            assert worker.stop() == 0
    await copied(settings, 3)
    moved = settings.model_copy(update={"history_series": 2})
    with remembering(moved, tmp_path) as workers:
        first = workers.places[0]
        assert first is not None
        await until(first.is_ready, "a worker of the new series serves")
    assert {orjson.loads(each.value or b"{}")["claim"]["id"] for each in await outcomes(moved)} == set(range(20))


async def test_a_memory_under_the_next_key_knows_what_it_knew(settings_for: SettingsFor, tmp_path: Path) -> None:
    """Real claims of workers that were killed, sent again after each of two rotations: each is known."""
    settings = with_memory(settings_for(DeliveryGuarantee.EXACTLY_ONCE), tmp_path)
    settings = settings.model_copy(update={"as_of": date.fromisoformat(RECEIVED_ON)})
    await create_topics(settings, partitions=COUNTS[0])
    members = [f"1EG4TE5MK{number}" for number in range(60, 90)]
    for place in range(3):
        if place:
            assert settings.history_key_file is not None
            before, file = read_key(settings.history_key_file), tmp_path / f"key-{place}"
            after = write_key(file, after=before)
            next_key = NextKey(after.rotation_from(before), after.fingerprint)
            done = await copied(settings, COUNTS[place], next_key)
            assert done.claims.records == len(members)
            settings = settings.model_copy(update={"history_series": place + 1, "history_key_file": file})
        with contextlib.ExitStack() as stack:
            workers = RememberingWorkers(settings, tmp_path, stack, REAL_WORKER, [None] * WORKERS)
            for each in range(WORKERS):
                workers.start(each)
            await send_claims(settings, [written(of(member)) for member in members])
            deadline = time.monotonic() + FAILSAFE_S
            while len(await outcomes(settings)) < (place + 1) * len(members) and time.monotonic() < deadline:
                workers.start_those_that_left()
                await asyncio.sleep(0.2)

    found = edits(await outcomes(settings))
    assert found == {member: [[], ["IDN-07"], ["IDN-07"]] for member in members}
