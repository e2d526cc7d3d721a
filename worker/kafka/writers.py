"""Writes records and the offsets that they answer: all or nothing in a transaction, or one after the other.

One writer has one transaction after the other. It is the generation of the group that keeps out who lost a partition,
not the transactional id: so one writer serves all partitions of a worker.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from aiokafka import TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import BrokerResponseError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    InitProducerIdRequest,
)

from worker.errors import ClaimscrubError
from worker.kafka.connection import REQUEST_TIMEOUT_MS, Client
from worker.kafka.coordinators import Coordinators, partition_codes
from worker.kafka.protocol import GroupMember, TransactionalProducer, end_txn_v2, produce_v2, txn_offset_commit

SEQUENCES: Final = 2**31
"""A producer's sequence numbers begin at 0 again after so many records of a partition, as brokers have it."""

_REFUSED_BY_GROUP: Final = frozenset({22, 25, 27, 82, 113})
"""Another generation, no such member, a group that shares out again, another member of that name, a stale epoch."""

_ABORT_S: Final = 5.0
_EVERY_COPY: Final = -1
_NO_RETENTION: Final = -1
_UNCOMPRESSED: Final = 0


class NotMemberError(ClaimscrubError):
    """The group has gone on without this member: no offset was committed, and no record in a transaction."""


class OutgoingMessage(Protocol):
    """What a writer needs of a record."""

    @property
    def topic(self) -> str:
        """Return the topic."""
        ...

    @property
    def partition(self) -> int:
        """Return the partition."""
        ...

    @property
    def key(self) -> bytes | None:
        """Return the key."""
        ...

    @property
    def value(self) -> bytes | None:
        """Return the value."""
        ...

    @property
    def headers(self) -> Iterable[tuple[str, bytes]]:
        """Return the headers."""
        ...


Offsets = Mapping[TopicPartition, tuple[int, str]]
"""Offsets to commit, each with its metadata."""


class Writer(Protocol):
    """One way of writing records and offsets."""

    async def renew(self) -> None:
        """Begin anew, whatever became of what was written last."""
        ...

    async def write(self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Offsets) -> None:
        """Write records and offsets. Raises `NotMemberError` or `KafkaError`."""
        ...


class _NumberedBatches:
    """The batches of one producer, numbered on in each partition."""

    def __init__(self, batch_bytes: int, *, is_transactional: bool) -> None:
        self._batch_bytes = batch_bytes
        self._is_transactional = is_transactional
        self.producer = (-1, -1)
        self.sequences: dict[TopicPartition, int] = defaultdict(int)

    def begin(self, producer_id: int, epoch: int) -> None:
        """Number from 0 on, for a producer or an epoch that has written nothing yet."""
        if (producer_id, epoch) != self.producer:
            self.producer = (producer_id, epoch)
            self.sequences.clear()

    def waves(self, records: Iterable[OutgoingMessage]) -> list[dict[TopicPartition, bytes]]:
        """Return batches to send one after the other, in each at most one for a partition."""
        builders: dict[TopicPartition, list[Client]] = {}
        for record in records:
            own = builders.setdefault(TopicPartition(record.topic, record.partition), [])
            if not own or not _fits(own[-1], record):
                own.append(self._new_batch())
                if not _fits(own[-1], record):
                    raise ValueError("a record that fits into no batch")
        waves: list[dict[TopicPartition, bytes]] = []
        for place, own in builders.items():
            for number, builder in enumerate(own):
                if number == len(waves):
                    waves.append({})
                sequence = self.sequences[place]
                builder._set_producer_state(*self.producer, sequence)  # noqa: SLF001 -- aiokafka's sender does so
                self.sequences[place] = (sequence + builder.record_count()) % SEQUENCES
                waves[number][place] = bytes(builder._build())  # noqa: SLF001 -- as above
        return waves

    def _new_batch(self) -> Client:
        return BatchBuilder(self._batch_bytes, _UNCOMPRESSED, is_transactional=self._is_transactional)  # type: ignore[no-untyped-call]  # aiokafka publishes no types


def _fits(builder: Client, record: OutgoingMessage) -> bool:
    added = builder.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
    return added is not None


def _by_topic(offsets: Offsets) -> dict[str, list[tuple[int, int, str]]]:
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for place, (offset, metadata) in offsets.items():
        found[place.topic].append((place.partition, offset, metadata))
    return found


async def _as_member(asking: Any) -> None:  # Any: a coroutine of aiokafka's answer
    try:
        await asking
    except BrokerResponseError as error:
        # Some of these codes have no class in aiokafka; `Coordinators.ask` puts the number behind the request.
        if error.args[-1:] and error.args[-1] in _REFUSED_BY_GROUP:
            raise NotMemberError(type(error).__name__) from error
        raise


async def fence(coordinators: Coordinators, transactional_id: str, timeout_ms: int) -> tuple[int, int]:
    """Become the producer of an id, which ends the open transaction of any other; return its id and epoch."""
    request = InitProducerIdRequest(transactional_id, timeout_ms)
    answer = await coordinators.ask(CoordinationType.TRANSACTION, transactional_id, request)
    return answer.producer_id, answer.producer_epoch


