"""A memory while no worker runs: where it is committed, what is in it, and where it is committed anew.

A group without members has nobody who writes. The broker refuses offsets of a program outside the group while the
group has a member, so that what is committed here is committed by the only one that is there, or not at all.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from aiokafka import TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import UnknownMemberIdError
from aiokafka.protocol.commit import OffsetCommitRequest

from schemas.topics import FIRST_SERIES
from worker.history.store import HistoryRecord, SqliteHistory
from worker.kafka.connection import Client, open_admin, open_raw_reader, open_reader
from worker.kafka.coordinators import Coordinators, open_coordinators, partition_codes
from worker.kafka.read import Record, partitions_of, read
from worker.settings import DeliveryGuarantee, HistoryMode, Settings
from worker.stream.commit_marks import CommitMarks, split_marks, with_marks
from worker.stream.history.errors import MemoryInUseError, OtherHistoryError
from worker.stream.history.position import HistoryPosition
from worker.stream.history.restore import Restoring

_ANSWER_S: Final = 60.0
_UNSTABLE_PAUSE_S: Final = 0.02
_OPEN_PAUSE_S: Final = 0.5
_NO_GENERATION: Final = -1
_NO_RETENTION: Final = -1
_DIGEST_BITS: Final = 256


class CommittedPart(NamedTuple):
    """What the group has committed for a partition in which claims are judged."""

    offset: int
    metadata: str
    marks: CommitMarks

    def moved_to(self, series: int) -> "CommittedPart":
        """Return what keeps workers of this series out: the same, in another series."""
        history, pended = (
            None if each is None else replace(each, series=series) for each in (self.marks.history, self.marks.pended)
        )
        return self._replace(marks=replace(self.marks, history=history, pended=pended))


class JudgedLog(NamedTuple):
    """A partition in which claims are judged: from where it is read next, and where it ends."""

    next_offset: int
    end: int


@dataclass(frozen=True, slots=True)
class OfflineMemory:
    """The memory of a group that has no worker.

    Attributes:
        settings: Those of its workers.
        committed: What is committed for each partition in which claims are judged, without those of which nothing is.
        logs: All these partitions.
    """

    settings: Settings
    committed: Mapping[int, CommittedPart]
    logs: Mapping[int, JudgedLog]
    _coordinators: Coordinators
    _reader: Client

    @property
    def partitions(self) -> int:
        """Return in how many partitions claims are judged."""
        return len(self.logs)

    def positions(self, *, of_pended: bool = False) -> dict[int, HistoryPosition]:
        """Return how far the memory of each partition is, of those that have begun."""
        found = {
            place: each.marks.pended if of_pended else each.marks.history for place, each in self.committed.items()
        }
        return {place: each for place, each in found.items() if each is not None}

    def refuse_others(self, fingerprint: str) -> None:
        """Refuse a memory of another key or series. Raises `OtherHistoryError`."""
        for position in (*self.positions().values(), *self.positions(of_pended=True).values()):
            if position.series != self.settings.history_series:
                raise OtherHistoryError(
                    f"the memory is in series {position.series} of its topics already; set "
                    f"CLAIMSCRUB_HISTORY_SERIES={position.series}"
                )
            if position.key != fingerprint:
                raise OtherHistoryError(
                    f"the memory was written under key {position.key}, and CLAIMSCRUB_HISTORY_KEY_FILE holds "
                    f"{fingerprint}; use the key file of the workers"
                )

    async def waiting(self, partition: int) -> AsyncIterator[Record]:
        """Yield the messages of a partition that nobody has judged yet."""
        place, log = TopicPartition(self.settings.judged_topic, partition), self.logs[partition]
        self._reader.assign([place])
        self._reader.seek(place, log.next_offset)
        while await self._reader.position(place) < log.end:
            found = await self._reader.getmany(place, timeout_ms=200)
            for each in found.get(place, ()):
                yield read(each)

    async def restored(self, topic: str, partition: int, position: HistoryPosition, file: Path) -> SqliteHistory:
        """Return a store with what a partition of a changelog holds, as a worker restores it.

        Raises `BrokenHistoryError`, `HistoryStoreError`.
        """
        place = TopicPartition(topic, partition)
        store = SqliteHistory(file, key=position.key, since=date.min, is_rebuildable=True)
        try:
            await partitions_of(self._reader, [topic])
            self._reader.assign([place])
            beginning = (await self._reader.beginning_offsets([place]))[place]
            self._reader.seek(place, max(beginning, position.begin))
            store.begin_filling()
            restoring = Restoring(self._reader, place, store, _at_once, lambda _: None)
            if self.settings.delivery is DeliveryGuarantee.EXACTLY_ONCE:
                await restoring.until(position.records)
            else:
                await restoring.to_the_end()
            store.end_filling()
        except BaseException:
            store.close()
            raise
        return store

    async def refuse_change(self) -> None:
        """Refuse to go on where a worker has been at the memory since. Raises `MemoryInUseError`."""
        await _refuse_members(self._coordinators, self.settings.group_id)
        committed = await _committed(self._coordinators, self.settings, len(self.logs))
        if committed != self.committed or await _logs(self.settings, self._reader, committed) != self.logs:
            raise MemoryInUseError("a worker was at the memory meanwhile; nothing was changed, begin again")

    async def commit(self, parts: Mapping[TopicPartition, CommittedPart]) -> None:
        """Commit all of it at once, or nothing. Raises `MemoryInUseError`, `KafkaError`."""
        by_topic: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for place, part in parts.items():
            by_topic[place.topic].append((place.partition, part.offset, with_marks(part.metadata, part.marks)))
        group = self.settings.group_id
        request = OffsetCommitRequest(group, _NO_GENERATION, "", _NO_RETENTION, list(by_topic.items()))
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._coordinators.ask(CoordinationType.GROUP, group, request, partition_codes)
        except UnknownMemberIdError:
            raise MemoryInUseError("a worker has started; nothing was changed, begin again") from None


async def _at_once(work: Callable[[], None]) -> None:
    work()


async def _refuse_members(coordinators: Coordinators, group: str) -> None:
    async with asyncio.timeout(_ANSWER_S):
        members = await coordinators.members(group)
    if members.clients:
        raise MemoryInUseError(
            f"group {group} has {len(members.clients)} members: stop every worker first; one that was killed, or has a "
            "fixed CLAIMSCRUB_INSTANCE_ID, leaves the group after CLAIMSCRUB_SESSION_TIMEOUT_S"
        )


async def _committed(coordinators: Coordinators, settings: Settings, partitions: int) -> dict[int, CommittedPart]:
    """Return what is committed, once no transaction of a worker that died is about to change it."""
    places = [TopicPartition(settings.judged_topic, number) for number in range(partitions)]
    is_stable = settings.delivery is DeliveryGuarantee.EXACTLY_ONCE
    async with asyncio.timeout(_ANSWER_S + settings.transaction_timeout_s):
        while True:
            found = await coordinators.offsets(settings.group_id, places, is_stable=is_stable)
            settled = {place.partition: each for place, each in found.items() if each is not None}
            if len(settled) == len(places):
                break
            await asyncio.sleep(_UNSTABLE_PAUSE_S)
    return {
        number: CommittedPart(each.offset, *split_marks(each.metadata))
        for number, each in settled.items()
        if each.offset >= 0
    }


async def _logs(settings: Settings, reader: Client, committed: Mapping[int, CommittedPart]) -> dict[int, JudgedLog]:
    """Return the partitions in which claims are judged, once no transaction on them is open any more.

    What is behind an open one is not to be read yet, and would stay behind.
    """
    places = await partitions_of(reader, [settings.judged_topic])
    first = await reader.beginning_offsets(places)
    async with open_raw_reader(settings) as raw, asyncio.timeout(_ANSWER_S + settings.transaction_timeout_s):
        await partitions_of(raw, [settings.judged_topic])
        while (ends := await reader.end_offsets(places)) != await raw.end_offsets(places):  # noqa: ASYNC110 -- it is the broker that is waited for
            await asyncio.sleep(_OPEN_PAUSE_S)
    logs = {}
    for place in places:
        part = committed.get(place.partition)
        begin = first[place] if part is None else max(part.offset, first[place])
        logs[place.partition] = JudgedLog(begin, max(begin, ends[place]))
    return logs


@asynccontextmanager
async def open_offline(settings: Settings) -> AsyncIterator[OfflineMemory]:
    """Open the memory of a group without workers for the length of a block.

    Raises `MemoryInUseError`, `KafkaError`.
    """
    async with open_coordinators(settings) as coordinators, open_reader(settings) as reader:
        await _refuse_members(coordinators, settings.group_id)
        partitions = len(await partitions_of(reader, [settings.judged_topic]))
        committed = await _committed(coordinators, settings, partitions)
        logs = await _logs(settings, reader, committed)
        yield OfflineMemory(settings, committed, logs, coordinators, reader)


@dataclass(slots=True)
class MemoryDigest:
    """How many records there are and a sum over them, the same in whatever order they are added."""

    records: int = 0
    total: int = 0

    def add(self, record: HistoryRecord) -> None:
        """Count a record that is kept."""
        head = b"%d/%d/" % (record.place, record.received_on.toordinal())
        found = sha256(record.person + record.claim + head + (record.entry or b"")).digest()
        self.records += 1
        self.total = (self.total + int.from_bytes(found, "big")) % (1 << _DIGEST_BITS)

    def add_all(self, other: "MemoryDigest") -> None:
        """Count all that another one has counted."""
        self.records += other.records
        self.total = (self.total + other.total) % (1 << _DIGEST_BITS)

    def hex(self) -> str:
        """Return the sum as 64 hexadecimal digits."""
        return f"{self.total:064x}"


def digest_of(records: Iterator[HistoryRecord] | Sequence[HistoryRecord]) -> MemoryDigest:
    """Return the digest of records."""
    found = MemoryDigest()
    for each in records:
        found.add(each)
    return found


async def refuse_uncopied(settings: Settings) -> None:
    """Refuse a series of topics of patients that no copy was ever committed for; a memory would begin anew unseen.

    Raises `OtherHistoryError`, `KafkaError`.
    """
    if settings.history_series == FIRST_SERIES or settings.history is not HistoryMode.ROUTED:
        # Where senders place claims, the position beside each offset names the series.
        return
    async with open_admin(settings) as admin:
        offsets = await admin.list_consumer_group_offsets(settings.group_id)
    if not any(place.topic == settings.judged_topic and each.offset >= 0 for place, each in offsets.items()):
        raise OtherHistoryError(
            f"CLAIMSCRUB_HISTORY_SERIES={settings.history_series}: group {settings.group_id} has no memory there; "
            f"`claimscrub history repartition` with CLAIMSCRUB_HISTORY_SERIES={settings.history_series - 1} copies it"
        )
