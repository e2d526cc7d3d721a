"""One lane for each claim partition that is ours: who may write for it, and which offset comes next.

Duplicates arise where a partition changes hands, so a lane opens in a fixed order:

1. the committer begins the generation, which ends what this process may have left open;
2. then the group's committed offset is read from the broker, once no open transaction is about to change it;
3. from then on only that offset and what follows it is taken.

Faust may hand over records that were fetched before (below the offset: already done), records of
an earlier generation, and, after a race of its seeks, records from further on (above the offset:
taking them would skip what lies between). Only the record that comes next is ever taken.

What a consumer fetches in a row skips nothing but holes, which every transaction of a sender leaves.
So the log is looked into for a hole only where the consumer was put elsewhere since the last look.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from aiokafka.errors import KafkaError
from faust.types import TP

from worker.observe.recorder import Recorder
from worker.stream.history.lane_history import LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.suspects import without_the_last_crash

_SEEK_AGAIN_AFTER_S = 1.0
_END_WATCH_S = 0.5
_LOOKS_AT_END = 3
_LOOK_AGAIN_AFTER_S = 1.0
_TAKE_BACK_S = 5.0
REVOKE_WAIT_S = 5.0
"""How long a partition that goes away waits for its batch; longer would cost the group its time."""


class HasOffset(Protocol):
    """A message with its offset."""

    @property
    def offset(self) -> int:
        """Return the offset in its partition."""
        ...


Message = TypeVar("Message", bound=HasOffset)


@dataclass(slots=True, eq=False)
class Lane:
    """One assigned partition in one generation of the group."""

    tp: TP
    generation: int
    next_offset: int = 0
    """The offset to take next; what lies before it is durable, or has been handed over to become so."""
    done_offset: int = 0
    """The offset up to which everything is durable."""
    metadata: str = ""
    """What is committed with the offset up to which all is durable; see `worker.stream.crash_record`."""
    is_watched: bool = False
    """Whether the suspects in the metadata are those that this lane named itself."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    revoked: asyncio.Event = field(default_factory=asyncio.Event)
    last: "asyncio.Future[None] | None" = None
    """What was handed over last to become durable."""
    is_broken: bool = False
    """Whether something that was handed over did not become durable: what follows it must not either."""
    sought_at: float | None = None
    jumps: int | None = None
    """How often the consumer had been put elsewhere when a hole was last looked into; None before the first look."""
    topic_id: str | None = None
    """The id of the topic that the offsets are of; None when the broker has no ids."""
    member_id: str | None = None
    """The member of the group that opened it."""
    history: LaneHistory | None = None
    """What is known of earlier claims; None when they are not remembered."""
    pended: LaneHistory | None = None
    """What waits for documentation; None when nothing is waited for."""
    pended_left: HistoryPosition | None = None
    """What is committed of that where this worker does not wait: it stays for when one does again."""
    oldest_s: float | None = None
    """When the oldest message without an outcome was sent, in seconds since 1970; none while none waits."""

    @property
    def is_flying(self) -> bool:
        """Whether something that was handed over is not durable yet."""
        return self.last is not None and not self.last.done()

    async def landed(self) -> None:
        """Wait until nothing that was handed over is on its way, whatever became of it."""
        while self.last is not None and not self.last.done():
            await asyncio.wait((self.last,))

    def done(self, committed: "CommittedOffset") -> None:
        """Note what is durable."""
        self.done_offset, self.metadata = committed.offset, committed.metadata

    def failed(self) -> None:
        """Note that something did not become durable; without harm where nothing was handed on behind it."""
        self.is_broken = self.is_broken or self.next_offset > self.done_offset

    def begin_at(self, offset: int, metadata: str = "") -> None:
        """Begin at an offset, before which everything is durable."""
        self.next_offset = self.done_offset = offset
        self.metadata = metadata

    def committing(self, offset: int, metadata: str) -> "CommittedOffset":
        """Return what to commit, with whose it is; what a dead worker left stays without a living one's name."""
        is_of_the_dead = metadata == self.metadata and not self.is_watched
        member_id = None if is_of_the_dead else self.member_id
        return CommittedOffset(
            offset,
            metadata,
            self.topic_id,
            member_id,
            _position_of(self.history),
            self.pended_left if self.pended is None else _position_of(self.pended),
        )

    @property
    def memories(self) -> tuple[LaneHistory, ...]:
        """Return what is known beside the messages."""
        return tuple(each for each in (self.history, self.pended) if each is not None)


