"""Copies a memory to topics with another number of partitions, or under the next key, while no worker runs.

The next series of topics is made anew, so that whatever an interrupted copy left there is gone; the series in use is
only read. What was copied is restored as a worker does, and compared with what was there, before the group's offsets
name the new series, all in one request: until then workers of the new series refuse to start, from then on those of
the old one.

A person's claims keep their order, by places below those of everything that is judged from now on.
"""

import asyncio
import heapq
import itertools
import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from operator import attrgetter
from pathlib import Path
from typing import Final

from aiokafka import TopicPartition

from worker.history.key import KeyRotation, partition_of
from worker.history.rotation import renamed, renamed_waiting
from worker.history.store import HistoryRecord, SqliteHistory
from worker.kafka.connection import Client, open_admin, open_producer, open_reader
from worker.kafka.read import Record, partitions_of
from worker.kafka.topics import create_topics, partition_counts
from worker.settings import HistoryMode, Settings
from worker.stream.commit_marks import CommitMarks
from worker.stream.history.changelog import written
from worker.stream.history.errors import BrokenHistoryError, MemoryInUseError, OtherHistoryError
from worker.stream.history.offline import CommittedPart, MemoryDigest, OfflineMemory, digest_of, open_offline
from worker.stream.history.position import HistoryPosition

_IN_FLIGHT: Final = 2000
_PERSON_BYTES: Final = 16
_AGAIN_S: Final = 0.1
_DELETED_WITHIN_S: Final = 60.0
_RECEIVED: Final = attrgetter("received_on")

Say = Callable[[str], None]
"""Hears in a sentence what is under way."""


@dataclass(slots=True)
class CopiedMemory:
    """What a copy holds, or would.

    Attributes:
        series: The copy's number.
        before: In how many partitions it was.
        partitions: In how many it is.
        claims: Claims and decisions that are remembered, with their digest.
        pended: Claims and documents that wait for one another, with theirs.
        waiting: Messages on the topic of patients that nobody had judged.
    """

    series: int
    before: int
    partitions: int
    claims: MemoryDigest = field(default_factory=MemoryDigest)
    pended: MemoryDigest = field(default_factory=MemoryDigest)
    waiting: int = 0


def next_series(settings: Settings, *, has_pended: bool) -> Settings:
    """Return the settings of the workers of the copy."""
    more = {"late_documentation": True} if has_pended else {}
    return settings.model_copy(update={"history_series": settings.history_series + 1, **more})


@dataclass(frozen=True, slots=True)
class LoadedClaims:
    """Claims of a time before a memory began.

    Attributes:
        stores: What is kept of them, by the partition of their persons.
        since: The first day from which all are there.
        began: On which day the memory of each partition began when they were chosen; None of one that has not begun.
    """

    stores: Mapping[int, SqliteHistory]
    since: date
    began: Mapping[int, date | None]


async def beginnings(settings: Settings, fingerprint: str) -> dict[int, date | None]:
    """Return on which day the memory of each partition began; None of one that has not.

    Raises as `repartition`, without looking for a memory.
    """
    async with open_offline(settings) as memory:
        return _beginnings(memory, fingerprint)


def _beginnings(memory: OfflineMemory, fingerprint: str) -> dict[int, date | None]:
    memory.refuse_others(fingerprint)
    found = memory.positions()
    return {number: found[number].since if number in found else None for number in memory.logs}


async def look(settings: Settings, fingerprint: str, partitions: int | None) -> CopiedMemory:
    """Return how much there is to copy, by the numbers that are committed; raises as `repartition`."""
    async with open_offline(settings) as memory:
        partitions = partitions or memory.partitions
        _refuse(memory, fingerprint, partitions)
        waiting = await _count_waiting(memory)
        records = sum(each.records for each in memory.positions().values())
        pended = sum(each.records for each in memory.positions(of_pended=True).values())
    return CopiedMemory(
        settings.history_series + 1,
        placed_in(memory),
        partitions,
        MemoryDigest(records),
        MemoryDigest(pended),
        waiting,
    )


