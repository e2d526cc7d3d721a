"""Reads a topic as a consumer of outcomes sees it: committed records only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition

from worker.kafka.connection import Client, open_reader
from worker.kafka.messages import Headers, Mark, without_marks
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Record:
    """One committed record."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    mark: Mark | None = None
    """What could not be read of it."""


async def tail(
    settings: Settings,
    topics: Sequence[str],
    *,
    from_beginning: bool = True,
    follow: bool = True,
) -> AsyncIterator[Record]:
    """Yield the committed records of some topics, in order for each partition.

    Args:
        settings: Where the broker is.
        topics: Full topic names, such as `settings.topics.scrubbed`.
        from_beginning: Start at the oldest record; else at the end.
        follow: Wait for more at the end; else stop at the end that the topics had at the start.
    """
    async with open_reader(settings) as consumer:
        partitions = await partitions_of(consumer, topics)
        consumer.assign(partitions)
        if from_beginning:
            await consumer.seek_to_beginning(*partitions)
        else:
            await consumer.seek_to_end(*partitions)
        # Under read_committed the end is the last stable offset, so an open transaction ends the reading.
        ends = {} if follow else await consumer.end_offsets(partitions)
        while follow or await is_before(consumer, ends):
            batches = await consumer.getmany(timeout_ms=200)
            for records in batches.values():
                for record in records:
                    yield read(record)


def read(record: Any) -> Record:  # Any: aiokafka's record, which has no types
    """Return what we need of a record that a consumer fetched."""
    headers, mark = without_marks(tuple(record.headers))
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        key=record.key,
        value=record.value,
        headers=headers,
        mark=mark,
    )


async def partitions_of(consumer: Client, topics: Sequence[str]) -> list[TopicPartition]:
    """Return every partition of some topics; wait until the broker knows them."""
    found: list[TopicPartition] = []
    for topic in topics:
        numbers = None
        while not numbers:
            await consumer._client._wait_on_metadata(topic)  # noqa: SLF001 -- the public call answers None for topics not subscribed
            numbers = consumer.partitions_for_topic(topic)
            if not numbers:
                await asyncio.sleep(0.1)
        found += [TopicPartition(topic, number) for number in sorted(numbers)]
    return found


async def is_before(consumer: Client, ends: dict[TopicPartition, int]) -> bool:
    """Return whether a consumer has not come to one of these ends."""
    for partition, end in ends.items():
        if await consumer.position(partition) < end:
            return True
    return False
