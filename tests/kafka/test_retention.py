"""What retention deletes unread, and partitions that are added while a worker runs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import NewPartitions
from aiokafka.admin.records_to_delete import RecordsToDelete

from tests.stream.support import WorkerProcess, claim, committed, outcomes, outcomes_when, prepare, progress, until
from worker.kafka.connection import open_admin, open_producer
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]

DEFAULT_S = 300

SettingsFor = Callable[[DeliveryGuarantee], Settings]


async def expire(settings: Settings, before: int) -> None:
    """Delete what is before an offset of partition 0, as retention does."""
    async with open_admin(settings) as admin:
        until_then: Any = RecordsToDelete  # Any: aiokafka publishes no types
        await admin.delete_records({TopicPartition(settings.topics.inbound, 0): until_then(before_offset=before)})


def told(worker: WorkerProcess) -> list[tuple[object, ...]]:
    """Return what was said of offsets that expired."""
    names = ("level", "topic", "partition", "offset", "last_offset", "count", "audit")
    return [tuple(each[name] for name in names) for each in worker.events("expired-unread")]


@pytest.mark.parametrize("delivery", list(DeliveryGuarantee))
async def test_offsets_that_expired_unread_are_an_error_with_their_range(
    delivery: DeliveryGuarantee, settings_for: SettingsFor, tmp_path: Path
) -> None:
    """Once: the next start has nothing to report. Today nothing is said, and the claims are just missing."""
    settings = settings_for(delivery)
    await prepare(settings, [claim(number) for number in range(5)], partitions=1)
    with WorkerProcess(settings, tmp_path, "before") as worker:
        await progress(settings, 5)
        assert worker.stop() == 0
    done = await committed(settings)
    async with open_producer(settings) as producer:
        for number in range(5, 30):
            await producer.send_and_wait(settings.topics.inbound, claim(number), partition=0)
    await expire(settings, done + 10)

    with WorkerProcess(settings, tmp_path, "after") as worker:
        assert len(await outcomes_when(settings, 20)) == 20
        assert told(worker) == [("error", settings.topics.inbound, 0, done, done + 9, 10, True)]
        sample = f'claimscrub_expired_unread_total{{partition="0",topic="{settings.topics.inbound}"}}'
        assert worker.metric(sample) == 10
        assert worker.stop() == 0
    with WorkerProcess(settings, tmp_path, "again") as worker:
        await until(worker.is_ready, "ready again")
        assert told(worker) == []
        assert worker.stop() == 0
    assert len(await outcomes(settings)) == 20


async def test_a_new_partition_is_read_soon(settings_for: SettingsFor, tmp_path: Path) -> None:
    """All topics of claims get one more while the worker runs. By default a client asks every five minutes only."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE)
    await prepare(settings, [claim(0)], partitions=1)
    with WorkerProcess(settings, tmp_path, "worker") as worker:
        await progress(settings, 1)
        more: Any = NewPartitions  # Any: aiokafka publishes no types
        names = [each.name for each in settings.topics_in_use if each.role != "reference-updates"]
        async with open_admin(settings) as admin:
            await admin.create_partitions({name: more(2) for name in names})
        added = time.monotonic()
        async with open_producer(settings) as producer:
            await producer.send_and_wait(settings.topics.inbound, claim(1), partition=1)
        assert len(await outcomes_when(settings, 2)) == 2
        assert time.monotonic() - added < DEFAULT_S / 2
        assert worker.stop() == 0