@dataclass(frozen=True, slots=True)
class NextKey:
    """The key under which a copy is made.

    Attributes:
        rotation: What names anew; None of the same key.
        fingerprint: That of the key.
    """

    rotation: KeyRotation | None
    fingerprint: str

    def renamed(self, record: HistoryRecord, *, of_pended: bool) -> HistoryRecord:
        """Return what is kept under this key."""
        if self.rotation is None:
            return record
        return renamed_waiting(record, self.rotation) if of_pended else renamed(record, self.rotation)

    def key_of(self, key: bytes | None) -> bytes | None:
        """Return the key of a message that nobody has judged."""
        return key if self.rotation is None or key is None or len(key) != _PERSON_BYTES else self.rotation.person(key)


async def repartition(  # noqa: PLR0913 - what a copy is made of, each named
    settings: Settings,
    fingerprint: str,
    partitions: int | None,
    *,
    next_key: NextKey | None = None,
    loaded: LoadedClaims | None = None,
    replication: int | None = None,
    say: Say,
) -> CopiedMemory:
    """Copy the memory to the next series of topics, in so many partitions.

    Args:
        settings: Those of the workers, which are stopped.
        fingerprint: That of their key.
        partitions: In how many partitions claims are judged from then on; as many as before when not given.
        next_key: That of the workers of the copy; the same when not given.
        loaded: What is remembered in the copy besides, of before the memory began.
        replication: Copies of each partition on brokers; as `claimscrub topics create` has it when not given.
        say: Hears what is under way.

    Raises:
        MemoryInUseError: Workers run, or in keyed mode a message waits that was placed among another number.
        OtherHistoryError: The memory is of another key or series, or there is none.
        BrokenHistoryError: The changelog does not lead to the committed position, or the copy is not what was there.
        HistoryStoreError, KafkaError: As named.
    """
    async with open_offline(settings) as memory:
        partitions = partitions or memory.partitions
        if loaded is None or memory.positions():
            _refuse(memory, fingerprint, partitions)
        if loaded is not None and placed_in(memory) != memory.partitions:
            raise OtherHistoryError(f"{settings.judged_topic} has grown: copy the memory to its partitions first")
        if loaded is not None and _beginnings(memory, fingerprint) != loaded.began:
            raise MemoryInUseError("a worker was at the memory meanwhile; nothing was changed, begin again")
        is_moved = next_key is not None or any(each.partitions != partitions for each in memory.positions().values())
        if is_moved and settings.history is HistoryMode.KEYED and await _count_waiting(memory):
            raise MemoryInUseError(
                f"{settings.judged_topic} has messages that nobody has judged: let the workers come to its end first, "
                "without senders"
            )
        target = next_series(settings, has_pended=bool(memory.positions(of_pended=True)))
        await _new_topics(target, partitions, replication)
        async with open_producer(settings) as producer:
            copy = _Copy(memory, target, partitions, next_key or NextKey(None, fingerprint), loaded, producer, say)
            done = await copy.run()
        await memory.refuse_change()
        await memory.commit(copy.parts())
    return done


def _refuse(memory: OfflineMemory, fingerprint: str, partitions: int) -> None:
    memory.refuse_others(fingerprint)
    topic, count = memory.settings.judged_topic, memory.partitions
    if not memory.positions():
        raise OtherHistoryError(
            f"group {memory.settings.group_id} has no memory on {topic} that could be copied; is CLAIMSCRUB_GROUP_ID "
            "that of the workers?"
        )
    if memory.settings.history is HistoryMode.KEYED and partitions != count:
        raise OtherHistoryError(
            f"senders place claims among the partitions of {topic}, which has {count}: bring it and the topics of "
            f"outcomes to {partitions} first"
        )
    counts = {each.partitions for each in memory.positions().values()}
    if len(counts) > 1 or (memory.settings.history is HistoryMode.ROUTED and counts != {count}):
        raise OtherHistoryError(f"{topic} has {count} partitions, and the memory was placed in {sorted(counts)}")


