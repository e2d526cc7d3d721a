"""Which records and offsets are written together, when, and what becomes of them when they are not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from worker.kafka.coordinators import Coordinators, GroupMembers, StoredOffset
from worker.kafka.protocol import GroupMember
from worker.kafka.writers import NotMemberError, OutgoingMessage
from worker.observe.recorder import Recorder
from worker.settings import DeliveryGuarantee, Settings
from worker.stream import committer as committer_module
from worker.stream.committer import (
    BATCH_EVERY_S,
    MOST_BYTES,
    Committer,
    DeliveryUncertainError,
    DroppedError,
    client_id_of,
)
from worker.stream.lanes import CommittedOffset, Lane
from worker.stream.records import OutgoingRecord

FIRST, SECOND = TP("claims", 0), TP("claims", 1)


class World:
    """A group, coordinators and a writer in one, which write down what happens to them."""

    def __init__(self) -> None:
        self.generation = 1
        self.happened: list[str] = []
        self.written: list[tuple[list[bytes], dict[int, int]]] = []
        self.began: list[float] = []
        self.gate: asyncio.Event | None = None
        self.errors: list[Exception] = []
        self.now = 0
        self.most = 0
        self.stored: list[StoredOffset | None] = []
        self.unstable = StoredOffset(-1, "")
        self.clients: frozenset[str] = frozenset()

    async def renew(self) -> None:
        """Note that the writer begins anew."""
        self.happened.append("renew")

    async def write(
        self, records: Sequence[OutgoingMessage], member: GroupMember, offsets: Mapping[TopicPartition, tuple[int, str]]
    ) -> None:
        """Write, once the gate is open."""
        self.now += 1
        self.most = max(self.most, self.now)
        self.began.append(asyncio.get_running_loop().time())
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0)
            if self.errors:
                raise self.errors.pop(0)
            assert (member.group, member.generation) == ("claimscrub", 1)
            values = [record.value or b"" for record in records]
            self.written.append((values, {place.partition: offset for place, (offset, _) in offsets.items()}))
            self.happened.append(f"{member.member_id} {next(iter(offsets.values()))[1]}")
        finally:
            self.now -= 1

    async def ask(self, _kind: object, key: str, _request: object) -> Any:  # Any: an answer of aiokafka
        """Note who is fenced."""
        self.happened.append(f"fence {key}")
        return SimpleNamespace(producer_id=1, producer_epoch=1)

    async def offsets(
        self, _group: str, places: Sequence[TopicPartition], *, is_stable: bool
    ) -> dict[TopicPartition, StoredOffset | None]:
        """Return one answer after the other, the last one again and again."""
        self.happened.append("stable" if is_stable else "unstable")
        found = self.unstable if not is_stable else self.stored.pop(0) if len(self.stored) > 1 else self.stored[0]
        return dict.fromkeys(places, found)

    async def plain_offset(self, _group: str, _place: TopicPartition) -> StoredOffset:
        """Return what is stored, whatever is about to change it."""
        self.happened.append("plain")
        return self.unstable

    async def close(self) -> None:
        """Have no connection to close."""

    async def members(self, _group: str) -> GroupMembers:
        """Return who is in the group."""
        self.happened.append("members")
        return GroupMembers("claimscrub-1", {f"{each}-1": each for each in self.clients})


@pytest.fixture
def world() -> World:
    """A world in which nothing is committed."""
    return World()


@pytest.fixture
async def committer(world: World) -> AsyncIterator[Committer]:
    """A committer that has begun its generation."""
    made = committer_on(world)
    await made.begin()
    world.happened.clear()
    yield made
    await made.stop()


def committer_on(world: World, recorder: Recorder | None = None, **settings: object) -> Committer:
    """A committer over a world."""
    own = Settings.model_validate({"instance_id": "me"} | settings)
    made = Committer(own, recorder or Recorder(), world, 1_000_000)
    made.use(cast("Coordinators", world), world)
    return made


def lane(tp: TP = FIRST, generation: int = 1) -> Lane:
    """A lane at its beginning."""
    return Lane(tp, generation, member_id="member-1")


def handed(committer: Committer, own: Lane, number: int) -> "asyncio.Future[None]":
    """Hand over one record as the claims agent does: the lane goes on at once."""
    done = committer.add(own, [OutgoingRecord("out", 0, None, b"%d" % number, ())], CommittedOffset(number + 1))
    own.next_offset = number + 1
    return done


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    while not condition():  # noqa: ASYNC110 -- the committer has no event for it
        await asyncio.sleep(0)


async def test_a_lone_claim_goes_at_once(world: World, committer: Committer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for others that may never come."""
    monkeypatch.setattr(committer_module, "BATCH_EVERY_S", 3600.0)

    await handed(committer, lane(), 0)

    assert world.written == [([b"0"], {0: 1})]


