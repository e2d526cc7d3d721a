"""Lanes against a model: whatever the group, the fetcher and death do, each message is delivered once and in order."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from faust.types import TP
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from worker.observe.recorder import Recorder
from worker.stream import crash_record
from worker.stream.lanes import CommittedOffset, Lane, Lanes

PARTITION = TP("claims", 0)
BATCH = 50


@dataclass(frozen=True)
class FakeMessage:
    """A message of which only the offset matters."""

    offset: int


class Broker:
    """What survives every worker: the log with its holes, the committed offset, and what was delivered."""

    def __init__(self, log: list[int]) -> None:
        self.log = log
        self.committed_at: CommittedOffset | None = None
        self.delivered: list[int] = []
        self.owner: object = None


class Session:
    """One worker's view of the broker: its group, its delivery policy and its fetcher."""

    def __init__(self, broker: Broker, generation: int) -> None:
        self.broker = broker
        self.generation = generation
        self.position = 0
        self.lanes = Lanes(self, self, Recorder(), self.first_offset, self)

    async def committed(self, _tp: TP) -> CommittedOffset | None:
        """Return what is committed; only the owner of the producer reads it."""
        assert self.broker.owner is self
        return self.broker.committed_at

    async def beginning(self, _tp: TP) -> int:
        """Return the first offset of the log."""
        return self.broker.log[0]

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset after the last record."""
        return dict.fromkeys(tps, self.broker.log[-1] + 1)

    async def topic_id(self, _topic: str) -> None:
        """Have no ids."""

    member_id: str | None = None

    async def members(self) -> frozenset[str]:
        """Have none: nobody says who committed."""
        return frozenset()

    def expired(self, _tp: TP, first: int, end: int) -> None:
        """Hear of nothing: nothing expires here."""
        raise AssertionError((first, end))

    def replaced(self, _tp: TP, offset: int, beginning: int, end: int) -> None:
        """Hear of nothing: the log stays."""
        raise AssertionError((offset, beginning, end))

    async def seek(self, _tp: TP, offset: int) -> None:
        """Fetch from an offset on."""
        self.position = offset

    async def first_offset(self, _tp: TP, offset: int) -> int | None:
        """Return the first offset at or after one that holds a record."""
        return next((each for each in self.broker.log if each >= offset), None)

    async def open(self, _tp: TP) -> Any:  # any: a producer is whatever the policy says
        """Start the producer, which fences every other."""
        self.broker.owner = self
        return self

    async def close(self, _lane: Lane) -> None:
        """Close the producer."""

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit metadata."""
        self.deliver([], CommittedOffset(lane.next_offset, metadata))

    def deliver(self, offsets: list[int], committed: CommittedOffset) -> bool:
        """Commit a batch with its offset; a producer that was fenced cannot."""
        if self.broker.owner is not self:
            return False
        self.broker.delivered += offsets
        self.broker.committed_at = committed
        return True


class LaneMachine(RuleBasedStateMachine):
    """Messages are fetched late, twice and with gaps; workers come, go, die and wake up again as zombies."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.broker = Broker([0])
        self.generation = 0
        self.session: Session | None = None
        self.zombies: list[Session] = []

    def teardown(self) -> None:
        """Release the loop."""
        self.loop.close()

    @initialize(holes=st.sets(st.integers(1, 199), max_size=60))
    def write_log(self, holes: set[int]) -> None:
        """A log with control records, compaction or retention in it."""
        self.broker.log = [offset for offset in range(200) if offset not in holes]

    def run(self, work: Any) -> Any:  # any coroutine and its result
        """Run one step of a worker."""
        return self.loop.run_until_complete(work)

    @rule()
    def join(self) -> None:
        """Another worker gets the partition; the last one does not know yet."""
        if self.session is not None:
            self.zombies.append(self.session)
        self.generation += 1
        self.session = Session(self.broker, self.generation)
        self.run(self.session.lanes.assign([PARTITION], self.generation))

    @precondition(lambda self: self.session is not None)
    @rule()
    def leave(self) -> None:
        """The worker gives its partition back in good order."""
        assert self.session is not None
        self.run(self.session.lanes.revoke(0.1))
        self.session = None

    @precondition(lambda self: self.session is not None)
    @rule()
    def die(self) -> None:
        """The worker is gone, amid whatever it was doing."""
        self.session = None

    @precondition(lambda self: self.session is not None)
    @rule(back=st.integers(0, 30), ahead=st.integers(0, 30), count=st.integers(1, 60), is_fresh=st.booleans())
    def fetch(self, back: int, ahead: int, count: int, *, is_fresh: bool) -> None:
        """Records come from where the fetcher is, from before it or from further on."""
        assert self.session is not None
        start = self.session.position if is_fresh else max(0, self.session.position - back + ahead)
        self._work(self.session, start, count)

    @precondition(lambda self: self.zombies)
    @rule(count=st.integers(1, 60), data=st.data())
    def wake(self, count: int, data: st.DataObject) -> None:
        """A worker that lost its partition without knowing goes on with what it has fetched."""
        zombie = data.draw(st.sampled_from(self.zombies))
        self._work(zombie, zombie.position, count)

    def _work(self, session: Session, start: int, count: int) -> None:
        lane = self.run(session.lanes.lane(PARTITION, session.generation))
        if lane is None:
            return
        records = [FakeMessage(offset) for offset in self.broker.log if offset >= start][:count]
        admitted = self.run(session.lanes.admit(lane, records))
        while admitted:
            part = crash_record.portion(lane, admitted)
            next_offset = part[-1].offset + 1
            left = crash_record.left(lane, next_offset)
            committed = CommittedOffset(next_offset, left or crash_record.watch(next_offset, BATCH))
            if not session.deliver([each.offset for each in part], committed):
                return
            lane.next_offset, lane.metadata, lane.is_watched = committed.offset, committed.metadata, left is None
            session.position = next_offset
            admitted = admitted[len(part) :]

    @invariant()
    def each_is_delivered_once_and_in_order(self) -> None:
        """What was delivered is the beginning of the log."""
        assert self.broker.delivered == self.broker.log[: len(self.broker.delivered)]

    @invariant()
    def the_offset_is_that_of_what_was_delivered(self) -> None:
        """No committed offset skips a message."""
        committed = self.broker.committed_at
        if committed is not None and self.broker.delivered:
            assert committed.offset == self.broker.delivered[-1] + 1


TestLaneMachine = LaneMachine.TestCase
TestLaneMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
