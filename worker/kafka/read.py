"""Reads a topic as a consumer of outcomes sees it: committed records only."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from worker.errors import ClaimscrubError
from worker.kafka.connection import Client, open_reader
from worker.kafka.envelopes import opened
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

    @property
    def content(self) -> bytes | None:
        """Return the value without the envelope that a worker puts before it under CLAIMSCRUB_SCHEMA_IDS."""
        return opened(self.value)[1]


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """Where reading begins: at the oldest record of each partition, unless one of these says otherwise.

    Attributes:
        partition: The only partition to read.
        at_end: After the newest record.
        offset: At this offset; a negative one is so many before the end.
        since_ms: At the first record that was written at this time (milliseconds since 1970) or later.
    """

    partition: int | None = None
    at_end: bool = False
    offset: int | None = None
    since_ms: int | None = None


class NoSuchPlaceError(ClaimscrubError):
    """A topic has no such partition, or a partition no such offset."""


OLDEST: Final = StartingPoint()


async def tail(
    settings: Settings,
    topics: Sequence[str],
    *,
    start: StartingPoint = OLDEST,
    follow: bool = True,
) -> AsyncGenerator[Record, None]:
    """Yield the committed records of some topics, in order for each partition.

    Whoever may leave before the end closes it (`contextlib.aclosing`): the connections are open until then.

    Args:
        settings: Where the broker is.
        topics: Full topic names, such as `settings.topics.scrubbed`.
        start: Where to begin.
        follow: Wait for more at the end; else stop at the end that the topics had at the start.

    Raises:
        NoSuchPlaceError: For a partition or an offset that is not there.
    """
    async with open_reader(settings) as consumer:
        there = await partitions_of(consumer, topics)
        partitions = [each for each in there if start.partition in {None, each.partition}]
        consumer.assign(partitions)
        if not partitions:
            # A consumer whose tasks have not begun to run cannot be stopped: it raises CancelledError.
            await asyncio.sleep(0)
            raise NoSuchPlaceError(f"{topics[0]} has the partitions 0 to {len(there) - 1}, not {start.partition}")
        await _seek(consumer, partitions, start)
        # Under read_committed the end is the last stable offset, so an open transaction ends the reading.
        ends = {} if follow else await consumer.end_offsets(partitions)
        while follow or await is_before(consumer, ends):
            batches = await consumer.getmany(timeout_ms=200)
            for records in batches.values():
                for record in records:
                    yield read(record)


async def _seek(consumer: Client, partitions: Sequence[TopicPartition], start: StartingPoint) -> None:
    if start.at_end:
        await consumer.seek_to_end(*partitions)
    elif start.since_ms is not None:
        await consumer.seek_to_end(*partitions)
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, start.since_ms))
        for partition, place in found.items():
            if place is not None:
                consumer.seek(partition, place.offset)
    elif start.offset is not None:
        first, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        for partition in partitions:
            oldest, end = first[partition], ends[partition]
            place = start.offset if start.offset >= 0 else max(oldest, end + start.offset)
            if not oldest <= place <= end:
                raise NoSuchPlaceError(
                    f"{partition.topic} {partition.partition} has the offsets {oldest} to {end}, not {place}"
                )
            consumer.seek(partition, place)
    else:
        await consumer.seek_to_beginning(*partitions)


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
