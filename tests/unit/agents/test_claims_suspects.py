"""Two partitions of one worker, each with suspects: only the message that ended the worker counts against itself."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import MessageSizeTooLargeError, NotEnoughReplicasError
from faust.types import TP

from schemas.topics import TopicNames
from worker.agents.batches import FetchedMessage
from worker.agents.claims import ClaimsAgent
from worker.kafka.messages import InboundMessage
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.committer import DeliveryUncertainError, DroppedError
from worker.stream.dead_letter_limit import DeadLetterLimit
from worker.stream.lanes import CommittedOffset, Lane, Lanes
from worker.stream.records import OutgoingRecord, Provenance
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, LoadedScrubber
from worker.stream.suspects import SuspectRange

TOPIC = TopicNames().inbound
CULPRIT, NEIGHBOR = TP(TOPIC, 0), TP(TOPIC, 1)
ONE_LEFT = SuspectRange(1, 2)
"""The first message is alone after two crashes; a third one condemns it."""

_TURNS = 50
"""More turns of the loop than any lane needs from its message to its scrubbing."""


class Broker:
    """A group, a policy of delivery and a scrubber: what is committed, and who looks at it when."""

    generation = 1

    def __init__(self) -> None:
        self.committed_by: dict[TP, CommittedOffset] = {
            tp: CommittedOffset(0, ONE_LEFT.metadata()) for tp in (CULPRIT, NEIGHBOR)
        }
        self.seen: list[Mapping[TP, CommittedOffset]] = []
        self.on_delivery: Callable[[TP], None] = lambda _tp: None
        self.log: list[str] = []

    async def begin(self) -> None:
        """Begin nothing."""

    renew = begin

    def drop(self, _lane: Lane) -> None:
        """Drop nothing."""

    async def room(self) -> None:
        """Have room."""

    async def settled(self, tp: TP) -> CommittedOffset:
        """Return what is committed."""
        return self.committed_by[tp]

    async def beginnings(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the first offset of all."""
        return dict.fromkeys(tps, 0)

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return an end that no message reaches."""
        return dict.fromkeys(tps, 1000)

    async def topic_id(self, _topic: str) -> None:
        """Have no ids."""

    member_id: str | None = None

    async def members(self) -> frozenset[str]:
        """Have none: nobody says who committed."""
        return frozenset()

    async def note(self, lane: Lane, metadata: str) -> None:
        """Commit metadata, and take so long that another lane could come to its scrubbing."""
        self.committed_by[lane.tp] = CommittedOffset(lane.next_offset, metadata)
        lane.done(self.committed_by[lane.tp])
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def add(self, lane: Lane, _records: Sequence[OutgoingRecord], committed: CommittedOffset) -> "asyncio.Task[None]":
        """Commit an offset after a while, after what the test does in its place."""
        lane.last = task = asyncio.create_task(self._deliver(lane, committed))
        return task

    async def _deliver(self, lane: Lane, committed: CommittedOffset) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self.on_delivery(lane.tp)
        self.committed_by[lane.tp] = committed
        lane.done(committed)

    def jumps(self, _tp: TP) -> int:
        """Return that the consumer was never put elsewhere."""
        return 0

    async def first_offset(self, _tp: TP, offset: int) -> int:
        """Return the next offset: there are no holes."""
        return offset

    def scrub(self, value: bytes, *, received_on: date) -> ClaimVerdict:  # noqa: ARG002 -- the seam
        """Keep what is committed at the moment at which the process could die of this message."""
        if json.loads(value)["partition"] == CULPRIT.partition:
            self.seen.append(dict(self.committed_by))
        return ClaimVerdict("scrubbed", value=value, outcome_id=value.decode())


async def agent_on(broker: Broker) -> tuple[ClaimsAgent, Runtime]:
    """Return an agent whose worker has both partitions."""
    source: Any = broker  # Any: it stands for several protocols
    recorder = Recorder()
    lanes = Lanes(source, source, recorder, source.first_offset, source)
    log: Any = SimpleNamespace(  # Any: a bound logger
        critical=lambda event, **_: broker.log.append(event),
        warning=lambda event, **_: broker.log.append(event),
        info=lambda *_, **__: None,
    )
    runtime = SimpleNamespace(
        settings=Settings.model_validate({"as_of": date(2026, 3, 20)}),
        lanes=lanes,
        group=broker,
        committer=broker,
        recorder=recorder,
        loaded=LoadedScrubber(source),
        provenance=Provenance(TopicNames(), "1", 1_000_000),
        budget=cast("Any", _Budget()),
        limit=DeadLetterLimit(0, 1),
        log=log,
        shadow=None,
        spans=None,
        ended=asyncio.Event(),
        end=lambda code: broker.log.append(f"ended {int(code)}"),
    )
    await lanes.assign([CULPRIT, NEIGHBOR], broker.generation)
    return ClaimsAgent(cast("Runtime", runtime)), cast("Runtime", runtime)


class _Budget(nullcontext[None]):
    overruns = 0


def message(tp: TP, offset: int = 0) -> FetchedMessage:
    """Return a message of a partition."""
    value = json.dumps({"partition": tp.partition, "offset": offset}).encode()
    return FetchedMessage(tp, 1, InboundMessage(tp.topic, tp.partition, offset, 1_774_000_000_000, b"k", value, ()))


async def handled(agent: ClaimsAgent, runtime: Runtime, *messages: FetchedMessage) -> None:
    """Hand messages over and wait until none is in flight."""
    await agent.handle(messages)
    while agent._runners:  # noqa: SLF001 -- nothing tells that the agent is idle
        await asyncio.gather(*agent._runners.values())  # noqa: SLF001
    for lane in runtime.lanes.open_lanes():
        await lane.landed()
    await asyncio.gather(*agent._watching)  # noqa: SLF001 -- likewise
    assert runtime.recorder.value("in_flight_claims") == 0


@pytest.mark.parametrize("order", [(CULPRIT, NEIGHBOR), (NEIGHBOR, CULPRIT)])
async def test_a_neighbor_is_not_named_while_the_culprit_is_scrubbed(order: Sequence[TP]) -> None:
    """A worker that dies of the culprit leaves its neighbor as it was: not a third time named, and so not condemned."""
    broker = Broker()
    agent, runtime = await agent_on(broker)

    await handled(agent, runtime, *(message(tp) for tp in order))

    (seen,) = broker.seen
    assert seen[CULPRIT] == CommittedOffset(0, SuspectRange(1, 3).metadata())
    assert seen[NEIGHBOR].metadata != SuspectRange(1, 3).metadata()
    assert [each.offset for each in broker.committed_by.values()] == [1, 1]


@pytest.mark.parametrize("order", [(CULPRIT, NEIGHBOR), (NEIGHBOR, CULPRIT)])
async def test_a_death_in_delivery_counts_against_what_is_delivered(order: Sequence[TP]) -> None:
    """What kills a worker only when its outcomes are sent would come again forever."""
    broker = Broker()
    at_delivery: list[Mapping[TP, CommittedOffset]] = []

    def keep(tp: TP) -> None:
        if tp == CULPRIT:
            at_delivery.append(dict(broker.committed_by))

    broker.on_delivery = keep
    agent, runtime = await agent_on(broker)

    await handled(agent, runtime, *(message(tp) for tp in order))

    (seen,) = at_delivery
    assert seen[CULPRIT] == CommittedOffset(0, SuspectRange(1, 3).metadata())
    assert seen[NEIGHBOR].metadata != SuspectRange(1, 3).metadata()


@pytest.mark.parametrize(
    ("error", "expected"), [(NotEnoughReplicasError(), ONE_LEFT), (MessageSizeTooLargeError(), SuspectRange(1, 3))]
)
async def test_a_broker_that_takes_no_delivery_condemns_nobody(error: Exception, expected: SuspectRange) -> None:
    """The worker leaves, and takes the name back, unless the broker refuses the very record."""
    broker = Broker()

    def fail(_tp: TP) -> None:
        raise DeliveryUncertainError from error

    broker.on_delivery = fail
    agent, runtime = await agent_on(broker)
    runtime.lanes.open_lanes()[0].revoked.wait = _never  # type: ignore[method-assign]  # nobody else has the partition

    await handled(agent, runtime, message(CULPRIT))

    assert broker.log[-1] == "ended 75"
    assert broker.committed_by[CULPRIT] == CommittedOffset(0, expected.metadata())


async def _never() -> Any:  # Any: the signature of the event
    raise TimeoutError


async def test_the_next_message_is_scrubbed_while_the_last_one_is_on_its_way() -> None:
    """Only what is tried after a crash waits for what came before it."""
    broker = Broker()
    broker.committed_by = {tp: CommittedOffset(0) for tp in (CULPRIT, NEIGHBOR)}
    agent, runtime = await agent_on(broker)
    delivered, in_turn = asyncio.Event(), asyncio.Lock()

    async def deliver(lane: Lane, committed: CommittedOffset) -> None:
        async with in_turn:
            await delivered.wait()
            lane.done(committed)

    broker._deliver = deliver  # type: ignore[method-assign]  # noqa: SLF001 -- ours
    await agent.handle([message(CULPRIT)])
    while agent._runners:  # noqa: SLF001 -- nothing tells that the agent is idle
        await asyncio.gather(*agent._runners.values())  # noqa: SLF001
    await agent.handle([message(CULPRIT, 1)])
    while len(broker.seen) < 2:  # noqa: ASYNC110 -- as above
        await asyncio.sleep(0)
    assert runtime.recorder.value("in_flight_claims") == 2

    delivered.set()
    (lane, _) = runtime.lanes.open_lanes()
    while lane.is_flying or runtime.recorder.value("in_flight_claims"):  # noqa: ASYNC110 -- as above
        await asyncio.sleep(0)
    assert (lane.done_offset, runtime.recorder.value("claims_total", "scrubbed")) == (2, 2)


async def test_what_was_dropped_is_counted_and_not_reported() -> None:
    """The next owner reports it; a received message is always one or the other."""
    broker = Broker()
    broker.committed_by = {tp: CommittedOffset(0) for tp in (CULPRIT, NEIGHBOR)}
    agent, runtime = await agent_on(broker)

    async def drop(lane: Lane, committed: CommittedOffset) -> None:
        raise DroppedError

    broker._deliver = drop  # type: ignore[method-assign]  # noqa: SLF001 -- ours
    for lane in runtime.lanes.open_lanes():
        lane.revoked.set()
        lane.revoked.is_set = lambda: False  # type: ignore[method-assign]  # it comes to be revoked on the way

    await handled(agent, runtime, message(CULPRIT))

    recorder = runtime.recorder
    assert recorder.value("claims_received_total") == recorder.value("claims_dropped_total", "revoked") == 1
    assert recorder.value("claims_total", "scrubbed") == 0
