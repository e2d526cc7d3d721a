"""What is asked of Faust's consumer, and what happens when it does not answer."""

import asyncio
from types import SimpleNamespace
from typing import Any, Never

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import SubscriptionState
from faust.types import TP

from worker.stream import faust_transport
from worker.stream.faust_transport import Group, PacedFetcher, count_jumps, open_connections

PARTITION = TP("claims.inbound.v1", 0)


async def never(*_: object) -> Never:
    """Wait as Faust's thread does when the group's coordinator is away."""
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.beginnings([PARTITION]),
        lambda group: group.ends([PARTITION]),
        lambda group: group.topic_id(PARTITION.topic),
        lambda group: group.seek(PARTITION, 1),
    ],
    ids=["beginnings", "ends", "topic-id", "seek"],
)
async def test_a_group_that_does_not_answer_is_not_waited_for_for_ever(ask: Any) -> None:  # Any: each call has its own
    """The caller hears of it, and the worker can leave."""
    calls = SimpleNamespace(
        beginning_offsets=never,
        end_offsets=never,
        _client=None,
    )
    thread = SimpleNamespace(_ensure_consumer=lambda: calls, call_thread=never)
    group = Group(SimpleNamespace(consumer=SimpleNamespace(_thread=thread, seek=never)), answer_s=0.01)

    with pytest.raises(TimeoutError):
        await ask(group)


def connection(reader: object) -> SimpleNamespace:
    """A connection of aiokafka's; it has no reader once it is closed."""
    return SimpleNamespace(_reader=reader)


def test_a_connection_counts_until_either_side_has_closed_it() -> None:
    """What aiokafka keeps of a closed one until it needs it again is none."""
    streams = [SimpleNamespace(at_eof=lambda: False), SimpleNamespace(at_eof=lambda: True), None]
    client = SimpleNamespace(_conns=dict(enumerate(map(connection, streams))))

    assert open_connections(client) == 1
    assert open_connections(SimpleNamespace(_conns={})) == 0


def test_to_look_at_the_consumer_makes_none() -> None:
    """A scrape can come before the start: then there is none, and none is made on the thread of the scrape."""

    class App:
        """An app whose public `consumer` would make one."""

        def __init__(self, consumer: object) -> None:
            self._consumer = consumer

        @property
        def consumer(self) -> Never:
            raise AssertionError

    client = object()
    started = SimpleNamespace(_consumer=SimpleNamespace(_client=client))
    starting = SimpleNamespace(_consumer=None)

    assert Group(App(None)).client is None
    assert Group(App(SimpleNamespace(_thread=starting))).client is None
    assert Group(App(SimpleNamespace(_thread=started))).client is client


async def test_each_time_that_a_consumer_is_put_elsewhere_counts() -> None:
    """By a caller, and by the library itself; what it reads in a row does not. Without a partition nothing is known."""
    count_jumps()
    subscriptions: Any = SubscriptionState()  # type: ignore[no-untyped-call]  # Any: aiokafka publishes no types
    place = TopicPartition(*PARTITION)
    thread = SimpleNamespace(_ensure_consumer=lambda: SimpleNamespace(_subscription=subscriptions))
    group = Group(SimpleNamespace(consumer=SimpleNamespace(_thread=thread)))
    assert group.jumps(PARTITION) is None

    subscriptions.assign_from_user([place])
    state = subscriptions.subscription.assignment.state_value(place)
    state.reset_to(5)
    state.consumed_to(9)
    assert group.jumps(PARTITION) == 1
    subscriptions.seek(place, 3)
    state.await_reset(0)
    state.reset_to(20)

    assert group.jumps(PARTITION) == 3
    assert group.jumps(TP(PARTITION.topic, 1)) is None


class Asked(Fetcher):
    """A fetcher that notes which brokers it asks."""

    def __init__(self) -> None:
        self.brokers: list[int] = []

    async def _proc_fetch_request(self, _assignment: object, node_id: int, _request: object) -> bool:
        self.brokers.append(node_id)
        return True

    def __del__(self) -> None:
        """Have nothing to close."""


class Paced(PacedFetcher, Asked):
    """The same with the pause."""

    def __init__(self) -> None:
        Asked.__init__(self)
        self._asked = {}

    async def ask(self, broker: int) -> bool:
        """Ask a broker, as aiokafka does; return whether it was asked."""
        return bool(await self._proc_fetch_request(None, broker, None))


async def test_a_broker_that_was_just_asked_is_asked_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one at once."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(faust_transport, "asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": pause}))
    monkeypatch.setattr(faust_transport, "_FETCH_EVERY_S", 3600.0)
    fetcher = Paced()

    assert [await fetcher.ask(broker) for broker in (1, 2, 1)] == [True] * 3

    assert fetcher.brokers == [1, 2, 1]
    assert len(pauses) == 1
    assert 0 < pauses[0] <= 3600


async def test_a_fetch_that_is_cancelled_in_its_pause_ends_as_one_in_flight_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who closes the fetcher awaits what it cancels."""
    monkeypatch.setattr(faust_transport, "_FETCH_EVERY_S", 3600.0)
    fetcher = Paced()
    await fetcher.ask(1)
    waiting = asyncio.create_task(fetcher.ask(1))
    await asyncio.sleep(0)

    waiting.cancel()

    assert await waiting is False
    assert fetcher.brokers == [1]
