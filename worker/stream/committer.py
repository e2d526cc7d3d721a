"""Makes outcomes and the offsets that they answer durable: one batch of a whole worker after the other.

What lanes have ready gathers in the open batch, in order of arrival. One task takes it, and has it written together
with the offsets of all its lanes: under exactly-once in one transaction, which the group refuses when it has gone on
without this worker (KIP-447); under at-least-once the records first. Meanwhile the next batch gathers.

Faust never commits an offset of a claim under either: it acknowledges events that it skipped itself, which would move
the offset past them.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final, Protocol

from aiokafka import TopicPartition
from faust.types import TP

from worker.errors import ClaimscrubError
from worker.kafka.connection import BATCH_BYTES, CLIENT_ID, Client
from worker.kafka.coordinators import Coordinators, GroupMembers, StoredOffset
from worker.kafka.protocol import GroupMember
from worker.kafka.writers import IdempotentWriter, NotMemberError, OutgoingMessage, TransactionalWriter, Writer, fence
from worker.observe.recorder import Recorder
from worker.settings import DeliveryGuarantee, Settings
from worker.stream.commit_marks import CommitMarks, split_marks, with_marks
from worker.stream.lanes import CommittedOffset, Lane
from worker.stream.records import size

DELIVERY_TIMEOUT_S: Final = 30.0
"""Batches are sent again for as long as they may get through; after this the outcome of a batch is unknown."""

BATCH_EVERY_S: Final = 0.025
"""A batch costs a broker the same with one claim and with fifty: so many a second at most, and a lone claim at once."""

MOST_BYTES: Final = 16 * 1024 * 1024
"""A batch ends with the message that brings it above this: all or none of a message, never half of one."""

_WRITERS: Final = 2
"""They take turns: a broker makes a producer wait while it ends the producer's last transaction."""

_UNSTABLE_PAUSE_S: Final = 0.02
_MEMBERS_EVERY_S: Final = 1.0

_PROCESS: Final = token_hex(6)


def process_name(settings: Settings) -> str:
    """Return the name of this process in its group: the operator's, or one that no other process has."""
    return settings.instance_id or _PROCESS


def client_id_of(process: str) -> str:
    """Return under which client id a process is in its group, where others look for it."""
    return f"{CLIENT_ID}-{process}"


class DeliveryUncertainError(ClaimscrubError):
    """A batch may or may not have been delivered; only a restart from the committed offset is safe."""


class DroppedError(ClaimscrubError):
    """What was to be delivered certainly was not: its partition has gone to another worker."""


class CommitGroup(Protocol):
    """What the committer asks of the consumer group."""

    @property
    def generation(self) -> int:
        """Return the generation in force."""
        ...


@dataclass(slots=True, eq=False)
class _Entry:
    lane: Lane
    records: Sequence[OutgoingMessage]
    committed: CommittedOffset
    done: "asyncio.Future[None]"