async def test_what_comes_meanwhile_goes_together_and_one_batch_is_written_at_a_time(
    world: World, committer: Committer
) -> None:
    """In the order in which it came, with the last offset of each partition."""
    first, second, world.gate = lane(FIRST), lane(SECOND), asyncio.Event()
    waiting = [handed(committer, first, 0)]
    await until(lambda: world.now == 1)
    waiting += [handed(committer, second, 0), handed(committer, first, 1), handed(committer, second, 1)]
    world.gate.set()

    await asyncio.gather(*waiting)

    assert world.written == [([b"0"], {0: 1}), ([b"0", b"1", b"1"], {1: 2, 0: 2})]
    assert (world.most, first.done_offset, second.done_offset) == (1, 2, 2)
    # An event loop may wake a clock's tick early.
    assert world.began[1] - world.began[0] > BATCH_EVERY_S * 0.9


async def test_the_offset_says_who_committed_it(world: World, committer: Committer) -> None:
    """The process too, by which the next owner can end what it left open."""
    own = lane()
    own.is_watched = True
    await committer.note(own, "mine")

    assert world.happened == ["member-1 mine from=me by=member-1"]
    assert (own.metadata, own.done_offset) == ("mine", 0)


async def test_what_is_of_another_generation_is_not_written(world: World, committer: Committer) -> None:
    """The group would refuse it, and all that goes with it."""
    late, ours = lane(FIRST, generation=0), lane(SECOND)
    dropped, done = handed(committer, late, 0), handed(committer, ours, 0)

    await done

    assert world.written == [([b"0"], {1: 1})]
    assert isinstance(dropped.exception(), DroppedError)


async def test_a_refusal_of_the_group_drops_the_batch_and_what_follows_it(world: World, committer: Committer) -> None:
    """The next owner does them; what came behind the gap must not be committed."""
    own, world.errors = lane(), [NotMemberError()]
    with pytest.raises(DroppedError):
        await handed(committer, own, 0)

    with pytest.raises(DroppedError):
        await handed(committer, own, 1)

    assert world.written == []


async def test_after_an_uncertain_batch_nothing_more_is_written_in_its_generation(
    world: World, committer: Committer
) -> None:
    """Going on would trust a request that timed out not to arrive later; a new generation makes certain."""
    own, other, world.errors = lane(FIRST), lane(SECOND), [KafkaError()]
    with pytest.raises(DeliveryUncertainError) as raised:
        await handed(committer, own, 0)
    with pytest.raises(DeliveryUncertainError):
        await handed(committer, other, 0)
    assert isinstance(raised.value.__cause__, KafkaError)
    assert world.written == []

    await committer.begin()
    await handed(committer, lane(SECOND), 7)

    assert world.written == [([b"7"], {1: 8})]


async def test_a_lane_with_a_gap_stays_broken_when_the_committer_begins_anew(
    world: World, committer: Committer
) -> None:
    """What was taken after what failed would be committed past it, and that would be lost."""
    own, world.errors = lane(), [KafkaError()]
    with pytest.raises(DeliveryUncertainError):
        await handed(committer, own, 0)
    await committer.renew()

    with pytest.raises(DroppedError):
        await handed(committer, own, 1)

    assert world.written == []


async def test_a_lane_that_is_dropped_waits_no_longer(world: World, committer: Committer) -> None:
    """What was begun may still become durable; what was not never does."""
    own, other, world.gate = lane(FIRST), lane(SECOND), asyncio.Event()
    begun = handed(committer, own, 0)
    await until(lambda: world.now == 1)
    waiting, others = handed(committer, own, 1), handed(committer, other, 0)

    committer.drop(own)
    world.gate.set()
    await others

    assert [isinstance(each.exception(), DroppedError) for each in (begun, waiting)] == [True, True]
    assert world.written == [([b"0"], {0: 1}), ([b"0"], {1: 1})]


async def test_a_new_generation_ends_what_is_under_way(world: World, committer: Committer) -> None:
    """It gets an epoch of its own first, so that nothing of the old one arrives behind it."""
    own, world.gate = lane(), asyncio.Event()
    begun = handed(committer, own, 0)
    await until(lambda: world.now == 1)

    await committer.begin()

    assert (world.now, world.happened, world.written) == (0, ["renew"], [])
    assert isinstance(begun.exception(), DroppedError)


