"""The two delivery policies: how outcomes and the offset that they answer become durable together.

Both build the same records and read from the same lanes. Faust never commits an offset of a claim
under either: it acknowledges events that it skipped itself, which would move the offset past them.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faust.types import TP

from worker.errors import ClaimscrubError
from worker.kafka.connection import Client, new_producer
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.commit_marks import with_marks
from worker.stream.faust_transport import Group, count_retries
from worker.stream.lanes import CommittedOffset, Lane
from worker.stream.records import OutgoingRecord

DELIVERY_TIMEOUT_S = 30.0
"""aiokafka retries an idempotent batch forever; after this the outcome of the batch is unknown."""

_CLOSE_TIMEOUT_S = 3.0
_COMMIT_INTERVAL_S = 0.2


class DeliveryUncertainError(ClaimscrubError):
    """A batch may or may not have been delivered; only a restart from the committed offset is safe."""


class Delivery(Protocol):
    """One way of making a batch durable."""

    commits_at_once: bool
    """Whether the offset is committed when `deliver` returns."""

    producers: set[Client]
    """The producers in use."""

    async def start(self) -> None:
        """Get ready to open lanes."""
        ...

    async def open(self, tp: TP) -> Client:
        """Return a started producer for a partition."""
        ...

    async def deliver(self, lane: Lane, records: Sequence[OutgoingRecord], committed: CommittedOffset) -> None:
        """Make the records and the offset after the batch durable, or raise."""
        ...

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit the lane's offset as it is with other metadata, or raise."""
        ...

    async def close(self, lane: Lane) -> None:
        """Close a lane; what is not durable by now is left to its next owner."""
        ...

    async def stop(self) -> None:
        """Release everything."""
        ...


def _count_commit(recorder: Recorder) -> None:
    recorder.count("commits_total", "ok")
    recorder.set("last_commit_timestamp_seconds", time.time())


async def _send(producer: Client, records: Sequence[OutgoingRecord]) -> None:
    futures = [
        await producer.send(
            record.topic,
            record.value,
            key=record.key,
            partition=record.partition,
            headers=list(record.headers),
        )
        for record in records
    ]
    await asyncio.gather(*futures)


async def _stop_producer(producer: Client) -> None:
    with contextlib.suppress(KafkaError, TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(_CLOSE_TIMEOUT_S):
            await producer.stop()


class ExactlyOnce:
    """One transaction per batch, with the offsets in it, on one producer for each partition.

    aiokafka sends offsets to a transaction without the generation of the group, so the broker would
    take them from a worker that lost the partition; only the transactional id, one for each input
    partition, fences such a worker.
    """

    commits_at_once = True

    def __init__(self, settings: Settings, recorder: Recorder, record_limit: int) -> None:
        self._settings = settings
        self._recorder = recorder
        self._record_limit = record_limit
        self.producers: set[Client] = set()

    async def start(self) -> None:
        """Do nothing: each lane has its own producer."""

    async def open(self, tp: TP) -> Client:
        """Start the partition's producer, which fences its earlier owner and ends its transaction."""
        producer = new_producer(
            self._settings,
            transactional_id=f"{self._settings.group_id}-{tp.topic}-{tp.partition}",
            record_limit=self._record_limit,
        )
        count_retries(producer, lambda: self._recorder.count("produce_retries_total"))
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S):
                await producer.start()
        except BaseException:
            await _stop_producer(producer)
            raise
        self.producers.add(producer)
        return producer

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit the metadata in a transaction of its own, so that who lost the partition cannot."""
        await self.deliver(lane, (), lane.committing(lane.next_offset, metadata))

    async def deliver(self, lane: Lane, records: Sequence[OutgoingRecord], committed: CommittedOffset) -> None:
        """Send the batch and its offset in one transaction."""
        producer = lane.producer
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S):
                await producer.begin_transaction()
                await _send(producer, records)
                place = TopicPartition(lane.tp.topic, lane.tp.partition)
                offsets = {
                    place: (committed.offset, with_marks(committed.metadata, committed.topic_id, committed.member_id))
                }
                await producer.send_offsets_to_transaction(offsets, self._settings.group_id)
                await producer.commit_transaction()
        except asyncio.CancelledError:
            # The lane is going away. Its next owner ends the transaction when it starts its producer,
            # and reads the committed offset after that: so it does not matter how far this one came.
            self._recorder.count("commits_total", "aborted")
            raise
        except Exception as error:
            # Aborting and going on would trust a request that timed out not to arrive later.
            self._recorder.count("commits_total", "uncertain")
            raise DeliveryUncertainError from error
        _count_commit(self._recorder)

    async def close(self, lane: Lane) -> None:
        """Close the lane's producer."""
        self.producers.discard(lane.producer)
        await _stop_producer(lane.producer)

    async def stop(self) -> None:
        """Do nothing: each lane closes its own producer."""


class AtLeastOnce:
    """One idempotent producer; the offset is committed after the broker has every record of the batch."""

    commits_at_once = False

    def __init__(self, settings: Settings, recorder: Recorder, group: Group, record_limit: int) -> None:
        self._recorder = recorder
        self._group = group
        self._producer = new_producer(settings, record_limit=record_limit)
        count_retries(self._producer, lambda: recorder.count("produce_retries_total"))
        self.producers: set[Client] = {self._producer}
        self._to_commit: dict[TP, tuple[Lane, CommittedOffset]] = {}
        self._committer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the producer, and commit several times a second from now on."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            await self._producer.start()
        self._committer = asyncio.create_task(self._commit_for_ever())

    async def open(self, tp: TP) -> Client:  # noqa: ARG002 -- the policy's interface
        """Return the one producer."""
        return self._producer

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit the metadata at once: it must be there before anything is scrubbed."""
        self._to_commit.pop(lane.tp, None)
        try:
            await self._group.commit({lane.tp: lane.committing(lane.next_offset, metadata)})
        except (KafkaError, TimeoutError) as error:
            raise DeliveryUncertainError from error

    async def deliver(self, lane: Lane, records: Sequence[OutgoingRecord], committed: CommittedOffset) -> None:
        """Send the batch, wait for the broker to have it, and remember the offset to commit."""
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S):
                await _send(self._producer, records)
        except Exception as error:
            raise DeliveryUncertainError from error
        self._to_commit[lane.tp] = (lane, committed)

    async def close(self, lane: Lane) -> None:
        """Commit what the lane still has to commit, while the group lets us."""
        noted = self._to_commit.get(lane.tp)
        if noted is not None and noted[0] is lane:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                    await self._commit()

    async def stop(self) -> None:
        """Stop committing and close the producer."""
        if self._committer is not None:
            self._committer.cancel()
        await _stop_producer(self._producer)

    async def _commit_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_COMMIT_INTERVAL_S)
            await self._commit()

    async def _commit(self) -> None:
        noted, self._to_commit = self._to_commit, {}
        offsets = {tp: each for tp, (lane, each) in noted.items() if lane.generation == self._group.generation}
        if not offsets:
            return
        try:
            await self._group.commit(offsets)
        except (CommitFailedError, IllegalStateError):
            # The partitions have gone to another worker, which does these claims once more.
            self._recorder.count("commits_total", "aborted")
        except Exception:  # noqa: BLE001 -- whatever a rebalance does to the consumer, commits must go on after it
            self._recorder.count("commits_total", "uncertain")
            for tp, entry in noted.items():
                self._to_commit.setdefault(tp, entry)
        else:
            _count_commit(self._recorder)
