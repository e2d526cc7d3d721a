"""Lanes and their committer against a model: whatever happens, each message is delivered once and in order."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced
from faust.types import TP
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from worker.kafka.coordinators import Coordinators, GroupMembers, StoredOffset
from worker.kafka.protocol import GroupMember
from worker.kafka.writers import NotMemberError, OutgoingMessage
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream import committer as committer_module
from worker.stream import crash_record
from worker.stream.committer import Committer, client_id_of
from worker.stream.lanes import Lane, Lanes
from worker.stream.records import OutgoingRecord

PARTITION = TP("claims", 0)
PLACE = TopicPartition(*PARTITION)
BATCH = 50
NOTHING = StoredOffset(-1, "")
STAGES = ("before the offsets", "after the offsets")
LOOKS_UNTIL_TIMEOUT = 3


@dataclass(frozen=True)
class FakeMessage:
    """A message of which only the offset matters."""

    offset: int


@dataclass
class Transaction:
    """What a transaction that has not ended holds."""

    epoch: int
    offsets: list[int]
    committed: StoredOffset | None = None


@dataclass
class Broker:
    """What survives every worker: the log with its holes, the group, open transactions, and what was delivered."""

    log: list[int]
    committed_at: StoredOffset = NOTHING
    delivered: list[int] = field(default_factory=list)
    generation: int = 0
    member: str = ""
    epochs: dict[str, int] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    looks: int = 0

    def begin(self, transactional_id: str) -> int:
        """Give a producer a new epoch, and abort what it left open."""
        self.transactions.pop(transactional_id, None)
        self.epochs[transactional_id] = self.epochs.get(transactional_id, -1) + 1
        return self.epochs[transactional_id]

    def transaction(self, transactional_id: str, epoch: int) -> Transaction:
        """Return a producer's open transaction. Raises `ProducerFenced` for an earlier epoch, and once it timed out."""
        found = self.transactions.get(transactional_id)
        if epoch != self.epochs[transactional_id] or found is None:
            raise ProducerFenced
        return found

    def commit(self, transactional_id: str, epoch: int) -> None:
        """Make a transaction durable."""
        found = self.transaction(transactional_id, epoch)
        del self.transactions[transactional_id]
        self.delivered += found.offsets
        if found.committed is not None:
            self.committed_at = found.committed


class FakeWriter:
    """Writes to the broker in the steps of a transaction, and may stand still between two of them."""

    def __init__(self, session: "Session", name: str) -> None:
        self.session = session
        self.id = name
        self.epoch = -1

    async def renew(self) -> None:
        """Take a new epoch."""
        self.epoch = self.session.broker.begin(self.id)

    async def write(
        self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Mapping[TopicPartition, tuple[int, str]]
    ) -> None:
        """Write in the steps of a transaction."""
        broker = self.session.broker
        if self.epoch != broker.epochs[self.id]:
            raise ProducerFenced
        broker.transactions[self.id] = Transaction(self.epoch, [int(record.value or b"") for record in records])
        await self.session.stand_still(STAGES[0])
        transaction = broker.transaction(self.id, self.epoch)
        if (member.generation, member.member_id) != (broker.generation, broker.member):
            del broker.transactions[self.id]
            raise NotMemberError
        transaction.committed = StoredOffset(*offsets[PLACE])
        await self.session.stand_still(STAGES[1])
        broker.commit(self.id, self.epoch)


