"""Which messages are suspected after a worker died, and which one is condemned."""

import asyncio
from dataclasses import dataclass

import pytest
from faust.types import TP

from worker.stream.crash_record import (
    are_named,
    found_suspects,
    is_condemned,
    left,
    portion,
    watch,
    while_tried,
)
from worker.stream.lanes import Lane
from worker.stream.suspects import SuspectRange


@dataclass(frozen=True)
class FakeMessage:
    """A message of which only the offset matters."""

    offset: int


def lane_at(offset: int, metadata: str = "") -> Lane:
    """A lane that opened at an offset and found some metadata there."""
    return Lane(TP("claims", 0), 1, next_offset=offset, metadata=metadata, lock=asyncio.Lock())


def messages(first: int, last: int) -> list[FakeMessage]:
    """The messages of a range of offsets, the last one included."""
    return [FakeMessage(offset) for offset in range(first, last + 1)]


@pytest.mark.parametrize("metadata", ["", "someone else's", "claimscrub/1 suspects-until=x crashes=1", "\0" * 5000])
def test_metadata_that_is_not_ours_names_nobody(metadata: str) -> None:
    """A tool that commits offsets by hand writes what it likes."""
    lane = lane_at(100, metadata)

    assert found_suspects(lane) is None
    assert portion(lane, messages(100, 599)) == messages(100, 599)
    assert not is_condemned(lane, FakeMessage(100))


def test_suspects_below_the_offset_are_done_with() -> None:
    """The last suspect has its outcome once the offset is behind it."""
    assert found_suspects(lane_at(149, SuspectRange(150, 1).metadata())) == SuspectRange(150, 1)
    assert found_suspects(lane_at(150, SuspectRange(150, 1).metadata())) is None


def test_what_a_lane_names_itself_is_no_finding() -> None:
    """It makes the lane careful of nothing; a hole in the offsets that leads beyond it has to be named anew."""
    lane = lane_at(100)
    lane.metadata, lane.is_watched = watch(100, 500), True

    assert lane.metadata == SuspectRange(600, 1).metadata()
    assert portion(lane, messages(100, 599)) == messages(100, 599)
    assert left(lane, 101) is None
    assert are_named(lane, messages(100, 599))
    assert not are_named(lane, [FakeMessage(100), FakeMessage(600)])


def test_what_an_earlier_worker_left_is_not_named_by_this_one() -> None:
    """It stays committed until the offset has passed it."""
    lane = lane_at(100, watch(100, 500))

    assert not are_named(lane, [FakeMessage(100)])
    assert left(lane, 599) == lane.metadata
    assert left(lane, 600) is None


def test_portions_get_smaller_with_each_crash() -> None:
    """A twentieth after the first, one by one after the second; nobody beyond the suspects is among them."""
    assert len(portion(lane_at(100, SuspectRange(600, 1).metadata()), messages(100, 699))) == 25
    assert len(portion(lane_at(100, SuspectRange(600, 2).metadata()), messages(100, 699))) == 1
    assert portion(lane_at(100, SuspectRange(103, 1).metadata()), messages(100, 110)) == [FakeMessage(100)]
    # The log lost the suspects: what comes after them is nobody's fault.
    assert portion(lane_at(100, SuspectRange(103, 1).metadata()), messages(200, 210)) == messages(200, 210)


@pytest.mark.parametrize(
    ("offset", "until", "crashes", "expected"),
    [(100, 101, 3, True), (100, 101, 2, False), (100, 102, 3, False), (100, 101, 4, True)],
)
def test_only_who_was_alone_at_the_third_crash_is_condemned(
    offset: int, until: int, crashes: int, *, expected: bool
) -> None:
    """Two crashes may be chance, and of two suspects one is innocent."""
    assert is_condemned(lane_at(offset, SuspectRange(until, crashes).metadata()), FakeMessage(offset)) is expected


@pytest.mark.parametrize("culprit", [100, 101, 124, 125, 350, 599, 600, 999, 1700])
def test_the_culprit_is_found_in_three_crashes_and_nobody_else_is_condemned(culprit: int) -> None:
    """Lives of a worker, each of which opens the lane at what the last one committed; the culprit is in any batch."""
    end = 2000
    offset, metadata, deaths, condemned = 100, "", 0, []
    while offset < end:
        lane, died = lane_at(offset, metadata), False
        while lane.next_offset < end and not died:
            part = portion(lane, messages(lane.next_offset, min(lane.next_offset + 499, end - 1)))
            tried = found_suspects(lane)
            named = None if tried is None else while_tried(tried, part)
            if named is None and not are_named(lane, part):
                lane.metadata, lane.is_watched = watch(lane.next_offset, 500), True
            condemned += [each.offset for each in part if is_condemned(lane, each)]
            died = any(each.offset == culprit and not is_condemned(lane, each) for each in part)
            offset, metadata = lane.next_offset, named or lane.metadata
            if not died:
                offset = part[-1].offset + 1
                found = left(lane, offset)
                metadata = found or watch(offset, 500)
                lane.next_offset, lane.metadata, lane.is_watched = offset, metadata, found is None
        deaths += died

    assert (deaths, condemned) == (3, [culprit])