def _position_of(memory: LaneHistory | None) -> HistoryPosition | None:
    return memory.position if memory is not None and memory.has_begun else None


@dataclass(frozen=True, slots=True)
class CommittedOffset:
    """What the group has committed for a partition."""

    offset: int
    metadata: str = ""
    topic_id: str | None = None
    """The id of the topic that the offset is of, as `Lane.topic_id`."""
    member_id: str | None = None
    """The member of the group that committed it; none in what no worker of today wrote."""
    history: HistoryPosition | None = None
    """How much of the changelog belongs to the offset; None when claims are not remembered."""
    pended: HistoryPosition | None = None
    """The same of what waits for documentation; None when nothing does."""


class LaneGroup(Protocol):
    """What lanes ask of the consumer group."""

    @property
    def generation(self) -> int:
        """Return the generation in force."""
        ...

    async def beginnings(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the first offset that the broker still has of each partition."""
        ...

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset after the last record of each partition."""
        ...

    async def topic_id(self, topic: str) -> str | None:
        """Return the id of a topic; None when the broker has no ids."""
        ...

    @property
    def member_id(self) -> str | None:
        """Return the id of this worker in the group."""
        ...

    async def seek(self, tp: TP, offset: int) -> None:
        """Fetch from an offset on."""
        ...

    def jumps(self, tp: TP) -> int | None:
        """Return how often the consumer was put elsewhere in a partition, by whomever; None when that is not known."""
        ...


class LaneHistories(Protocol):
    """What lanes ask of the memories of earlier claims."""

    def is_for(self, tp: TP) -> bool:
        """Return whether the claims of a partition are remembered."""
        ...

    def changelog_of(self, tp: TP) -> TP:
        """Return the partition from which the memory of a partition is restored."""
        ...

    def pended_changelog_of(self, tp: TP) -> TP | None:
        """Return the one from which is restored what waits for documentation; None when nothing does."""
        ...

    async def open_pended(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Open what waits for documentation in a partition, as `open`."""
        ...

    async def open(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Open the memory of a partition as it is committed, or begin one behind the end of the changelog."""
        ...

    async def close(self, history: LaneHistory) -> None:
        """Close the memory of a partition."""
        ...


class LaneDelivery(Protocol):
    """What lanes ask of the committer."""

    async def begin(self) -> None:
        """Begin a generation, with nothing of the one before."""
        ...

    async def settled(self, tp: TP) -> CommittedOffset | None:
        """Return what the group has committed, once no transaction is about to change it."""
        ...

    async def members(self) -> frozenset[str]:
        """Return the ids of the members that the group has."""
        ...

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit the lane's offset as it is with other metadata, or raise."""
        ...

    async def renew(self) -> None:
        """End what may still be under way, so that what is read next is certain."""
        ...

    def drop(self, lane: Lane) -> None:
        """Wait no longer for what a lane handed over."""
        ...


@dataclass(frozen=True, slots=True)
class _LogBounds:
    """What the logs of partitions were like when a generation began."""

    topic_ids: dict[str, str | None]
    beginnings: dict[TP, int]
    ends: dict[TP, int]


FirstOffset = Callable[[TP, int], Awaitable[int | None]]
"""Answers the first offset at or after one that holds a record; see `first_offset`."""


class LogNews(Protocol):
    """Hears what happened to the log of a partition behind the back of the worker."""

    def expired(self, tp: TP, first: int, end: int) -> None:
        """Hear of offsets that the broker deleted unread: the first one, and the one after the last."""
        ...

    def replaced(self, tp: TP, offset: int, beginning: int, end: int) -> None:
        """Hear that the committed offset is of another log than this one, which is read from its beginning."""
        ...


class Lanes:
    """The lanes of all partitions that are ours."""

    def __init__(
        self,
        group: LaneGroup,
        delivery: LaneDelivery,
        recorder: Recorder,
        first_offset: FirstOffset,
        news: LogNews,
    ) -> None:
        self.histories: LaneHistories | None = None
        """What remembers earlier claims; none unless they are wanted."""
        self._group = group
        self._delivery = delivery
        self._recorder = recorder
        self._first_offset = first_offset
        self._news = news
        self._generation: int | None = None
        self._opening: dict[TP, tuple[int, asyncio.Task[Lane]]] = {}
        self._beginning: asyncio.Task[_LogBounds] | None = None
        self._last: dict[TP, Lane] = {}

    def open_lanes(self) -> tuple[Lane, ...]:
        """Return the lanes that are open."""
        return tuple(
            task.result()
            for _, task in self._opening.values()
            if task.done() and not task.cancelled() and task.exception() is None
        )

    async def lane(self, tp: TP, generation: int) -> Lane | None:
        """Return the lane of a partition, once it is open; None when the generation is over."""
        if generation != self._generation or generation != self._group.generation:
            return None
        opening = self._opening.get(tp)
        if opening is None:
            return None
        try:
            lane = await asyncio.shield(opening[1])
        except asyncio.CancelledError:
            if opening[1].cancelled():
                return None
            raise
        return None if lane.revoked.is_set() or generation != self._group.generation else lane

    async def _begin(self, tps: Sequence[TP]) -> _LogBounds:
        """Begin a generation, and ask about all partitions at once: each question waits while Faust is fetching."""
        await self._delivery.begin()
        topics = sorted({tp.topic for tp in tps})
        ids = await asyncio.gather(*(self._group.topic_id(topic) for topic in topics))
        beginnings, ends = await asyncio.gather(self._group.beginnings(tps), self._group.ends(tps))
        return _LogBounds(dict(zip(topics, ids, strict=True)), beginnings, ends)

    async def _open(self, tp: TP, generation: int, beginning: "asyncio.Task[_LogBounds]") -> Lane:
        lane = Lane(tp, generation)
        logs = await asyncio.shield(beginning)
        lane.topic_id, lane.member_id = logs.topic_ids[tp.topic], self._group.member_id
        committed = await self._delivery.settled(tp) or self._forgotten(lane)
        if committed is None:
            await self._open_history(lane, None)
            lane.begin_at(logs.beginnings[tp])
        elif await self._is_of_another_log(lane, committed, logs.ends[tp]):
            # Places in the other log order nothing in this one.
            await self._open_history(lane, None)
            await self._start_over(lane, committed)
        else:
            await self._open_history(lane, committed)
            lane.begin_at(committed.offset, await self._left_by_the_dead(committed))
            await self._pass_expired(lane, logs.beginnings[tp])
        self._last[tp] = lane
        return lane

    async def _open_history(self, lane: Lane, committed: CommittedOffset | None) -> None:
        histories = self.histories
        if histories is None or not histories.is_for(lane.tp):
            return
        position = None if committed is None else committed.history
        end = await self._end_unless(position, histories.changelog_of(lane.tp))
        lane.history = await histories.open(lane.tp, position, end)
        place = histories.pended_changelog_of(lane.tp)
        position = None if committed is None else committed.pended
        if place is None:
            lane.pended_left = position
            return
        try:
            lane.pended = await histories.open_pended(lane.tp, position, await self._end_unless(position, place))
        except BaseException:
            await self._close_memories(lane)
            raise

    async def _close_memories(self, lane: Lane) -> None:
        if self.histories is not None:
            for memory in lane.memories:
                await self.histories.close(memory)

    async def _end_unless(self, committed: HistoryPosition | None, place: TP) -> int:
        """Return where a changelog ends if a memory begins there."""
        return (await self._group.ends([place]))[place] if committed is None else 0

    def _forgotten(self, lane: Lane) -> CommittedOffset | None:
        """Return what this worker did of a topic that is gone, where the broker forgot the offset with the topic."""
        last = self._last.get(lane.tp)
        if last is None or None in {last.topic_id, lane.topic_id} or last.topic_id == lane.topic_id:
            return None
        return last.committing(last.done_offset, "")

    async def _is_of_another_log(self, lane: Lane, committed: CommittedOffset, end: int) -> bool:
        """Return whether an offset cannot be of this log: its topic was another one, or the log ends before it."""
        if None not in {committed.topic_id, lane.topic_id} and committed.topic_id != lane.topic_id:
            return True
        if committed.offset <= end:
            return False
        for _ in range(_LOOKS_AT_END):
            # The log has grown since, or a leader that has just been elected may not know yet how far readers came.
            if committed.offset <= (await self._group.ends([lane.tp]))[lane.tp]:
                return False
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
        return True

    async def _left_by_the_dead(self, committed: CommittedOffset) -> str:
        """Return what is committed beside the offset, less a crash that was none: who committed it is still a member.

        A worker that cannot take a name back before its partition goes is slow, or its broker is; it did not die of a
        message. Kafka gives the partitions of a dead one away only after it has left the group.
        """
        without = without_the_last_crash(committed.metadata)
        if committed.member_id is None or without == committed.metadata:
            return committed.metadata
        try:
            is_member = committed.member_id in await self._delivery.members()
        except (KafkaError, TimeoutError):
            is_member = False
        return without if is_member else committed.metadata

    async def _start_over(self, lane: Lane, committed: CommittedOffset) -> None:
        """Go to the beginning of a log that nobody has read: what is in it must not pass for done."""
        lane.begin_at((await self._group.beginnings([lane.tp]))[lane.tp])
        end = (await self._group.ends([lane.tp]))[lane.tp]
        # CommittedOffset first: this must not be reported, and not be done, by the next owner once more.
        await self._delivery.note(lane, lane.metadata)
        self._news.replaced(lane.tp, committed.offset, lane.next_offset, end)

    async def pass_expired(self, lane: Lane) -> None:
        """Go to the first offset that the broker still has, and report those that it deleted unread.

        The caller holds the lock, and nothing of the lane is on its way.
        """
        await self._pass_expired(lane, (await self._group.beginnings([lane.tp]))[lane.tp])

    async def _pass_expired(self, lane: Lane, beginning: int) -> None:
        first = lane.next_offset
        if beginning <= first:
            return
        self._news.expired(lane.tp, first, beginning)
        lane.begin_at(beginning, lane.metadata)
        # CommittedOffset at once: whoever opens the lane next would report them again.
        await self._delivery.note(lane, lane.metadata)

    async def admit(self, lane: Lane, messages: Sequence[Message]) -> list[Message]:
        """Return those messages that come next, in order without a gap; the caller holds the lock."""
        admitted: list[Message] = []
        expected = lane.next_offset
        for index, message in enumerate(messages):
            if message.offset < expected:
                self._recorder.count("claims_dropped_total", "already-done")
                continue
            if message.offset > expected and not await self._is_next(lane, expected, message.offset):
                self._recorder.count("claims_dropped_total", "gap", amount=len(messages) - index)
                break
            lane.sought_at = None
            admitted.append(message)
            expected = message.offset + 1
        return admitted

    async def _is_next(self, lane: Lane, expected: int, offset: int) -> bool:
        """Return whether nothing lies between; control records, retention and compaction leave such holes.

        They lie amid what was fetched in a row. Otherwise let the consumer read again from there. Records on their way
        can undo that, so the seek is repeated for as long as such records come.
        """
        jumps = self._group.jumps(lane.tp)
        if jumps is not None and jumps == lane.jumps:
            return True
        first = await self._first_offset(lane.tp, expected)
        if first != offset and (beginning := (await self._group.beginnings([lane.tp]))[lane.tp]) > expected:
            # What was there at an earlier look has expired since.
            self._news.expired(lane.tp, expected, beginning)
            first = await self._first_offset(lane.tp, beginning)
        if first == offset:
            lane.jumps = jumps
            return True
        moment = asyncio.get_running_loop().time()
        if lane.sought_at is None or moment - lane.sought_at >= _SEEK_AGAIN_AFTER_S:
            lane.sought_at = moment
            await self._group.seek(lane.tp, expected)
        return False

    async def assign(self, tps: Sequence[TP], generation: int) -> None:
        """Open the lanes of newly assigned partitions at once.

        A partition without new claims may still have a transaction open from an owner that died;
        readers of committed outcomes wait for it to end.
        """
        self._generation = generation
        self._beginning = beginning = asyncio.create_task(self._begin(tps))
        for tp in tps:
            self._opening[tp] = (generation, asyncio.create_task(self._open(tp, generation, beginning)))
        try:
            await asyncio.gather(*(self.lane(tp, generation) for tp in tps))
        finally:
            # Without partitions nobody else has asked what became of it.
            await asyncio.wait((beginning,))
            if not beginning.cancelled():
                beginning.exception()

    async def revoke(self, wait_s: float = REVOKE_WAIT_S) -> bool:
        """Close every lane: wait for what is on its way, or else drop it; return whether all was done."""
        # The generation's number stays in force until the group has shared out again: a lane opened
        # in between would be of nobody.
        self._generation = None
        openings = list(self._opening.values())
        self._opening.clear()
        if self._beginning is not None:
            self._beginning.cancel()
        done = await asyncio.gather(*(self._close(task, wait_s) for _, task in openings))
        return all(done)

    async def _close(self, opening: asyncio.Task[Lane], wait_s: float) -> bool:
        if not opening.done():
            opening.cancel()
        try:
            lane = await opening
        except (asyncio.CancelledError, Exception):  # noqa: BLE001 -- who waited for the lane has the error
            return True
        lane.revoked.set()
        for name in ("consumer_lag_records", "consumer_lag_seconds"):
            self._recorder.forget(name, lane.tp.topic, str(lane.tp.partition))
        is_done = True
        try:
            async with asyncio.timeout(wait_s), lane.lock:
                await lane.landed()
                await self._end_watch(lane)
        except TimeoutError:
            is_done = False
            if not lane.is_flying:
                # It still scrubs, slowly, and will deliver nothing: no worker died here.
                await self._note(lane, "" if lane.is_watched else lane.metadata)
        self._delivery.drop(lane)
        await self._close_memories(lane)
        return is_done

    async def _end_watch(self, lane: Lane) -> None:
        """Say that no worker died here; what an earlier worker left is there already."""
        if lane.is_watched:
            await self._note(lane, "")

    async def _note(self, lane: Lane, metadata: str) -> None:
        """Commit what is true of the lane; if that fails, its next owner is careful for nothing."""
        if not lane.metadata:
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_END_WATCH_S):
                await self._delivery.note(lane, metadata)

    async def take_back(self, lane: Lane) -> None:
        """Take back the name of what was being tried, after a delivery that failed; if that fails too, it stays.

        A new epoch ends the transaction in doubt. If it was committed after all, so was what is to be committed
        with it, and the offset must not go back.
        """
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_TAKE_BACK_S):
                await self._delivery.renew()
                committed = await self._delivery.settled(lane.tp)
                is_ours = not lane.revoked.is_set() and lane.generation == self._group.generation
                if is_ours and committed is not None and committed.offset == lane.next_offset:
                    await self._delivery.note(lane, lane.metadata)