async def test_a_full_batch_has_room_again_once_it_is_taken(world: World, committer: Committer) -> None:
    """What waits to be written is bounded; a message is never split."""
    own, world.gate = lane(), asyncio.Event()
    handed(committer, own, 0)
    await until(lambda: world.now == 1)
    committer.add(own, [OutgoingRecord("out", 0, None, bytes(MOST_BYTES), ())], CommittedOffset(2))
    waiting = asyncio.create_task(committer.room())
    await asyncio.sleep(0)
    assert not waiting.done()

    world.gate.set()

    await waiting


async def test_commits_are_counted_by_what_became_of_them(world: World) -> None:
    """One for each batch, of however many lanes."""
    recorder = Recorder()
    counting, world.errors = committer_on(world, recorder), [NotMemberError(), KafkaError()]
    await counting.begin()
    for number in range(2):
        with pytest.raises((DroppedError, DeliveryUncertainError)):
            await handed(counting, lane(), number)
    await counting.begin()
    await asyncio.gather(handed(counting, lane(FIRST), 0), handed(counting, lane(SECOND), 0))
    await counting.stop()

    assert [recorder.value("commits_total", each) for each in ("ok", "aborted", "uncertain")] == [1, 1, 1]


# -- what the group has committed

EARLIER = "fence claimscrub-claims-0"
DEAD = ["fence claimscrub-dead-0", "fence claimscrub-dead-1"]


async def test_a_producer_of_an_earlier_release_is_fenced_before_the_offset_is_read(
    world: World, committer: Committer
) -> None:
    """Its offsets carry no generation: nothing else would refuse them."""
    world.stored = [StoredOffset(500, "ours topic=" + "0" * 32 + " by=member-9")]

    assert await committer.settled(FIRST) == CommittedOffset(500, "ours", "0" * 32, "member-9")
    assert world.happened == [EARLIER, "stable"]


async def test_an_offset_that_is_about_to_change_is_waited_for(
    world: World, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever took it as it is would do once more what becomes durable a moment later."""
    monkeypatch.setattr(committer_module, "_UNSTABLE_PAUSE_S", 0)
    world.unstable, world.stored = StoredOffset(500, "from=alive"), [None, None, StoredOffset(510, "from=alive")]
    world.clients = frozenset({client_id_of("alive")})

    assert await committer.settled(FIRST) == CommittedOffset(510)
    assert world.happened == [EARLIER, "stable", "unstable", "members", "stable", "stable"]


@pytest.mark.parametrize("is_pending", [True, False])
async def test_what_a_dead_process_left_open_is_ended_by_its_name(
    world: World, committer: Committer, *, is_pending: bool
) -> None:
    """Also where it hides no offset: whoever reads outcomes waits for it. Then the offset is read again."""
    world.unstable = StoredOffset(500, "from=dead")
    world.stored = [None if is_pending else world.unstable, StoredOffset(510, "from=dead")]
    world.clients = frozenset({client_id_of("alive")})

    assert await committer.settled(FIRST) == CommittedOffset(510)
    assert world.happened == [
        EARLIER,
        "stable",
        *(["unstable"] if is_pending else []),
        "members",
        *DEAD,
        "stable",
    ]


async def test_the_dead_are_fenced_once_a_generation(world: World, committer: Committer) -> None:
    """Who came back since may have died once more."""
    world.stored = [StoredOffset(500, "from=dead")]
    for tp in (FIRST, SECOND):
        await committer.settled(tp)
    assert [each for each in world.happened if "dead" in each] == DEAD

    await committer.begin()
    await committer.settled(FIRST)

    assert [each for each in world.happened if "dead" in each] == DEAD * 2


async def test_this_process_fences_itself_by_its_epoch_only(world: World, committer: Committer) -> None:
    """Also under a name that outlives the process."""
    world.stored = [StoredOffset(500, "from=me by=member-0")]

    await committer.settled(FIRST)

    assert world.happened == [EARLIER, "stable"]


async def test_a_group_that_never_committed_has_no_offset(world: World, committer: Committer) -> None:
    """Kafka says so with a negative one."""
    world.stored = [StoredOffset(-1, "")]

    assert await committer.settled(FIRST) is None


async def test_without_transactions_nobody_is_fenced(world: World) -> None:
    """The offset is read as it is, from a broker that may have no transactions at all."""
    plain = committer_on(world, delivery=DeliveryGuarantee.AT_LEAST_ONCE)
    world.unstable = StoredOffset(500, "from=dead")

    assert await plain.settled(FIRST) == CommittedOffset(500)
    assert world.happened == ["plain"]
