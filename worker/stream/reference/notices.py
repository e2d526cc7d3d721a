"""Reads the notices of reference updates: every worker reads all of them.

Not a Faust agent: in the group of the claims only one worker would own the topic's partition, and the
others would scrub on with the old tables. So each worker reads with a consumer outside any group, from
the beginning, before it takes its first claim; a worker that starts later gets the same tables.

The key of a notice is its digest. Compaction then keeps one notice for each set of tables, in the order
in which they were last announced: behind a newest notice that turns out broken the good one before it
is still there.
"""

import asyncio
from typing import Final

from aiokafka import TopicPartition

from worker.kafka.connection import Client, open_reader
from worker.kafka.read import is_before, partitions_of
from worker.settings import Settings
from worker.stream.reference.swap import ReferenceSwap
from worker.stream.runtime import Log

_RETRY_S: Final = 1.0
_ASK_EVERY_S: Final = 0.5
_WAIT_MS: Final = 1000


async def follow_notices(settings: Settings, swap: ReferenceSwap, log: Log) -> None:
    """Hand every notice to the swap, now and from now on; a broker that is away is asked again."""
    next_offsets: dict[TopicPartition, int] = {}
    while True:
        try:
            await _follow(settings, swap, next_offsets)
        except Exception as error:  # noqa: BLE001 -- claims go on, whatever keeps the notices away
            log.warning("reference-notices-unreadable", exception=type(error).__name__)
        await asyncio.sleep(_RETRY_S)


async def _follow(settings: Settings, swap: ReferenceSwap, next_offsets: dict[TopicPartition, int]) -> None:
    async with open_reader(settings) as consumer:
        partitions = await partitions_of(consumer, [settings.topics.reference_updates])
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        for partition, offset in next_offsets.items():
            consumer.seek(partition, offset)
        consumer.pause(*partitions)
        while True:
            ends = await consumer.end_offsets(partitions)
            if await is_before(consumer, ends):
                await _read_to(ends, consumer, swap, next_offsets)
            swap.begin()
            # No fetch is left open in between: a broker that answers an empty one at once, as the embedded one does,
            # would keep this worker busy with nothing else.
            await asyncio.sleep(_ASK_EVERY_S)


async def _read_to(
    ends: dict[TopicPartition, int], consumer: Client, swap: ReferenceSwap, next_offsets: dict[TopicPartition, int]
) -> None:
    consumer.resume(*ends)
    while await is_before(consumer, ends):
        batches = await consumer.getmany(timeout_ms=_WAIT_MS)
        for partition, records in batches.items():
            for record in records:
                next_offsets[partition] = record.offset + 1
                # A tombstone takes a notice back; it asks for nothing.
                if record.value is not None:
                    swap.offer(record.value)
    consumer.pause(*ends)
