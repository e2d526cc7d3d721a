"""Lanes: the order in which a partition changes hands, and which message comes next."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import pytest
from faust.types import TP

from tests.stream.stores import store_in_memory
from worker.history.store import SqliteHistory
from worker.observe.recorder import Recorder
from worker.stream import lanes as lanes_module
from worker.stream.history.lane_history import LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.lanes import CommittedOffset, Lane, Lanes
from worker.stream.suspects import SuspectRange

PARTITION = TP("claims.inbound.v1", 0)


@dataclass(frozen=True)
class FakeMessage:
    """A message of which only the offset matters."""

    offset: int


class World:
    """A group, a delivery policy and a log in one, which write down what happens to them."""

    def __init__(self, *, committed: int | None = 100, log: tuple[int, ...] = ()) -> None:
        self.generation = 1
        self.happened: list[str] = []
        self.offset = committed
        self.log = log
        self.first = 7
        self.end = 1_000
        self.topic: str | None = None
        self.of_topic: str | None = None
        self.metadata = "of before"
        self.committed_by: str | None = None
        self.positions: tuple[HistoryPosition | None, HistoryPosition | None] = (None, None)
        self.member_id: str | None = "me"
        self.living = frozenset({"me", "other"})
        self.told: list[tuple[str, int, int]] = []
        self.jumped: int | None = 0
        self.looks = 0
        self.closed = asyncio.Event()

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return where the log ends."""
        return dict.fromkeys(tps, self.end)

    async def members(self) -> frozenset[str]:
        """Return who is in the group."""
        self.happened.append("members")
        return self.living

    async def topic_id(self, _topic: str) -> str | None:
        """Return the id of the topic."""
        return self.topic

    def expired(self, _tp: TP, first: int, end: int) -> None:
        """Keep what expired."""
        self.told.append(("expired", first, end))

    def replaced(self, _tp: TP, offset: int, beginning: int, end: int) -> None:
        """Keep from where a log is read that is another one."""
        self.told.append((f"replaced {offset}", beginning, end))

    async def settled(self, _tp: TP) -> CommittedOffset | None:
        """Return what is committed."""
        self.happened.append("settled")
        return (
            None
            if self.offset is None
            else CommittedOffset(self.offset, self.metadata, self.of_topic, self.committed_by, *self.positions)
        )

    async def beginnings(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the first offset."""
        return dict.fromkeys(tps, self.first)

    async def seek(self, _tp: TP, offset: int) -> None:
        """Note a seek."""
        self.happened.append(f"seek {offset}")

    def jumps(self, _tp: TP) -> int | None:
        """Return how often the consumer was put elsewhere."""
        return self.jumped

    async def first_offset(self, _tp: TP, offset: int) -> int | None:
        """Return the first offset of the log at or after one."""
        self.looks += 1
        return next((each for each in self.log if each >= offset), None)

    async def begin(self) -> None:
        """Note that a generation begins."""
        self.happened.append("begin")

    async def renew(self) -> None:
        """Note that the committer begins anew."""
        self.happened.append("renew")

    async def note(self, _lane: Lane, metadata: str) -> None:
        """Write down what is noted."""
        self.happened.append(f"note {metadata!r}")

    def drop(self, _lane: Lane) -> None:
        """Note that the lane closes."""
        self.happened.append("drop")
        self.closed.set()


def _lanes(world: World) -> tuple[Lanes, Recorder]:
    recorder = Recorder()
    return Lanes(world, world, recorder, world.first_offset, world), recorder


async def _opened(world: World) -> tuple[Lanes, Lane, Recorder]:
    lanes, recorder = _lanes(world)
    await lanes.assign([PARTITION], 1)
    lane = await lanes.lane(PARTITION, 1)
    assert lane is not None
    return lanes, lane, recorder


async def _admitted(lanes: Lanes, lane: Lane, *offsets: int) -> list[int]:
    return [each.offset for each in await lanes.admit(lane, [FakeMessage(offset) for offset in offsets])]


async def test_a_generation_begins_before_the_committed_offset_is_read() -> None:
    """What this process left open ends first: only then can the offset not move any more."""
    world = World()
    _, lane, _ = await _opened(world)

    assert world.happened == ["begin", "settled"]
    assert (lane.next_offset, lane.done_offset) == (100, 100)


async def test_all_partitions_are_asked_about_at_once() -> None:
    """One question each to a consumer that answers while it does not fetch, however many partitions there are."""
    world, asked = World(), list[int]()

    async def ends(tps: Iterable[TP]) -> dict[TP, int]:
        found = dict.fromkeys(tps, world.end)
        asked.append(len(found))
        return found

    world.ends = ends  # type: ignore[method-assign]
    lanes, _ = _lanes(world)
    await lanes.assign([TP(PARTITION.topic, number) for number in range(200)], 1)

    assert asked == [200]
    assert len(lanes.open_lanes()) == 200
    assert world.happened.count("begin") == 1


async def test_a_group_that_does_not_answer_opens_no_lane() -> None:
    """Whoever waits for the lane hears of it."""
    world = World()

    async def settled(_tp: TP) -> CommittedOffset:
        raise TimeoutError

    world.settled = settled  # type: ignore[method-assign]
    lanes, _ = _lanes(world)

    with pytest.raises(TimeoutError):
        await lanes.assign([PARTITION], 1)
    assert lanes.open_lanes() == ()


@pytest.mark.parametrize("name", ["begin", "settled"])
async def test_a_lane_that_is_revoked_while_it_opens_never_opens(name: str) -> None:
    """Else it would be of a generation that is over."""
    world = World()
    asked = asyncio.Event()

    async def never(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    setattr(world, name, never)
    lanes, _ = _lanes(world)
    opening = asyncio.create_task(lanes.assign([PARTITION], 1))
    await asked.wait()

    assert await lanes.revoke()

    await opening
    assert lanes.open_lanes() == ()


async def test_a_group_that_never_committed_starts_at_the_first_record() -> None:
    """Without a committed offset the lane starts where the log does."""
    _, lane, _ = await _opened(World(committed=None))

    assert lane.next_offset == 7


async def test_messages_that_are_done_are_dropped() -> None:
    """What lies below the offset was fetched before the hand-over and has its outcome."""
    lanes, lane, recorder = await _opened(World())

    assert await _admitted(lanes, lane, 98, 99, 100, 101) == [100, 101]
    assert recorder.value("claims_dropped_total", "already-done") == 2


async def test_messages_behind_a_gap_wait_until_the_gap_is_read() -> None:
    """A record from further on would skip what lies between: the consumer reads again instead, once."""
    world = World(log=(100, 101, 102, 103))
    lanes, lane, recorder = await _opened(world)

    assert await _admitted(lanes, lane, 102, 103) == []
    assert await _admitted(lanes, lane, 102, 103) == []
    assert await _admitted(lanes, lane, 100, 102) == [100]
    assert recorder.value("claims_dropped_total", "gap") == 5
    assert [each for each in world.happened if "seek" in each] == ["seek 100", "seek 101"]


async def test_a_hole_in_the_offsets_is_no_gap() -> None:
    """Control records, retention and compaction leave holes; the log itself says so."""
    world = World(log=(105, 106, 109))
    lanes, lane, _ = await _opened(world)

    assert await _admitted(lanes, lane, 105, 106, 109) == [105, 106, 109]
    assert not any("seek" in each for each in world.happened)


async def test_of_what_is_fetched_in_a_row_only_the_first_hole_is_looked_into() -> None:
    """A sender that writes in transactions leaves a hole behind each; a look costs as much as several claims."""
    world = World(log=tuple(range(101, 161, 2)))
    lanes, lane, _ = await _opened(world)

    assert await _admitted(lanes, lane, *world.log) == list(world.log)
    assert world.looks == 1


@pytest.mark.parametrize(("jumped", "admitted"), [(0, [108]), (1, []), (None, [])], ids=["row", "jump", "not known"])
async def test_a_consumer_that_was_put_elsewhere_is_not_believed(jumped: int | None, admitted: list[int]) -> None:
    """Its next record may be one from further on, as after a seek that was undone, or where the log expired."""
    world = World(log=(100, 102, 104, 106, 108))
    lanes, lane, _ = await _opened(world)
    assert await _admitted(lanes, lane, 100, 102) == [100, 102]
    lane.begin_at(103)
    world.jumped = jumped

    assert await _admitted(lanes, lane, 108) == admitted
    assert ("seek 103" in world.happened) is not bool(admitted)


async def test_another_generation_has_no_lane() -> None:
    """Messages of a generation that is over, or not yet shared out, are not ours."""
    world = World()
    lanes, _ = _lanes(world)

    assert await lanes.lane(PARTITION, 1) is None
    await lanes.assign([PARTITION], 1)
    assert await lanes.lane(PARTITION, 2) is None
    world.generation = 2
    assert await lanes.lane(PARTITION, 1) is None


async def test_between_revocation_and_assignment_no_lane_opens() -> None:
    """A late message of the old generation must not be taken after it."""
    world = World()
    lanes, lane, _ = await _opened(world)

    assert await lanes.revoke()

    assert lane.revoked.is_set()
    assert await lanes.lane(PARTITION, 1) is None
    assert world.happened.count("begin") == 1
    await lanes.assign([PARTITION], 1)
    assert await lanes.lane(PARTITION, 1) is not None


async def test_revocation_waits_for_the_batch_in_flight() -> None:
    """A batch that is nearly done is finished, and the lane closes after it."""
    world = World()
    lanes, lane, _ = await _opened(world)
    await lane.lock.acquire()

    revoking = asyncio.create_task(lanes.revoke(5))
    await lane.revoked.wait()
    assert not world.closed.is_set()
    lane.lock.release()

    assert await revoking
    assert world.closed.is_set()


@pytest.mark.parametrize("is_done", [True, False])
async def test_revocation_waits_for_what_is_on_its_way_and_not_for_ever(*, is_done: bool) -> None:
    """What is handed over in time becomes durable, and the name is taken back after it; else the group waits no longer.

    A name stays while it is not known what became of the delivery.
    """
    world = World()
    lanes, lane, _ = await _opened(world)
    lane.is_watched = True
    lane.last = asyncio.get_running_loop().create_future()
    revoking = asyncio.create_task(lanes.revoke(5 if is_done else 0.01))
    await lane.revoked.wait()
    assert world.happened == ["begin", "settled"]
    if is_done:
        lane.last.set_result(None)

    assert await revoking is is_done

    assert world.happened[2:] == (["note ''", "drop"] if is_done else ["drop"])


def test_what_comes_behind_a_failure_is_known() -> None:
    """Nothing behind a gap may become durable; a lane that had handed on nothing has no gap."""
    lane = Lane(PARTITION, 1, 100, 100)
    lane.failed()
    assert not lane.is_broken

    lane.next_offset = 110
    lane.failed()
    assert lane.is_broken


async def test_a_lane_that_closes_in_good_order_clears_the_suspects_that_it_named() -> None:
    """Its next owner need not be careful; suspects that an earlier worker left stay named."""
    for is_watched, expected in ((True, ["note ''", "drop"]), (False, ["drop"])):
        world = World()
        lanes, lane, _ = await _opened(world)
        lane.metadata, lane.is_watched = "claimscrub/1 suspects-until=600 crashes=1", is_watched

        await lanes.revoke()

        assert [each for each in world.happened if each[:4] in {"note", "drop"}] == expected


async def test_offsets_that_expired_unread_are_reported_once_and_passed() -> None:
    """Of 100 up to 149 nobody knows what they held; the lane goes on at 150, and so does its next owner."""
    world = World(committed=100)
    world.first = 150
    lanes, lane, _ = await _opened(world)

    assert (lane.next_offset, world.told) == (150, [("expired", 100, 150)])
    assert world.happened[-1] == "note 'of before'"
    await lanes.pass_expired(lane)
    assert world.told == [("expired", 100, 150)]


async def test_what_expires_behind_an_earlier_look_is_reported_too() -> None:
    """A worker that was held for days still believes in records that are gone."""
    world = World(committed=100, log=(100, 150))
    lanes, lane, _ = await _opened(world)
    world.first = 140

    assert await _admitted(lanes, lane, 150) == [150]
    assert world.told == [("expired", 100, 140)]


async def test_an_offset_of_a_topic_that_was_created_again_is_none_of_the_log() -> None:
    """The log is read from its beginning, and no suspects of the other one are left in it."""
    world = World(committed=100)
    world.of_topic, world.topic = "1" * 32, "2" * 32
    _, lane, _ = await _opened(world)

    assert (lane.next_offset, lane.metadata, lane.topic_id) == (7, "", "2" * 32)
    assert world.told == [("replaced 100", 7, 1_000)]
    assert world.happened[-1] == "note ''"


async def test_a_broker_that_forgets_offsets_with_their_topic_hides_nothing() -> None:
    """The worker itself knows what it read last; before its first lane it knows nothing."""
    world = World(committed=None)
    world.topic = "1" * 32
    lanes, lane, _ = await _opened(world)
    lane.begin_at(50)
    await lanes.revoke()
    assert world.told == []

    world.topic = "2" * 32
    await lanes.assign([PARTITION], 1)
    again = await lanes.lane(PARTITION, 1)

    assert again is not None
    assert (again.next_offset, world.told) == (7, [("replaced 50", 7, 1_000)])


@pytest.mark.parametrize(("of_topic", "topic"), [("1" * 32, "1" * 32), (None, "1" * 32), ("1" * 32, None)])
async def test_the_same_topic_and_one_that_is_not_known_go_on(of_topic: str | None, topic: str | None) -> None:
    """A worker that knew no ids, and a broker that has none, are not another topic."""
    world = World(committed=100)
    world.of_topic, world.topic = of_topic, topic
    _, lane, _ = await _opened(world)

    assert (lane.next_offset, lane.metadata, world.told) == (100, "of before", [])


@pytest.mark.parametrize(("end", "is_beyond"), [(100, False), (99, True)])
async def test_an_offset_beyond_the_end_is_none_of_the_log(
    end: int, monkeypatch: pytest.MonkeyPatch, *, is_beyond: bool
) -> None:
    """Before, what was sent passed for done until there was as much of it as of the log before."""
    monkeypatch.setattr(lanes_module, "_LOOK_AGAIN_AFTER_S", 0)
    world = World(committed=100)
    world.end = end
    _, lane, _ = await _opened(world)

    assert lane.next_offset == (7 if is_beyond else 100)
    assert world.told == ([("replaced 100", 7, 99)] if is_beyond else [])


async def test_an_end_that_comes_back_is_no_other_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader that has just been elected hears from its followers how far readers came."""
    monkeypatch.setattr(lanes_module, "_LOOK_AGAIN_AFTER_S", 0)
    world, answers = World(committed=100), iter([90, 100])

    async def ends(tps: Iterable[TP]) -> dict[TP, int]:
        return dict.fromkeys(tps, next(answers))

    world.ends = ends  # type: ignore[method-assign]
    _, lane, _ = await _opened(world)

    assert (lane.next_offset, world.told) == (100, [])


NAMED = SuspectRange(600, 1).metadata()


@pytest.mark.parametrize(
    ("named", "by", "left"),
    [
        (NAMED, "other", ""),
        (SuspectRange(101, 3).metadata(), "other", SuspectRange(101, 2).metadata()),
        (SuspectRange(600, 1).part_until(125).metadata(), "other", NAMED),
        (NAMED, "me", ""),
        (NAMED, "dead", NAMED),
        (NAMED, None, NAMED),
        ("somebody else's", "other", "somebody else's"),
    ],
    ids=["alive", "alive, at the third", "alive, a part", "came back", "dead", "not said", "not ours"],
)
async def test_a_worker_that_lives_has_died_of_nothing(named: str, by: str | None, left: str) -> None:
    """It gave the partition away amid a batch. Before, three such hand-overs condemned a claim that ended nobody."""
    world = World()
    world.metadata, world.committed_by = named, by
    _, lane, _ = await _opened(world)

    assert (lane.next_offset, lane.metadata, lane.member_id) == (100, left, "me")


async def test_a_group_that_does_not_say_who_lives_leaves_the_suspects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too careful is better than one more worker that dies."""
    world = World()
    world.metadata, world.committed_by = NAMED, "other"

    async def members() -> frozenset[str]:
        raise TimeoutError

    monkeypatch.setattr(world, "members", members)
    _, lane, _ = await _opened(world)

    assert lane.metadata == NAMED


async def test_nobody_is_asked_for_where_nobody_was_named() -> None:
    """An ordinary hand-over asks the group for its offset only."""
    world = World()
    world.metadata, world.committed_by = "", "other"
    await _opened(world)

    assert "members" not in world.happened


def test_what_a_dead_worker_left_is_handed_on_without_a_name() -> None:
    """Else the next owner would take the crash back: who handed it on is alive. What a lane tries itself is named."""
    left, tried = SuspectRange(600, 2).metadata(), SuspectRange(600, 2).part_until(125).metadata()
    found = Lane(PARTITION, 1, 100, 100, left, member_id="me")
    own = Lane(PARTITION, 1, 100, 100, left, is_watched=True, member_id="me")

    assert found.committing(110, left) == CommittedOffset(110, left)
    assert found.committing(100, tried) == CommittedOffset(100, tried, None, "me")
    assert own.committing(100, left) == CommittedOffset(100, left, None, "me")


class Memories:
    """The memories of a partition, which write down where they begin or go on."""

    def __init__(self, *, are_waiting: bool) -> None:
        self.are_waiting = are_waiting
        self.opened: list[tuple[str, object]] = []
        self.closed: list[object] = []

    def is_for(self, _tp: TP) -> bool:
        """For each."""
        return True

    def changelog_of(self, tp: TP) -> TP:
        """Beside it."""
        return TP("history", tp.partition)

    def pended_changelog_of(self, tp: TP) -> TP | None:
        """Beside it, where something waits."""
        return TP("pending", tp.partition) if self.are_waiting else None

    async def open(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Write it down."""
        self.opened.append(("history", committed or end))
        return _memory("history", tp, committed)

    async def open_pended(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Write it down."""
        self.opened.append(("pending", committed or end))
        return _memory("pending", tp, committed)

    async def close(self, history: LaneHistory) -> None:
        """Write it down."""
        self.closed.append(history.topic)


POSITION = HistoryPosition(7, "ab12", 24, date(2026, 3, 20), 3)


def _memory(topic: str, tp: TP, committed: HistoryPosition | None) -> LaneHistory:
    store = store_in_memory(SqliteHistory)
    return LaneHistory(store, topic, tp.partition, committed or replace(POSITION, since=date.max), days=400)


async def _with_memories(*, are_waiting: bool, pended: HistoryPosition | None) -> tuple[Memories, Lanes, Lane]:
    world, memories = World(), Memories(are_waiting=are_waiting)
    world.positions = POSITION, pended
    lanes, _ = _lanes(world)
    lanes.histories = memories
    await lanes.assign([PARTITION], 1)
    lane = await lanes.lane(PARTITION, 1)
    assert lane is not None
    return memories, lanes, lane


async def test_what_waits_goes_on_from_where_it_is_committed_or_begins_behind_its_changelog() -> None:
    """Beside the memory of claims, with a position of its own; both are closed with the lane."""
    for pended in (POSITION, None):
        memories, lanes, lane = await _with_memories(are_waiting=True, pended=pended)

        assert memories.opened == [("history", POSITION), ("pending", pended or 1_000)]
        assert lane.committing(100, "").pended == pended
        await lanes.revoke(0.1)
        assert memories.closed == ["history", "pending"]


async def test_what_waits_stays_committed_by_a_worker_that_does_not_wait() -> None:
    """So that it is there again once the setting is."""
    memories, _, lane = await _with_memories(are_waiting=False, pended=POSITION)

    assert memories.opened == [("history", POSITION)]
    assert (lane.pended, lane.committing(101, "").pended) == (None, POSITION)
