"""Faust's Kafka transport with two repairs, its start without a wait, and the few calls that we make on its consumer.

This is the one module that reaches behind the public surface of Faust and aiokafka.
"""

import asyncio
import operator
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

from aiokafka import TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.structs import OffsetAndMetadata
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from worker.kafka.connection import Client
from worker.kafka.topic_ids import topic_id
from worker.stream.commit_marks import split_marks, with_marks
from worker.stream.lanes import CommittedOffset

_HELD_BACK_S: Final = 0.01
_ANSWER_S: Final = 30.0

Faust = Any
"""A Faust object; the library's types do not cover what we use."""


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:  # Any: the signature is Faust's
        consumer = super()._create_worker_consumer(transport)
        # Faust reads uncommitted records outside its own transactions: a claim whose upstream
        # transaction was aborted was never sent, and must not be scrubbed.
        consumer._isolation_level = "read_committed"  # noqa: SLF001 -- the constructor is Faust's to call
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


def count_retries(producer: Client, count: Callable[[], None]) -> None:
    """Have a call made each time that a producer is to send a batch of records again.

    aiokafka does not report it, so this wraps the one method by which its sender puts a batch back.
    """
    accumulator = producer._message_accumulator  # noqa: SLF001 -- see above
    reenqueue = accumulator.reenqueue

    def counted(batch: object) -> None:
        count()
        reenqueue(batch)

    accumulator.reenqueue = counted


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


async def _describe_group(consumer: Any) -> Any:  # Any: aiokafka's consumer and response
    coordinator = consumer._coordinator  # noqa: SLF001 -- the library's admin client would need connections of its own
    await coordinator.ensure_coordinator_known()
    request = DescribeGroupsRequest([coordinator.group_id])
    return await consumer._client.send(  # noqa: SLF001
        coordinator.coordinator_id, request, group=ConnectionGroup.COORDINATION
    )


class Group:
    """The consumer group as this worker's member sees it.

    Every call raises `TimeoutError` when there is no answer in time: Faust's thread waits for ever, and a worker
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

    async def members(self) -> frozenset[str]:
        """Return the ids of the members that the group has. Raises `KafkaError`."""
        thread = self._app.consumer._thread  # noqa: SLF001 -- as in `_call`
        async with asyncio.timeout(self._answer_s):
            answer = await thread.call_thread(_describe_group, thread._ensure_consumer())  # noqa: SLF001
        ((code, _name, _state, _kind, _protocol, members, *_),) = answer.groups
        if code:
            raise for_code(code)
        return frozenset(member for member, *_ in members)

    @property
    def client(self) -> Client | None:
        """Return what holds the consumer's connections, none before it has started; any thread may ask."""
        # The public `app.consumer` makes a consumer for whoever asks first, on the wrong thread.
        consumer = self._app._consumer  # noqa: SLF001
        started = None if consumer is None else consumer._thread._consumer  # noqa: SLF001
        return None if started is None else started._client  # noqa: SLF001

    async def committed(self, tp: TP) -> CommittedOffset | None:
        """Ask the broker what the group has committed; None when that is nothing."""
        partition = TopicPartition(tp.topic, tp.partition)
        # The public call answers the offset without its metadata.
        found = await self._call("_coordinator.fetch_committed_offsets", [partition])
        committed = found.get(partition)
        if committed is None or committed.offset < 0:
            return None
        return CommittedOffset(committed.offset, *split_marks(committed.metadata or ""))

    async def beginning(self, tp: TP) -> int:
        """Return the first offset that the broker still has."""
        offsets = await self._call("beginning_offsets", [TopicPartition(tp.topic, tp.partition)])
        return int(next(iter(offsets.values())))

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """Return the offset after the last record of each partition."""
        offsets = await self._call("end_offsets", [TopicPartition(tp.topic, tp.partition) for tp in tps])
        return {TP(each.topic, each.partition): offset for each, offset in offsets.items()}

    async def topic_id(self, topic: str) -> str | None:
        """Return the id of a topic; None when the broker has no ids. Raises as `worker.kafka.topic_ids.topic_id`."""
        thread = self._app.consumer._thread  # noqa: SLF001 -- as in `_call`
        client = thread._ensure_consumer()._client  # noqa: SLF001
        async with asyncio.timeout(self._answer_s):
            found: str | None = await thread.call_thread(topic_id, client, topic)
            return found

    async def commit(self, offsets: Mapping[TP, CommittedOffset]) -> None:
        """Commit offsets as a member of the group: the broker refuses one of an earlier generation."""
        await self._call(
            "commit",
            {
                TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(
                    each.offset, with_marks(each.metadata, each.topic_id, each.member_id)
                )
                for tp, each in offsets.items()
            },
        )

    async def seek(self, tp: TP, offset: int) -> None:
        """Fetch from an offset on."""
        async with asyncio.timeout(self._answer_s):
            await self._app.consumer.seek(tp, offset)

    async def _call(self, name: str, *arguments: object) -> Any:  # Any: the result is aiokafka's
        # The consumer lives on a thread and a loop of its own; calls reach it through its queue only.
        thread = self._app.consumer._thread  # noqa: SLF001 -- Faust has no public way to these calls
        call = operator.attrgetter(name)(thread._ensure_consumer())  # noqa: SLF001
        async with asyncio.timeout(self._answer_s):
            return await thread.call_thread(call, *arguments)
