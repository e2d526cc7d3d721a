"""Faust's Kafka transport with two repairs, its start without a wait, and the few calls that we make on its consumer.

This is the one module that reaches behind the public surface of Faust and aiokafka.
"""

import asyncio
import operator
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Final

import aiokafka.consumer.consumer
import aiokafka.consumer.subscription_state
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import TopicPartitionState
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from worker.kafka.connection import Client
from worker.kafka.topic_ids import topic_id

_HELD_BACK_S: Final = 0.01
_FETCH_EVERY_S: Final = 0.01
_ANSWER_S: Final = 30.0

Faust = Any
"""A Faust object; the library's types do not cover what we use."""


GROUP_PROTOCOL: Final = "claimscrub-1"
"""How workers of a group share out its partitions. A broker lets nobody join who knows no way that all others know."""


class Assignor(RoundRobinPartitionAssignor):
    """aiokafka's way of sharing out, under another name.

    Earlier releases use it under its own. They have a producer a partition, which fences nobody of this release; under
    another name one group cannot hold both, and the broker itself sees to that.
    """

    name = GROUP_PROTOCOL


class _PartitionState(TopicPartitionState):
    """Where a consumer is in a partition, and how often it was put there instead of having come so far."""

    jumps = 0

    def seek(self, position: int) -> None:
        """Go where a caller wants it."""
        self.jumps += 1
        super().seek(position)

    def reset_to(self, position: int) -> None:
        """Go to the committed offset, or to the beginning where the broker has deleted what comes next."""
        self.jumps += 1
        super().reset_to(position)


class PacedFetcher(Fetcher):
    """Asks a broker for records with a pause between two requests, in which more of them come.

    A transaction that ends shows its records one partition after the other, and each would end a request that waits
    for any; a request over all partitions of a worker costs both sides a millisecond, with one record or hundreds. One
    that waits for a record longer than the pause is answered as soon as there is one.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # Any: aiokafka's
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        self._asked: dict[int, float] = {}

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> Any:  # Any: aiokafka's
        loop = asyncio.get_running_loop()
        early_s = self._asked.get(node_id, 0.0) + _FETCH_EVERY_S - loop.time()
        if early_s > 0:
            try:
                await asyncio.sleep(early_s)
            except asyncio.CancelledError:
                return False  # as while it waits for its answer: whoever cancels it awaits it
        self._asked[node_id] = loop.time()
        return await super()._proc_fetch_request(assignment, node_id, request)  # type: ignore[no-untyped-call]  # as above


def pace_fetches() -> None:
    """Have every consumer of aiokafka in this process pause; it offers no other way in."""
    consumer: Any = aiokafka.consumer.consumer  # Any: aiokafka publishes no types
    consumer.Fetcher = PacedFetcher


def count_jumps() -> None:
    """Have every consumer of aiokafka in this process count; its subscription offers no other way in."""
    state: Any = aiokafka.consumer.subscription_state  # Any: aiokafka publishes no types
    state.TopicPartitionState = _PartitionState


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:  # Any: the signature is Faust's
        consumer = super()._create_worker_consumer(transport)
        # Faust reads uncommitted records outside its own transactions: a claim whose upstream
        # transaction was aborted was never sent, and must not be scrubbed.
        consumer._isolation_level = "read_committed"  # noqa: SLF001 -- the constructor is Faust's to call
        consumer._partition_assignment_strategy = [Assignor]  # noqa: SLF001 -- as above
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> Any:  # Any: the signature is Faust's
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109 -- Faust's signature
        # With every partition held back by a full buffer Faust sleeps a whole second, in which a
        # buffer small enough to bound memory runs dry.
        if self.flow_active and not self._get_active_partitions():
            await self.sleep(_HELD_BACK_S)
            return {}, set()
        return await super()._wait_next_records(timeout)

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ASYNC109 -- Faust's signature
        # Faust labels records with the generation in force after the fetch returned, so records of the
        # last generation can carry the label of this one. Dropping them alone would skip them for good,
        # since the fetcher has moved on: so fetch again from the committed offset, as Faust itself does
        # where it drops records.
        generation = self.app.consumer_generation_id
        records = await super()._getmany(active_partitions, timeout)
        if generation == self.app.consumer_generation_id:
            return records
        await self.perform_seek()
        return {}


class Transport(driver.Transport):
    """Faust's transport with our consumer."""

    Consumer: ClassVar[Any] = _Consumer  # Any: Faust's own annotation


