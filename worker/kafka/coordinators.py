"""One client that asks coordinators and leaders, and asks again for as long as an answer may pass.

aiokafka's producer and consumer each keep a client of their own and speak to nobody but their own coordinator; this one
serves every transaction of a worker and the offsets of its group, over two connections.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    IncompatibleBrokerVersion,
    KafkaError,
    NodeNotReadyError,
    TransactionalIdAuthorizationFailed,
    for_code,
)
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.commit import OffsetFetchRequest

from worker.errors import ClaimscrubError
from worker.kafka.connection import METADATA_MS, REQUEST_TIMEOUT_MS, Client, client_options
from worker.kafka.protocol import (
    UNSTABLE_OFFSET_COMMIT,
    features_request,
    stable_offset_fetch,
    transaction_version,
)
from worker.settings import Settings

NONE: Final = 0
_DUPLICATE_SEQUENCE: Final = 46
_OPERATION_NOT_ATTEMPTED: Final = 55
_STALE_COORDINATOR: Final = frozenset({15, 16})
_PASSES: Final = frozenset({3, 5, 6, 7, 8, 13, 14, 15, 16, 19, 20, 51, 56})
"""Leaders and coordinators that move or load, copies that lag, and a transaction that is still being ended (51)."""

_FIRST_PAUSE_S: Final = 0.001
_LONGEST_PAUSE_S: Final = 0.1
_BROKEN_PAUSE_S: Final = 0.05


class BrokerTooOldError(ClaimscrubError):
    """The broker lacks a request without which nothing can be delivered exactly once."""


@dataclass(frozen=True, slots=True)
class StoredOffset:
    """What a group has committed for a partition; a negative offset is none."""

    offset: int
    metadata: str


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """Who is in a group."""

    protocol: str
    """How it shares out its partitions; empty without members."""
    clients: Mapping[str, str]
    """The client id of each member, by its id."""


class Coordinators:
    """Asks one broker after the other until the one answers that can.

    Nothing here has a limit of its own: whoever calls sets one.
    """

    def __init__(self, settings: Settings, count_retry: Callable[[], None] = lambda: None) -> None:
        self.client: Client = AIOKafkaClient(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
            **client_options(settings), request_timeout_ms=REQUEST_TIMEOUT_MS, metadata_max_age_ms=METADATA_MS
        )
        self.failures = 0
        """How many requests had no answer; each may have been heard all the same."""
        self._count_retry = count_retry
        self._known: dict[tuple[CoordinationType | None, str], int] = {}

    async def start(self, topics: Iterable[str]) -> None:
        """Connect. Raises `KafkaError`.

        Args:
            topics: Those of which the client is to know the leaders.
        """
        # Without names it would ask for every topic of the cluster.
        self.client.set_topics(topics)
        await self.client.bootstrap()

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def has_transactions_v2(self) -> bool:
        """Return whether the cluster has finalized transactions of version 2."""
        try:
            answer = await self.client.send(self.client.get_random_node(), features_request())
        except (NotImplementedError, IncompatibleBrokerVersion):
            return False
        return answer.error_code == NONE and transaction_version(answer) > 1

    async def ask(
        self,
        kind: CoordinationType | None,
        key: str,
        request: Any,
        codes: Callable[[Any], Iterable[int]] = lambda answer: [answer.error_code],
    ) -> Any:  # Any: aiokafka's requests and answers
        """Ask the coordinator of a group or transaction until it does not say "later".

        Args:
            kind: What kind of coordinator; `None` for any broker.
            key: The group or the transactional id.
            request: What is asked.
            codes: Returns the error codes in an answer.

        Raises:
            BrokerTooOldError: The broker does not know the request.
            KafkaError: What was answered does not pass.
        """
        pause_s = _FIRST_PAUSE_S
        group = ConnectionGroup.DEFAULT if kind is None else ConnectionGroup.COORDINATION
        while True:
            try:
                answer = await self.client.send(await self._node(kind, key), request, group=group)
            except (NotImplementedError, IncompatibleBrokerVersion) as error:
                raise BrokerTooOldError(
                    f"the broker does not know {type(request).__name__}: exactly-once needs Apache Kafka 2.5 or later, "
                    "CLAIMSCRUB_DELIVERY=at-least-once needs 0.11 or later"
                ) from error
            except (GroupAuthorizationFailedError, TransactionalIdAuthorizationFailed):
                # In answer to a search for the coordinator: who asks again hears the same.
                raise
            except KafkaError:
                self.failures += 1
                self._known.pop((kind, key), None)
                await asyncio.sleep(_BROKEN_PAUSE_S)
                continue
            code = next((each for each in codes(answer) if each not in {NONE, _OPERATION_NOT_ATTEMPTED}), NONE)
            if code == NONE:
                return answer
            if code not in _PASSES:
                raise for_code(code)(type(request).__name__, code)
            if code in _STALE_COORDINATOR:
                self._known.pop((kind, key), None)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _node(self, kind: CoordinationType | None, key: str) -> int:
        anyone = self.client.get_random_node()
        if anyone is None:
            raise NodeNotReadyError
        if kind is None:
            return int(anyone)
        if (kind, key) not in self._known:
            self._known[kind, key] = await self.client.coordinator_lookup(kind, key)
        return self._known[kind, key]

    async def produce(
        self,
        batches: Mapping[TopicPartition, bytes],
        request: Callable[[dict[str, list[tuple[int, bytes]]]], Any],  # Any: aiokafka's request
    ) -> None:
        """Have each batch written by the leader of its partition. Raises `KafkaError` for what does not pass.

        Args:
            batches: One for each partition; a broker drops one that it has already.
            request: Makes the request of batches by topic and partition.
        """
        left, pause_s = dict(batches), _FIRST_PAUSE_S
        while left:
            at: dict[int, list[TopicPartition]] = defaultdict(list)
            for place in left:
                await self.client._wait_on_metadata(place.topic)  # noqa: SLF001 -- no public call waits for a topic
                leader = self.client.cluster.leader_for_partition(place)
                if leader is not None and leader >= 0:
                    at[leader].append(place)
            answers = await asyncio.gather(
                *(self._produce_to(node, {each: left[each] for each in own}, request) for node, own in at.items())
            )
            for place in (each for answer in answers for each in answer):
                del left[place]
            if left:
                self._count_retry()
                self.client.force_metadata_update()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _produce_to(
        self,
        node: int,
        batches: Mapping[TopicPartition, bytes],
        request: Callable[[dict[str, list[tuple[int, bytes]]]], Any],
    ) -> Sequence[TopicPartition]:
        """Return the partitions whose batch the broker has."""
        by_topic: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for place, batch in batches.items():
            by_topic[place.topic].append((place.partition, batch))
        try:
            answer = await self.client.send(node, request(by_topic))
        except KafkaError:
            self.failures += 1
            await asyncio.sleep(_BROKEN_PAUSE_S)
            return ()
        done = []
        places = [(topic, place) for topic, partitions, *_ in answer.topics for place in partitions]
        for topic, (partition, code, *_) in places:
            if code in {NONE, _DUPLICATE_SEQUENCE}:
                done.append(TopicPartition(topic, partition))
            elif code not in _PASSES:
                raise for_code(code)(topic, partition)
        return done

    async def offsets(
        self, group: str, places: Iterable[TopicPartition], *, is_stable: bool
    ) -> dict[TopicPartition, StoredOffset | None]:
        """Return what a group has committed; `None` in place of one that an open transaction is about to change.

        Raises `BrokerTooOldError`.
        """
        by_topic: dict[str, list[int]] = defaultdict(list)
        for place in places:
            by_topic[place.topic].append(place.partition)
        request = stable_offset_fetch(group, by_topic, is_stable=is_stable)
        answer = await self.ask(CoordinationType.GROUP, group, request, _offset_codes)
        return {
            TopicPartition(topic, partition): None
            if code == UNSTABLE_OFFSET_COMMIT
            else StoredOffset(offset, metadata or "")
            for topic, partitions, _ in answer.topics
            for partition, offset, _epoch, metadata, code, _tags in partitions
        }

    async def plain_offset(self, group: str, place: TopicPartition) -> StoredOffset:
        """Return what a group has committed for a partition, from a broker of any age."""
        request = OffsetFetchRequest(group, [(place.topic, [place.partition])])
        answer = await self.ask(
            CoordinationType.GROUP, group, request, lambda found: [code for *_, code in found.topics[0][1]]
        )
        ((_partition, offset, metadata, _code),) = answer.topics[0][1]
        return StoredOffset(offset, metadata or "")

    async def members(self, group: str) -> GroupMembers:
        """Return who is in a group."""
        answer = await self.ask(
            CoordinationType.GROUP,
            group,
            DescribeGroupsRequest([group]),
            lambda found: [each[0] for each in found.groups],
        )
        ((_code, _name, _state, _kind, protocol, members, *_),) = answer.groups
        return GroupMembers(protocol if members else "", {member: client for member, client, *_ in members})


@asynccontextmanager
async def open_coordinators(settings: Settings) -> AsyncIterator[Coordinators]:
    """Connect for the length of a block, to ask what needs no topic. Raises `KafkaError`."""
    coordinators = Coordinators(settings)
    try:
        await coordinators.start([])
        yield coordinators
    finally:
        await coordinators.close()


def _offset_codes(answer: Any) -> list[int]:  # Any: an answer of aiokafka
    places = [code for _, partitions, _ in answer.topics for *_, code, _tags in partitions]
    return [answer.error_code, *(code for code in places if code != UNSTABLE_OFFSET_COMMIT)]


def partition_codes(answer: Any) -> list[int]:  # Any: an answer of aiokafka
    """Return the error codes of an answer that has one for each partition of each topic."""
    topics = answer.topics if hasattr(answer, "topics") else answer.errors
    return [place[1] for _, partitions, *_ in topics for place in partitions]