class Committer:
    """Takes what lanes have ready, and says what has become of it."""

    def __init__(self, settings: Settings, recorder: Recorder, group: CommitGroup, record_limit: int) -> None:
        """Prepare; nothing is connected before `start`."""
        self._settings = settings
        self._recorder = recorder
        self._group = group
        self._batch_bytes = min(BATCH_BYTES, record_limit)
        self._is_exact = settings.delivery is DeliveryGuarantee.EXACTLY_ONCE
        self._process = process_name(settings)
        self._coordinators: Coordinators | None = None
        self._writers: Sequence[Writer] = ()
        self._turn = 0
        self._open: list[_Entry] = []
        self._open_bytes = 0
        self._flying: list[_Entry] = []
        self._wake = asyncio.Event()
        self._has_room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._members: GroupMembers | None = None
        self._fenced: set[str] = set()
        self._asking = asyncio.Lock()
        self._failure: Exception | None = None

    @property
    def clients(self) -> tuple[Client, ...]:
        """Return the clients in use."""
        return () if self._coordinators is None else (self._coordinators.client,)

    async def start(self) -> None:
        """Connect, and find out how the broker has its transactions. Raises `KafkaError`, `BrokerTooOldError`."""
        coordinators = Coordinators(self._settings, lambda: self._recorder.count("produce_retries_total"))
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            await coordinators.start(self._settings.written_topics)
            if self._is_exact:
                # Which a broker without stable offsets refuses, and so without all that is needed here.
                await coordinators.offsets(self._settings.group_id, [], is_stable=True)
                is_v2 = await coordinators.has_transactions_v2()
                writers = [self._transactional(coordinators, number, is_v2=is_v2) for number in range(_WRITERS)]
                self.use(coordinators, *writers)
            else:
                self.use(coordinators, IdempotentWriter(coordinators, batch_bytes=self._batch_bytes))
            await self._renew()

    def use(self, coordinators: Coordinators, *writers: Writer) -> None:
        """Ask these, and have these write in turn, from the next generation on."""
        self._coordinators, self._writers = coordinators, writers

    def _transactional(self, coordinators: Coordinators, number: int, *, is_v2: bool) -> Writer:
        return TransactionalWriter(
            coordinators,
            self._transactional_id(self._process, number),
            timeout_ms=self._settings.transaction_timeout_s * 1000,
            batch_bytes=self._batch_bytes,
            is_v2=is_v2,
        )

    def _transactional_id(self, process: str, number: int) -> str:
        return f"{self._settings.group_id}-{process}-{number}"

    @property
    def _link(self) -> Coordinators:
        if self._coordinators is None:
            raise RuntimeError("the committer has not been started")
        return self._coordinators

    async def stop(self) -> None:
        """Release everything; what is not durable by now is left to the next owner."""
        await self._halt()
        if self._coordinators is not None:
            await self._coordinators.close()

    # -- generations

    async def begin(self) -> None:
        """Begin a generation of the group: with an epoch of our own, and nothing of the generation before."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            await self._renew()
        self._members, self._fenced = None, set()

    async def renew(self) -> None:
        """End what may still be under way, so that what is read next is certain."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            await self._renew()

    async def _renew(self) -> None:
        await self._halt()
        for writer in self._writers:
            await writer.renew()
        self._failure = None
        self._task = asyncio.create_task(self._run())

    async def _halt(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._fail([*self._flying, *self._take()], DroppedError())
        self._flying = []

    async def settled(self, tp: TP) -> CommittedOffset | None:
        """Return what the group has committed, once no transaction is about to change it; none when that is nothing."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            if self._is_exact:
                found = await self._stable(tp)
            else:
                found = await self._link.plain_offset(self._settings.group_id, _place(tp))
        if found.offset < 0:
            return None
        metadata, marks = split_marks(found.metadata)
        return CommittedOffset(found.offset, metadata, marks.topic_id, marks.member_id, marks.history, marks.pended)

    async def _stable(self, tp: TP) -> StoredOffset:
        place, group = _place(tp), self._settings.group_id
        # Until every worker is of this release or later: an earlier one has a producer a partition, under this id,
        # whose offsets carry no generation, so that nothing else would refuse them.
        await fence(self._link, f"{group}-{tp.topic}-{tp.partition}", self._settings.transaction_timeout_s * 1000)
        loop, is_first, look_s = asyncio.get_running_loop(), True, 0.0
        while True:
            found = (await self._link.offsets(group, [place], is_stable=True))[place]
            if loop.time() >= look_s:
                look_s = loop.time() + _MEMBERS_EVERY_S
                last = found or (await self._link.offsets(group, [place], is_stable=False))[place]
                if last is not None and await self._has_fenced_the_dead(last.metadata, is_asked_again=not is_first):
                    # What it left has ended by now, this way or that.
                    found = (await self._link.offsets(group, [place], is_stable=True))[place]
                is_first = False
            if found is not None:
                return found
            await asyncio.sleep(_UNSTABLE_PAUSE_S)

    async def _has_fenced_the_dead(self, committed: str, *, is_asked_again: bool) -> bool:
        """End what the last committer left open if it has left the group since; return whether it was done now.

        Readers of outcomes wait for an open transaction, and so does who reads the offset that it would change. A
        process that is only taken for dead gets a new epoch as soon as it is a member again.
        """
        process = split_marks(committed)[1].process
        async with self._asking:
            if process is None or process == self._process or process in self._fenced:
                return False
            if self._members is None or is_asked_again:
                self._members = await self._link.members(self._settings.group_id)
            if client_id_of(process) in self._members.clients.values():
                return False
            for number in range(_WRITERS):
                timeout_ms = self._settings.transaction_timeout_s * 1000
                await fence(self._link, self._transactional_id(process, number), timeout_ms)
            self._fenced.add(process)
        return True

    async def protocol(self) -> str:
        """Return how the members of the group share out its partitions; empty without members."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            return (await self._link.members(self._settings.group_id)).protocol

    async def members(self) -> frozenset[str]:
        """Return the ids of the members that the group has. Raises `KafkaError`, `TimeoutError`."""
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            return frozenset((await self._link.members(self._settings.group_id)).clients)

    # -- what lanes hand over

    async def room(self) -> None:
        """Wait until the open batch may take more."""
        while self._open_bytes > MOST_BYTES and self._failure is None:
            self._has_room.clear()
            await self._has_room.wait()

    def add(self, lane: Lane, records: Sequence[OutgoingMessage], committed: CommittedOffset) -> "asyncio.Future[None]":
        """Put records and the offset after their messages into the open batch.

        Returns:
            Done when both are durable. Raises `DroppedError` when they certainly are not and another worker does them,
            `DeliveryUncertainError` when that is not known.
        """
        entry = _Entry(lane, records, committed, asyncio.get_running_loop().create_future())
        lane.last = entry.done
        if self._failure is not None or lane.is_broken:
            self._fail([entry], DroppedError() if self._failure is None else self._uncertain())
        else:
            self._open.append(entry)
            self._open_bytes += sum(map(size, records))
            self._wake.set()
        return entry.done

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit the lane's offset with other metadata. Raises as `add`."""
        await self.add(lane, (), lane.committing(lane.next_offset, metadata))

    def drop(self, lane: Lane) -> None:
        """Wait no longer for what a lane handed over: it is not begun, or whoever has the partition next finds out."""
        gone = [entry for entry in (*self._flying, *self._open) if entry.lane is lane and not entry.done.done()]
        self._fail(gone, DroppedError())
        if gone:
            self._recorder.count("commits_total", "aborted")

    def _take(self) -> list[_Entry]:
        taken, self._open, self._open_bytes = self._open, [], 0
        self._has_room.set()
        return taken

    def _uncertain(self) -> DeliveryUncertainError:
        error = DeliveryUncertainError()
        error.__cause__ = self._failure
        return error

    @staticmethod
    def _fail(entries: Sequence[_Entry], error: Exception) -> None:
        for entry in entries:
            entry.lane.failed()
            if not entry.done.done():
                entry.done.set_exception(error)
                # Not everyone waits who was told.
                entry.done.exception()

    async def _run(self) -> None:
        loop, began = asyncio.get_running_loop(), -math.inf
        while True:
            await self._wake.wait()
            early_s = began + BATCH_EVERY_S - loop.time()
            if early_s > 0:
                await asyncio.sleep(early_s)
            began = loop.time()
            self._wake.clear()
            generation = self._group.generation
            taken = self._take()
            # What was dropped before it was begun never is; what is of another generation the group would refuse.
            self._flying = [each for each in taken if each.lane.generation == generation and not each.done.done()]
            self._fail([each for each in taken if each not in self._flying], DroppedError())
            if self._flying:
                await self._write(self._flying)
            self._flying = []

    async def _write(self, entries: Sequence[_Entry]) -> None:
        lane = entries[-1].lane
        member = GroupMember(self._settings.group_id, lane.generation, lane.member_id or "", self._settings.instance_id)
        offsets = {_place(each.lane.tp): self._offset(each.committed) for each in entries}
        writer = self._writers[self._turn]
        self._turn = (self._turn + 1) % len(self._writers)
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S):
                await writer.write([record for each in entries for record in each.records], member, offsets)
        except NotMemberError:
            self._recorder.count("commits_total", "aborted")
            self._fail(entries, DroppedError())
            return
        except Exception as error:  # noqa: BLE001 -- whatever it was, only a new generation makes certain what became of it
            # Going on would trust a request that timed out not to arrive later.
            self._recorder.count("commits_total", "uncertain")
            self._failure = error
            self._fail([*entries, *self._take()], self._uncertain())
            return
        self._recorder.count("commits_total", "ok")
        self._recorder.set("last_commit_timestamp_seconds", time.time())
        for each in entries:
            each.lane.done(each.committed)
            if not each.done.done():
                each.done.set_result(None)

    def _offset(self, committed: CommittedOffset) -> tuple[int, str]:
        marks = CommitMarks(committed.topic_id, committed.member_id, self._process, committed.history, committed.pended)
        return committed.offset, with_marks(committed.metadata, marks)


def _place(tp: TP) -> TopicPartition:
    return TopicPartition(tp.topic, tp.partition)