class TransactionalWriter:
    """Writes records and offsets in one transaction."""

    def __init__(
        self,
        coordinators: Coordinators,
        transactional_id: str,
        *,
        timeout_ms: int,
        batch_bytes: int,
        is_v2: bool,
    ) -> None:
        """Prepare; `renew` comes before the first transaction."""
        self._producer = TransactionalProducer(transactional_id)
        self._coordinators = coordinators
        self._timeout_ms = timeout_ms
        self._is_v2 = is_v2
        self._batches = _NumberedBatches(batch_bytes, is_transactional=True)
        self._is_doubtful = False

    async def renew(self) -> None:
        """Take an epoch of its own: what an earlier one left open is ended, and what comes late of it is refused."""
        self._begin(*await fence(self._coordinators, self._id, self._timeout_ms))
        self._is_doubtful = False

    async def write(self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Offsets) -> None:
        """Write all or nothing.

        Raises:
            NotMemberError: Certainly nothing was written.
            KafkaError: It is not known what was.
        """
        if self._is_doubtful:
            # A request without an answer may still be on its way; in a later transaction it must not count.
            await self.renew()
        failures = self._coordinators.failures
        try:
            await self._fill(records, member, offsets)
        except Exception:
            # Nothing has asked to commit, so nothing is; readers need not wait for the broker to find out.
            self._is_doubtful = True
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_ABORT_S):
                    await self._end(is_commit=False)
            raise
        try:
            await self._end(is_commit=True)
        finally:
            self._is_doubtful = self._is_doubtful or self._coordinators.failures != failures

    async def _fill(self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Offsets) -> None:
        waves = self._batches.waves(records)
        if not self._is_v2:
            await self._add({place for wave in waves for place in wave}, member.group)
        if self._is_v2 or not waves:
            # Records of version 2 begin the transaction, which offsets beside them must find begun.
            await self._produce(waves)
            await self._commit_offsets(member, offsets)
            return
        both = await asyncio.gather(self._produce(waves), self._commit_offsets(member, offsets), return_exceptions=True)
        # Who has left the group need not be told what else went wrong.
        for error in sorted((each for each in both if each is not None), key=lambda each: not _is_refusal(each)):
            raise error

    async def _add(self, places: set[TopicPartition], group: str) -> None:
        if places:
            topics: dict[str, list[int]] = defaultdict(list)
            for place in sorted(places):
                topics[place.topic].append(place.partition)
            added = AddPartitionsToTxnRequest(*self._producer, list(topics.items()))
            await self._coordinators.ask(CoordinationType.TRANSACTION, self._id, added, partition_codes)
        # Not beside the records: their broker may still be checking the transaction.
        request = AddOffsetsToTxnRequest(*self._producer, group)
        await self._coordinators.ask(CoordinationType.TRANSACTION, self._id, request)

    async def _produce(self, waves: Sequence[Mapping[TopicPartition, bytes]]) -> None:
        for wave in waves:
            await self._coordinators.produce(wave, self._produce_request)

    def _produce_request(self, batches: dict[str, list[tuple[int, bytes]]]) -> Any:  # Any: aiokafka's request
        if self._is_v2:
            return produce_v2(self._id, REQUEST_TIMEOUT_MS, batches)
        return ProduceRequest(self._id, _EVERY_COPY, REQUEST_TIMEOUT_MS, list(batches.items()))

    async def _commit_offsets(self, member: GroupMember, offsets: Offsets) -> None:
        request = txn_offset_commit(self._producer, member, _by_topic(offsets), is_v2=self._is_v2)
        await _as_member(self._coordinators.ask(CoordinationType.GROUP, member.group, request, partition_codes))

    async def _end(self, *, is_commit: bool) -> None:
        if not self._is_v2:
            request = EndTxnRequest(*self._producer, is_commit)
            await self._coordinators.ask(CoordinationType.TRANSACTION, self._id, request)
            return
        ending = end_txn_v2(self._producer, is_commit=is_commit)
        answer = await self._coordinators.ask(CoordinationType.TRANSACTION, self._id, ending)
        if answer.producer_id >= 0:
            self._begin(answer.producer_id, answer.producer_epoch)

    def _begin(self, producer_id: int, epoch: int) -> None:
        self._producer = TransactionalProducer(self._id, producer_id, epoch)
        self._batches.begin(producer_id, epoch)

    @property
    def _id(self) -> str:
        return self._producer.transactional_id


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, NotMemberError)


class IdempotentWriter:
    """Writes records, and then the offsets: whoever dies in between has written what comes again."""

    def __init__(self, coordinators: Coordinators, *, batch_bytes: int) -> None:
        """Prepare; `renew` comes before the first write."""
        self._coordinators = coordinators
        self._batches = _NumberedBatches(batch_bytes, is_transactional=False)

    async def renew(self) -> None:
        """Take a producer of its own, so that a batch that is sent twice is written once."""
        request = InitProducerIdRequest(None, 0)  # type: ignore[arg-type]  # the field may be null; the library's hint is narrower
        answer = await self._coordinators.ask(None, "", request)
        self._batches.begin(answer.producer_id, answer.producer_epoch)

    async def write(self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Offsets) -> None:
        """Write the records, and then the offsets. Raises as `Writer.write`, and leaves the records."""
        for wave in self._batches.waves(records):
            await self._coordinators.produce(
                wave, lambda batches: ProduceRequest(None, _EVERY_COPY, REQUEST_TIMEOUT_MS, list(batches.items()))
            )
        request = OffsetCommitRequest(
            member.group, member.generation, member.member_id, _NO_RETENTION, list(_by_topic(offsets).items())
        )
        await _as_member(self._coordinators.ask(CoordinationType.GROUP, member.group, request, partition_codes))