def placed_in(memory: OfflineMemory) -> int:
    """Return in how many partitions the claims of a memory were placed; senders may have more by now."""
    return next((each.partitions for each in memory.positions().values()), memory.partitions)


async def _count_waiting(memory: OfflineMemory) -> int:
    count = 0
    for number in memory.logs:
        async for _ in memory.waiting(number):
            count += 1
    return count


def topics_of_memory(settings: Settings) -> tuple[str, ...]:
    """Return the names of the topics of a memory in its series."""
    names = settings.topics
    return (*((names.by_patient,) if settings.history is HistoryMode.ROUTED else ()), names.history, names.pending)


async def delete_topics(settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    """Delete those topics that are there, wait until they are gone, and return their names. Raises `KafkaError`."""
    async with open_admin(settings) as admin:
        there = set(await admin.list_topics())
        found = tuple(name for name in names if name in there)
        if not found:
            return ()
        await admin.delete_topics(list(found))
        async with asyncio.timeout(_DELETED_WITHIN_S):
            while set(found) & set(await admin.list_topics()):  # noqa: ASYNC110 -- it is the broker that is waited for
                await asyncio.sleep(_AGAIN_S)
    return found


async def _new_topics(target: Settings, partitions: int, replication: int | None) -> None:
    """Make the topics of a series, empty, whatever an interrupted copy left there."""
    names = topics_of_memory(target)
    await delete_topics(target, names)
    await create_topics(target, replication=replication, partitions=partitions)
    wanted = [name for name in names if name in {each.name for each in target.topics_in_use}]
    counts = await partition_counts(target, wanted)
    async with open_reader(target) as reader:
        ends = await reader.end_offsets(await partitions_of(reader, wanted))
    if counts != dict.fromkeys(wanted, partitions) or any(ends.values()):
        raise BrokenHistoryError(f"{', '.join(wanted)}: the broker did not make them anew; begin again")


class _Copy:
    """One copy, from one number of partitions to another."""

    def __init__(  # noqa: PLR0913, PLR0917 - as `repartition`
        self,
        memory: OfflineMemory,
        target: Settings,
        partitions: int,
        key: NextKey,
        loaded: LoadedClaims | None,
        producer: Client,
        say: Say,
    ) -> None:
        self._memory, self._target, self._producer, self._say = memory, target, producer, say
        self._partitions, self._key, self._loaded = partitions, key, loaded
        # A key that names persons anew moves them anywhere.
        self._families = list(_families(placed_in(memory), partitions, is_moved=key.rotation is not None))
        # Every place that was given is below this, and every one that will be is 0 or above.
        self._shift = max(each.end for each in memory.logs.values())
        self._done = CopiedMemory(target.history_series, placed_in(memory), partitions)
        self._positions: dict[bool, dict[int, HistoryPosition]] = {False: {}, True: {}}

    async def run(self) -> CopiedMemory:
        """Copy all, and compare."""
        settings = self._memory.settings
        if settings.history is HistoryMode.ROUTED:
            self._done.waiting = await self._copy_waiting()
        with tempfile.TemporaryDirectory(prefix="repartition-", dir=_folder(settings)) as folder:
            for of_pended in (False, True):
                found = self._memory.positions(of_pended=of_pended)
                for family in self._families:
                    sources = {number: found[number] for number in family[0] if number in found}
                    if sources or (self._loaded is not None and not of_pended):
                        await self._copy(Path(folder), family, sources, of_pended=of_pended)
        return self._done

    async def _copy_waiting(self) -> int:
        """Copy what nobody has judged to the partitions where it is judged then, and return how much that is."""
        topic, count = self._target.topics.by_patient, 0
        sent: list[asyncio.Future[object]] = []
        for number in self._memory.logs:
            async for each in self._memory.waiting(number):
                sent.append(
                    await self._producer.send(
                        topic,
                        each.value,
                        key=(key := self._key.key_of(each.key)),
                        partition=_place_of(each, key, self._partitions),
                        timestamp_ms=each.timestamp_ms,
                        headers=list(each.headers),
                    )
                )
                count += 1
                sent = await _settle(sent)
        await asyncio.gather(*sent)
        async with open_reader(self._target) as reader:
            ends = await reader.end_offsets(await partitions_of(reader, [topic]))
        if sum(ends.values()) != count:
            raise BrokenHistoryError(f"{topic}: {sum(ends.values())} messages arrived of {count}; begin again")
        return count

    async def _copy(
        self,
        folder: Path,
        family: tuple[Sequence[int], Sequence[int]],
        sources: Mapping[int, HistoryPosition],
        *,
        of_pended: bool,
    ) -> None:
        """Copy partitions whose persons are all in some other ones then."""
        old, after = family
        names = (self._memory.settings.topics, self._target.topics)
        topic, new_topic = (each.pending if of_pended else each.history for each in names)
        self._say(f"{topic}, partitions {_listed(old)}: to {new_topic}, partitions {_listed(after)}")
        loaded = None if of_pended else self._loaded
        before = {number: MemoryDigest() for number in after}
        with ExitStack() as stack:
            kept: list[Iterator[HistoryRecord]] = []
            for number in old:
                if loaded is not None and number in loaded.stores:
                    kept.append(loaded.stores[number].every(by_day=True))
                if number in sources:
                    file = folder / f"{topic}-{number}"
                    store = await self._memory.restored(topic, number, sources[number], file)
                    stack.callback(_remove, store, file)
                    kept.append(_before(store, self._memory.logs[number].next_offset))
            records = self._in_new_places(kept, before, of_pended=of_pended)
            counts = await self._write(new_topic, records)
        since = max((each.since for each in sources.values()), default=date.max) if loaded is None else loaded.since
        for number in after:
            position = HistoryPosition(
                counts[number], self._key.fingerprint, self._partitions, since, 0, self._target.history_series
            )
            await self._compare(folder, TopicPartition(new_topic, number), position, before[number])
            self._positions[of_pended][number] = position
            (self._done.pended if of_pended else self._done.claims).add_all(before[number])

    def _in_new_places(
        self, kept: Sequence[Iterator[HistoryRecord]], digests: Mapping[int, MemoryDigest], *, of_pended: bool
    ) -> Iterator[tuple[int, HistoryRecord]]:
        """Yield what is kept with its new partition, the oldest first as far as partitions have it so."""
        for each in heapq.merge(*kept, key=_RECEIVED):
            record = self._key.renamed(each, of_pended=of_pended)
            number = partition_of(record.person, self._partitions)
            if number not in digests:
                raise BrokenHistoryError(
                    f"a person of a partition among {placed_in(self._memory)} would be in partition {number} of "
                    f"{self._partitions}, where none of it can be"
                )
            moved = record._replace(place=record.place - self._shift)
            digests[number].add(moved)
            yield number, moved

    async def _write(self, topic: str, records: Iterable[tuple[int, HistoryRecord]]) -> dict[int, int]:
        """Send records, numbered in each partition, and a mark behind them; return how many each partition has."""
        counts: dict[int, int] = defaultdict(int)
        sent: list[asyncio.Future[object]] = []
        for number, record in records:
            sent.append(await self._send(topic, number, counts[number], record))
            counts[number] += 1
            sent = await _settle(sent)
        for number in list(counts):
            # As in life: the last number must stay, whatever the topic deletes.
            sent.append(await self._send(topic, number, counts[number], None))
            counts[number] += 1
        await asyncio.gather(*sent)
        return counts

    async def _send(self, topic: str, number: int, after: int, record: HistoryRecord | None) -> asyncio.Future[object]:
        (made,) = written(topic, number, after, [record])
        # The topic deletes by the time of a record, which must not begin anew with each copy.
        moment = None if record is None else _milliseconds(record.received_on)
        future: asyncio.Future[object] = await self._producer.send(
            topic, made.value, key=made.key, partition=number, timestamp_ms=moment, headers=list(made.headers)
        )
        return future

    async def _compare(
        self, folder: Path, place: TopicPartition, position: HistoryPosition, before: MemoryDigest
    ) -> None:
        file = folder / f"{place.topic}-{place.partition}"
        store = await self._memory.restored(place.topic, place.partition, position, file)
        try:
            after = digest_of(store.every())
        finally:
            _remove(store, file)
        if after != before:
            raise BrokenHistoryError(
                f"{place.topic}, partition {place.partition}: {after.records} records with digest {after.hex()} are "
                f"there, and {before.records} with {before.hex()} were copied; nothing was changed, begin again"
            )

    def parts(self) -> dict[TopicPartition, CommittedPart]:
        """Return what is committed at once: the new positions, and what keeps workers of the old series out."""
        settings, memory = self._memory.settings, self._memory
        found: dict[TopicPartition, CommittedPart] = {}
        for number, part in memory.committed.items():
            found[TopicPartition(settings.judged_topic, number)] = part.moved_to(self._target.history_series)
        for number in range(self._partitions):
            place = TopicPartition(self._target.judged_topic, number)
            marks = CommitMarks(history=self._positions[False].get(number), pended=self._positions[True].get(number))
            known = memory.committed.get(number)
            if settings.history is HistoryMode.ROUTED:
                found[place] = CommittedPart(0, "", marks)
            elif known is None:
                found[place] = CommittedPart(memory.logs[number].next_offset, "", marks)
            else:
                found[place] = known._replace(marks=replace(marks, topic_id=known.marks.topic_id))
        return found


def _before(store: SqliteHistory, next_offset: int) -> Iterator[HistoryRecord]:
    """Yield what is kept of messages that are done with.

    Under at-least-once a worker that died may have written more, of messages that are judged again in their order:
    they must not see one another as earlier ones.
    """
    return (each for each in store.every() if each.place < next_offset)


def _folder(settings: Settings) -> Path | None:
    folder = settings.history_dir
    return folder if folder is not None and folder.is_dir() else None


def _families(before: int, after: int, *, is_moved: bool = False) -> Iterator[tuple[list[int], list[int]]]:
    """Yield partitions, and those in which their persons are afterwards: what is equal by the common divisor.

    Persons who are moved by another key may be anywhere.
    """
    divisor = 1 if is_moved else math.gcd(before, after)
    for rest in range(divisor):
        yield list(range(rest, before, divisor)), list(range(rest, after, divisor))


def _place_of(message: Record, key: bytes | None, partitions: int) -> int:
    """Return where a message of the topic of patients belongs: its key is a person, or of one that names none."""
    is_placed = key is not None and len(key) == _PERSON_BYTES
    return partition_of(key, partitions) if key is not None and is_placed else message.partition % partitions


async def _settle(sent: list[asyncio.Future[object]]) -> list[asyncio.Future[object]]:
    """Wait for what was sent once that is much; return what is still to be waited for."""
    if len(sent) < _IN_FLIGHT:
        return sent
    await asyncio.gather(*sent)
    return []


def _remove(store: SqliteHistory, file: Path) -> None:
    store.close()
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        each.unlink(missing_ok=True)


def _milliseconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _listed(numbers: Iterable[int]) -> str:
    first = list(itertools.islice(numbers, 9))
    return ", ".join(map(str, first[:8])) + (", …" if len(first) > 8 else "")  # noqa: PLR2004 - a line of text
