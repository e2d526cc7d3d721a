"""Sends messages again, each once: what was sent and how far the reading has come are one transaction.

A run has a name, and how far it came is the offset of a consumer group of that name. So an
interrupted run goes on where it stopped, and the same command a day later takes only what is new.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final, Self

from aiokafka import TopicPartition

from worker.kafka.connection import Client, new_producer, open_group_reader
from worker.kafka.coordinators import open_coordinators
from worker.kafka.past import PastMessage, again
from worker.kafka.read import Record, is_before, partitions_of, read
from worker.settings import DeliveryGuarantee, Settings

BATCH: Final = 100

_ANSWER_S: Final = 30.0
_UNSTABLE_PAUSE_S: Final = 0.02

ChosenRecords = Sequence[tuple[Record, PastMessage | None]]
"""Records in the order in which they were read, each with the message that is to be sent again, if any."""


def group_of(settings: Settings, run: str) -> str:
    """Return the consumer group that remembers how far a run came."""
    return f"{settings.group_id}-replay-{run}"


@dataclass
class ReplayRun:
    """One run over one topic, open for the length of a block."""

    settings: Settings
    name: str
    topic: str
    is_sending: bool = False
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _reader: Client = None
    _producer: Client = None
    _ends: dict[TopicPartition, int] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        """Go to where the run is; what is written from now on is left to the next one."""
        group = group_of(self.settings, self.name)
        async with AsyncExitStack() as stack:
            if self.is_sending:
                # First of all: it fences another run of this name, so that how far that came cannot change any more.
                self._producer = await self._open_sender(stack)
            self._reader = await stack.enter_async_context(open_group_reader(self.settings, group))
            partitions = await partitions_of(self._reader, [self.topic])
            self._reader.assign(partitions)
            self._ends = await self._reader.end_offsets(partitions)
            beginnings = await self._reader.beginning_offsets(partitions)
            for partition, committed in (await self._committed(partitions)).items():
                self._reader.seek(partition, max(committed, beginnings[partition]))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the rest to the next run."""
        await self._stack.aclose()

    async def batches(self) -> AsyncIterator[list[Record]]:
        """Yield the records that the run has not come to."""
        while await is_before(self._reader, self._ends):
            found = await self._reader.getmany(timeout_ms=200, max_records=BATCH)
            batch = [read(each) for records in found.values() for each in records]
            if batch:
                yield batch

    async def _open_sender(self, stack: AsyncExitStack) -> Client:
        """Start a producer; two runs of one name fence each other."""
        transactional_id = group_of(self.settings, self.name) if self._is_exact else None
        producer = new_producer(self.settings, transactional_id=transactional_id)
        stack.push_async_callback(producer.stop)
        await producer.start()
        return producer

    @property
    def _is_exact(self) -> bool:
        return self.settings.delivery is DeliveryGuarantee.EXACTLY_ONCE

    async def _committed(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Return how far the run has come, once no transaction is about to change it."""
        group = group_of(self.settings, self.name)
        if not (self.is_sending and self._is_exact):
            return {partition: await self._reader.committed(partition) or 0 for partition in partitions}
        async with asyncio.timeout(_ANSWER_S), open_coordinators(self.settings) as coordinators:
            while True:
                found = await coordinators.offsets(group, partitions, is_stable=True)
                settled = {place: each.offset for place, each in found.items() if each is not None}
                if len(settled) == len(found):
                    return settled
                await asyncio.sleep(_UNSTABLE_PAUSE_S)

    async def send(self, chosen: ChosenRecords) -> None:
        """Send a batch again and note how far the run has come, both or neither."""
        offsets = {TopicPartition(each.topic, each.partition): each.offset + 1 for each, _ in chosen}
        pasts = [past for _, past in chosen if past is not None]
        producer = self._producer
        if self._is_exact:
            async with producer.transaction():
                await self._send_all(producer, pasts)
                await producer.send_offsets_to_transaction(offsets, group_of(self.settings, self.name))
        else:
            await self._send_all(producer, pasts)
            await self._reader.commit(offsets)

    async def _send_all(self, producer: Client, pasts: Sequence[PastMessage]) -> None:
        futures = [
            await producer.send(
                past.message.topic,
                past.message.value,
                key=past.message.key,
                # The partition of its siblings: the order per key holds where keys were not hashed by us.
                partition=past.message.partition,
                headers=list(again(past)),
            )
            for past in pasts
        ]
        await asyncio.gather(*futures)
