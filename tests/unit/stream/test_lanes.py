"""Lanes: the order in which a partition changes hands, and which message comes next."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from faust.types import TP

from worker.observe.recorder import Recorder
from worker.stream.lanes import CommittedOffset, Lane, Lanes

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
        self.closed = asyncio.Event()

    async def committed(self, _tp: TP) -> CommittedOffset | None:
        """Return what is committed."""
        self.happened.append("committed")
        return None if self.offset is None else CommittedOffset(self.offset)

    async def beginning(self, _tp: TP) -> int:
        """Return the first offset."""
        return self.first

    async def seek(self, _tp: TP, offset: int) -> None:
        """Note a seek."""
        self.happened.append(f"seek {offset}")

    async def first_offset(self, _tp: TP, offset: int) -> int | None:
        """Return the first offset of the log at or after one."""
        return next((each for each in self.log if each >= offset), None)

    async def open(self, _tp: TP) -> Any:  # Any: a producer is whatever the policy says
        """Note that the producer starts."""
        self.happened.append("producer")
        return object()

    async def note(self, _lane: Lane, metadata: str) -> None:
        """Write down what is noted."""
        self.happened.append(f"note {metadata!r}")

    async def close(self, _lane: Lane) -> None:
        """Note that the lane closes."""
        self.happened.append("close")
        self.closed.set()


def _lanes(world: World) -> tuple[Lanes, Recorder]:
    recorder = Recorder()
    return Lanes(world, world, recorder, world.first_offset), recorder


async def _opened(world: World) -> tuple[Lanes, Lane, Recorder]:
    lanes, recorder = _lanes(world)
    await lanes.assign([PARTITION], 1)
    lane = await lanes.lane(PARTITION, 1)
    assert lane is not None
    return lanes, lane, recorder


async def _admitted(lanes: Lanes, lane: Lane, *offsets: int) -> list[int]:
    return [each.offset for each in await lanes.admit(lane, [FakeMessage(offset) for offset in offsets])]


async def test_the_producer_starts_before_the_committed_offset_is_read() -> None:
    """Fencing the old owner comes first: only then can the offset not move any more."""
    world = World()
    _, lane, _ = await _opened(world)

    assert world.happened[0] == "producer"
    assert set(world.happened[1:]) == {"committed"}
    assert lane.next_offset == 100


async def test_an_offset_that_still_moves_is_read_until_it_rests() -> None:
    """A transaction that just ended may show its offset a moment later."""
    world = World(committed=100)
    answers = iter([100, 150, 150])

    async def committed(_tp: TP) -> CommittedOffset:
        return CommittedOffset(next(answers))

    world.committed = committed  # type: ignore[method-assign]
    _, lane, _ = await _opened(world)

    assert lane.next_offset == 150


async def test_a_group_that_does_not_answer_opens_no_lane() -> None:
    """Whoever waits for the lane hears of it, and its producer is closed."""
    world = World()

    async def committed(_tp: TP) -> CommittedOffset:
        raise TimeoutError

    world.committed = committed  # type: ignore[method-assign]
    lanes, _ = _lanes(world)

    with pytest.raises(TimeoutError):
        await lanes.assign([PARTITION], 1)
    assert world.happened == ["producer", "close"]


async def test_a_lane_that_is_revoked_while_it_opens_closes_its_producer() -> None:
    """Else each rebalance in the wrong moment would leave one behind."""
    world = World()
    asked = asyncio.Event()

    async def committed(_tp: TP) -> CommittedOffset:
        asked.set()
        return await asyncio.Event().wait()  # type: ignore[return-value]  # never

    world.committed = committed  # type: ignore[method-assign]
    lanes, _ = _lanes(world)
    opening = asyncio.create_task(lanes.assign([PARTITION], 1))
    await asked.wait()

    assert await lanes.revoke()

    await opening
    assert world.happened == ["producer", "close"]


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
    """A late message of the old generation must not fence the next owner."""
    world = World()
    lanes, lane, _ = await _opened(world)

    assert await lanes.revoke()

    assert lane.revoked.is_set()
    assert await lanes.lane(PARTITION, 1) is None
    assert world.happened.count("producer") == 1
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


async def test_revocation_aborts_a_batch_that_takes_too_long() -> None:
    """The group does not wait for ever: the delivery is cancelled, and the lane closes."""
    world = World()
    lanes, lane, _ = await _opened(world)
    await lane.lock.acquire()
    lane.delivering = asyncio.create_task(asyncio.Event().wait())  # type: ignore[arg-type]

    assert not await lanes.revoke(0.01)

    with pytest.raises(asyncio.CancelledError):
        await lane.delivering
    assert world.closed.is_set()


async def test_a_lane_that_closes_in_good_order_clears_the_suspects_that_it_named() -> None:
    """Its next owner need not be careful; suspects that an earlier worker left stay named."""
    for is_watched, expected in ((True, ["note ''", "close"]), (False, ["close"])):
        world = World()
        lanes, lane, _ = await _opened(world)
        lane.metadata, lane.is_watched = "claimscrub/1 suspects-until=600 crashes=1", is_watched

        await lanes.revoke()

        assert [each for each in world.happened if each[:4] in {"note", "clos"}] == expected


async def test_offsets_that_expired_unread_are_reported_once_and_passed() -> None:
    """Of 100 up to 149 nobody knows what they held; the lane goes on at 150, and so does its next owner."""
    world, told = World(committed=100), list[tuple[int, int]]()
    world.first = 150
    lanes = Lanes(world, world, Recorder(), world.first_offset, lambda _tp, first, end: told.append((first, end)))
    await lanes.assign([PARTITION], 1)
    lane = await lanes.lane(PARTITION, 1)

    assert lane is not None
    assert (lane.next_offset, told) == (150, [(100, 150)])
    assert world.happened[-1] == "note ''"
    await lanes.pass_expired(lane)
    assert told == [(100, 150)]


async def test_what_expires_behind_an_earlier_look_is_reported_too() -> None:
    """A worker that was held for days still believes in records that are gone."""
    world, told = World(committed=100, log=(100, 150)), list[tuple[int, int]]()
    lanes = Lanes(world, world, Recorder(), world.first_offset, lambda _tp, first, end: told.append((first, end)))
    await lanes.assign([PARTITION], 1)
    lane = await lanes.lane(PARTITION, 1)
    assert lane is not None
    world.first = 140

    assert await _admitted(lanes, lane, 150) == [150]
    assert told == [(100, 140)]