class NoTables(TableManager):
    """Faust's tables, of which this app has none."""

    async def sleep(self, n: object) -> None:
        """Do not wait: Faust gives modules a second at the start to declare their tables."""


def add_agent(app: Faust, name: str, channel: Any, fun: Callable[[Any], Awaitable[None]]) -> None:  # Any: Faust's
    """Add an agent of one instance to an app, as its decorator does.

    The decorator also notes where the agent was declared, for an app that looks for its agents, and searches every
    loaded module for that: a twentieth of the start.
    """
    agent = app.conf.Agent(fun, name=name, app=app, channel=channel, concurrency=1, on_error=app._on_agent_error)  # noqa: SLF001 -- as the decorator
    app.agents[agent.name] = agent


def open_connections(client: Client) -> int:
    """Return how many connections to brokers an aiokafka client has open; any thread may ask.

    The library keeps them to itself.
    """
    # A tuple is made in one step, whatever another thread does to the dictionary.
    return sum(_is_open(each) for each in tuple(client._conns.values()))  # noqa: SLF001


def _is_open(connection: Any) -> bool:  # Any: aiokafka's
    # Its own `connected` reads this twice, and another thread may clear it in between.
    reader = connection._reader  # noqa: SLF001
    return reader is not None and not reader.at_eof()


class Group:
    """The consumer group as this worker's member sees it.

    Every call raises `TimeoutError` when there is no answer in time: Faust's thread waits forever, and a worker
    that waits with it would seem to be alive.
    """

    def __init__(self, app: Faust, answer_s: float = _ANSWER_S) -> None:
        self._app = app
        self._answer_s = answer_s

    @property
    def generation(self) -> int:
        """Return the generation in force; records of another one are not ours to scrub."""
        return int(self._app.consumer_generation_id)

    @property
    def member_id(self) -> str | None:
        """Return the id of this worker in the group, which is another one each time that a process joins."""
        consumer = self._app.consumer._thread._ensure_consumer()  # noqa: SLF001 -- as in `_call`
        return str(consumer._coordinator.member_id) or None  # noqa: SLF001

    @property
    def client(self) -> Client | None:
        """Return what holds the consumer's connections, none before it has started; any thread may ask."""
        # The public `app.consumer` makes a consumer for whoever asks first, on the wrong thread.
        consumer = self._app._consumer  # noqa: SLF001
        started = None if consumer is None else consumer._thread._consumer  # noqa: SLF001
        return None if started is None else started._client  # noqa: SLF001

    async def beginnings(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the first offset that the broker still has of each partition."""
        return await self._offsets("beginning_offsets", tps)

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset after the last record of each partition."""
        return await self._offsets("end_offsets", tps)

    async def _offsets(self, name: str, tps: Iterable[TP]) -> dict[TP, int]:
        offsets = await self._call(name, [TopicPartition(tp.topic, tp.partition) for tp in tps])
        return {TP(each.topic, each.partition): offset for each, offset in offsets.items()}

    async def topic_id(self, topic: str) -> str | None:
        """Return the id of a topic; None when the broker has no ids. Raises as `worker.kafka.topic_ids.topic_id`."""
        thread = self._app.consumer._thread  # noqa: SLF001 -- as in `_call`
        client = thread._ensure_consumer()._client  # noqa: SLF001
        async with asyncio.timeout(self._answer_s):
            found: str | None = await thread.call_thread(topic_id, client, topic)
            return found

    async def seek(self, tp: TP, offset: int) -> None:
        """Fetch from an offset on."""
        async with asyncio.timeout(self._answer_s):
            await self._app.consumer.seek(tp, offset)

    def jumps(self, tp: TP) -> int | None:
        """Return how often the consumer was put elsewhere in a partition; None when it does not have it just now."""
        consumer = self._app.consumer._thread._ensure_consumer()  # noqa: SLF001 -- as in `_call`
        subscription = consumer._subscription.subscription  # noqa: SLF001
        assignment = None if subscription is None else subscription.assignment
        place = TopicPartition(tp.topic, tp.partition)
        if assignment is None or place not in assignment.tps:
            return None
        found: int = assignment.state_value(place).jumps
        return found

    async def _call(self, name: str, *arguments: object) -> Any:  # Any: the result is aiokafka's
        # The consumer lives on a thread and a loop of its own; calls reach it through its queue only.
        thread = self._app.consumer._thread  # noqa: SLF001 -- Faust has no public way to these calls
        call = operator.attrgetter(name)(thread._ensure_consumer())  # noqa: SLF001
        async with asyncio.timeout(self._answer_s):
            return await thread.call_thread(call, *arguments)