class Session:
    """One worker's view of the broker: its group, its committer and its fetcher."""

    def __init__(self, broker: Broker, generation: int) -> None:
        self.broker = broker
        self.generation = generation
        self.member_id = f"member-{generation}"
        self.position = 0
        self.jumped = 0
        self.stage = ""
        self.released = asyncio.Event()
        self.name = f"process-{generation}"
        self.committer = Committer(Settings(instance_id=self.name), Recorder(), self, 1_000_000)
        writers = [FakeWriter(self, f"claimscrub-{self.name}-{number}") for number in range(2)]
        self.committer.use(cast("Coordinators", self), *writers)
        self.lanes = Lanes(self, self.committer, Recorder(), self.first_offset, self)

    async def stand_still(self, stage: str) -> None:
        """Wait where the machine wants the process to be frozen."""
        if self.stage == stage:
            await self.released.wait()

    # -- what the committer asks

    async def ask(self, _kind: object, key: str, _request: object) -> Any:  # any answer of the library
        """Give a producer a new epoch."""
        return SimpleNamespace(producer_id=1, producer_epoch=self.broker.begin(key))

    async def offsets(
        self, _group: str, _places: object, *, is_stable: bool
    ) -> dict[TopicPartition, StoredOffset | None]:
        """Return what is committed; a transaction that hides it is aborted after a while."""
        hiding = [name for name, each in self.broker.transactions.items() if each.committed is not None]
        if is_stable and hiding:
            self.broker.looks += 1
            if self.broker.looks < LOOKS_UNTIL_TIMEOUT:
                return {PLACE: None}
            for name in hiding:
                del self.broker.transactions[name]
        self.broker.looks = 0
        return {PLACE: self.broker.committed_at}

    async def members(self, _group: str) -> GroupMembers:
        """Return the one member."""
        generation = self.broker.generation
        return GroupMembers("", {self.broker.member: client_id_of(f"process-{generation}")})

    # -- what lanes ask

    async def beginnings(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the first offset of the log."""
        return dict.fromkeys(tps, self.broker.log[0])

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset after the last record."""
        return dict.fromkeys(tps, self.broker.log[-1] + 1)

    async def topic_id(self, _topic: str) -> None:
        """Have no ids."""

    def expired(self, _tp: TP, first: int, end: int) -> None:
        """Hear of nothing: nothing expires here."""
        raise AssertionError((first, end))

    def replaced(self, _tp: TP, offset: int, beginning: int, end: int) -> None:
        """Hear of nothing: the log stays."""
        raise AssertionError((offset, beginning, end))

    async def seek(self, _tp: TP, offset: int) -> None:
        """Fetch from an offset on."""
        self.position = offset
        self.jumped += 1

    def jumps(self, _tp: TP) -> int:
        """Return how often the consumer was put elsewhere."""
        return self.jumped

    async def first_offset(self, _tp: TP, offset: int) -> int | None:
        """Return the first offset at or after one that holds a record."""
        return next((each for each in self.broker.log if each >= offset), None)


class LaneMachine(RuleBasedStateMachine):
    """Messages are fetched late, twice and with gaps; workers come, go, die, freeze amid a transaction and wake up."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.broker = Broker([0])
        self.session: Session | None = None
        self.sessions: list[Session] = []
        self.zombies: list[Session] = []

    def teardown(self) -> None:
        """Release the loop and what runs on it."""
        for each in self.sessions:
            self.run(each.committer._halt())  # noqa: SLF001 -- there is no connection to close
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
        self.broker.generation += 1
        self.broker.member = f"member-{self.broker.generation}"
        self.session = Session(self.broker, self.broker.generation)
        self.sessions.append(self.session)
        self.run(self.session.lanes.assign([PARTITION], self.broker.generation))

    @precondition(lambda self: self.session is not None and not self.session.stage)
    @rule()
    def leave(self) -> None:
        """The worker gives its partition back in good order."""
        assert self.session is not None
        self.run(self.session.lanes.revoke(0.1))
        self.session = None

    @precondition(lambda self: self.session is not None)
    @rule()
    def die(self) -> None:
        """The worker is gone, amid whatever it was doing; the broker does not know."""
        assert self.session is not None
        self.run(self.session.committer._halt())  # noqa: SLF001 -- it does not end in good order
        self.session = None

    @precondition(lambda self: self.session is not None)
    @rule(stage=st.sampled_from(STAGES))
    def freeze(self, stage: str) -> None:
        """The next transaction of the worker gets this far."""
        assert self.session is not None
        self.session.stage = stage

    @precondition(lambda self: self.session is not None)
    @rule(back=st.integers(0, 30), ahead=st.integers(0, 30), count=st.integers(1, 60), is_fresh=st.booleans())
    def fetch(self, back: int, ahead: int, count: int, *, is_fresh: bool) -> None:
        """Records come from where the fetcher is, from before it or from further on."""
        assert self.session is not None
        start = self.session.position if is_fresh else max(0, self.session.position - back + ahead)
        self.session.jumped += start > self.session.position
        self.run(self._work(self.session, start, count))

    @precondition(lambda self: self.zombies)
    @rule(count=st.integers(1, 60), data=st.data())
    def wake(self, count: int, data: st.DataObject) -> None:
        """A worker that lost its partition without knowing goes on with its transaction and what it has fetched."""
        zombie = data.draw(st.sampled_from(self.zombies))
        zombie.stage = ""
        zombie.released.set()
        self.run(self._work(zombie, zombie.position, count))

    async def _work(self, session: Session, start: int, count: int) -> None:
        lane = await session.lanes.lane(PARTITION, session.generation)
        if lane is None:
            return
        records = [FakeMessage(offset) for offset in self.broker.log if offset >= start][:count]
        admitted = await session.lanes.admit(lane, records)
        while admitted and not lane.is_broken:
            part = crash_record.portion(lane, admitted)[:7]
            next_offset = part[-1].offset + 1
            left = crash_record.left(lane, next_offset)
            committed = lane.committing(next_offset, left or crash_record.watch(next_offset, BATCH))
            outcomes = [OutgoingRecord("out", 0, None, b"%d" % each.offset, ()) for each in part]
            session.committer.add(lane, outcomes, committed)
            if crash_record.found_suspects(lane) is None:
                lane.next_offset, lane.is_watched = next_offset, True
            elif not await landed(lane, session) or lane.done_offset != next_offset:
                return
            else:
                lane.next_offset, lane.is_watched = next_offset, left is None
            session.position = next_offset
            admitted = admitted[len(part) :]
        await landed(lane, session)

    @invariant()
    def each_is_delivered_once_and_in_order(self) -> None:
        """What was delivered is the beginning of the log."""
        assert self.broker.delivered == self.broker.log[: len(self.broker.delivered)]

    @invariant()
    def the_offset_is_that_of_what_was_delivered(self) -> None:
        """No committed offset skips a message."""
        if self.broker.delivered:
            assert self.broker.committed_at.offset == self.broker.delivered[-1] + 1


async def landed(lane: Lane, session: Session) -> bool:
    """Let the committer go on until nothing is on its way, or it stands still."""
    for _ in range(200):
        if not lane.is_flying:
            return True
        await asyncio.sleep(0)
    assert session.stage, "nothing holds the committer, and yet it does not end"
    return False


@pytest.fixture(autouse=True, scope="module")
def _at_once() -> Any:  # any generator
    """Let batches follow one another without a pause."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(committer_module, "BATCH_EVERY_S", 0)
        patch.setattr(committer_module, "_UNSTABLE_PAUSE_S", 0)
        yield


TestLaneMachine = LaneMachine.TestCase
TestLaneMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
