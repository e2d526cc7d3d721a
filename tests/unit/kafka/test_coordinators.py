"""What is asked again and of whom, and what is not."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    InvalidTxnState,
    KafkaConnectionError,
    MessageSizeTooLargeError,
)

from worker.kafka import coordinators as coordinators_module
from worker.kafka.coordinators import BrokerTooOldError, Coordinators, StoredOffset
from worker.kafka.protocol import UNSTABLE_OFFSET_COMMIT
from worker.settings import Settings

LOADS, MOVED, CONCURRENT, INVALID_STATE = 14, 16, 51, 48
PLACE, OTHER = TopicPartition("scrubbed", 0), TopicPartition("scrubbed", 1)

Reply = Callable[[], Any]
"""Answers a request, or raises."""


class Network:
    """aiokafka's client: one answer after the other, and which node was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.nodes: list[int] = []
        self.found = 0
        self.updates = 0
        self.cluster = self
        self.leaders: dict[TopicPartition, int | None] = {PLACE: 1, OTHER: 2}

    async def send(self, node: int, _request: object, **_: object) -> Any:  # Any: aiokafka's answer
        """Answer, or raise."""
        self.nodes.append(node)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def coordinator_lookup(self, *_: object) -> int:
        """Return another coordinator each time."""
        self.found += 1
        return self.found

    def get_random_node(self) -> int:
        """Return a node."""
        return 1

    async def _wait_on_metadata(self, _topic: str) -> None:
        """Know every topic."""

    def leader_for_partition(self, place: TopicPartition) -> int | None:
        """Return the leader."""
        return self.leaders[place]

    def force_metadata_update(self) -> None:
        """Count."""
        self.updates += 1


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST_PAUSE_S", "_LONGEST_PAUSE_S", "_BROKEN_PAUSE_S"):
        monkeypatch.setattr(coordinators_module, name, 0)


async def over(network: Network, count: Callable[[], None] = lambda: None) -> Coordinators:
    """Coordinators over a network."""
    found = Coordinators(Settings(), count)
    found.client = network
    return found


def code(number: int) -> Any:  # Any: the part of an answer that is looked at
    """An answer with an error code."""
    return SimpleNamespace(error_code=number)


@pytest.mark.parametrize("passes", [LOADS, MOVED, CONCURRENT])
async def test_what_passes_is_asked_again(passes: int) -> None:
    """Of another coordinator only where this one is none any more."""
    network = Network(code(passes), code(0))

    await (await over(network)).ask(CoordinationType.TRANSACTION, "id", object())

    assert network.nodes == ([1, 2] if passes == MOVED else [1, 1])


async def test_what_does_not_pass_is_raised_with_its_number() -> None:
    """Aiokafka has no class for some of them."""
    with pytest.raises(InvalidTxnState) as raised:
        await (await over(Network(code(INVALID_STATE)))).ask(CoordinationType.TRANSACTION, "id", object())

    assert raised.value.args[-1] == INVALID_STATE


async def test_who_may_not_look_for_a_coordinator_is_not_kept_waiting() -> None:
    """A refusal in answer to the search is raised like one in answer to the request."""
    network = Network()

    async def refuse(*_: object) -> int:
        raise GroupAuthorizationFailedError

    network.coordinator_lookup = refuse  # type: ignore[method-assign]
    with pytest.raises(GroupAuthorizationFailedError):
        await (await over(network)).ask(CoordinationType.GROUP, "claimscrub", object())


async def test_a_request_without_an_answer_is_counted_and_sent_again() -> None:
    """It may have been heard: whoever writes has to know."""
    network = Network(KafkaConnectionError(), code(0))
    asking = await over(network)

    await asking.ask(CoordinationType.GROUP, "claimscrub", object())

    assert (asking.failures, network.nodes) == (1, [1, 2])


@pytest.mark.parametrize("kind", [CoordinationType.GROUP, None])
async def test_a_broker_that_does_not_know_a_request_is_too_old(kind: CoordinationType | None) -> None:
    """In a sentence, with the way out."""
    with pytest.raises(BrokerTooOldError, match="at-least-once"):
        await (await over(Network(NotImplementedError()))).ask(kind, "claimscrub", object())


async def test_what_any_broker_can_answer_needs_no_coordinator() -> None:
    """And is asked again as anything else is."""
    network = Network(KafkaConnectionError(), code(LOADS), code(MOVED), code(0))
    asking = await over(network)

    await asking.ask(None, "", object())

    assert (asking.failures, network.nodes, network.found) == (1, [1, 1, 1, 1], 0)


def produced(*codes: tuple[TopicPartition, int]) -> Any:  # Any: the part of an answer that is looked at
    """An answer to records."""
    return SimpleNamespace(topics=[(place.topic, [(place.partition, number, 0, 0)]) for place, number in codes])


async def produce(network: Network, places: Sequence[TopicPartition]) -> tuple[list[dict[str, Any]], int]:
    """Have batches written; return the requests, and how often something was sent again."""
    sent, again = list[dict[str, Any]](), list[None]()
    writing = await over(network, lambda: again.append(None))

    await writing.produce(dict.fromkeys(places, b"batch"), lambda batches: sent.append(dict(batches)))

    return sent, len(again)


async def test_each_leader_gets_its_batches() -> None:
    """Side by side, and nobody those of another."""
    network = Network(produced((PLACE, 0)), produced((OTHER, 0)))

    sent, again = await produce(network, [PLACE, OTHER])

    assert sent == [{"scrubbed": [(0, b"batch")]}, {"scrubbed": [(1, b"batch")]}]
    assert (network.nodes, again) == ([1, 2], 0)


@pytest.mark.parametrize("first", [KafkaConnectionError(), produced((PLACE, 6)), produced((PLACE, 19))])
async def test_a_batch_that_was_not_taken_is_sent_again(first: Any) -> None:  # Any: an answer or an error
    """And counted; the leader may be another one by then."""
    network = Network(first, produced((PLACE, 0)))

    assert (await produce(network, [PLACE]))[1] == 1
    assert network.updates == 1


async def test_a_batch_that_the_broker_has_already_is_done() -> None:
    """Its first answer was lost."""
    assert (await produce(Network(produced((PLACE, 46))), [PLACE]))[1] == 0


async def test_a_batch_that_is_refused_is_not_sent_again() -> None:
    """It would be refused again."""
    with pytest.raises(MessageSizeTooLargeError):
        await produce(Network(produced((PLACE, 10))), [PLACE])


async def test_an_offset_that_is_about_to_change_is_none() -> None:
    """Whoever asks waits, and hears of the others meanwhile."""
    stored: list[Any] = [
        (0, 500, -1, "m", 0, {}),
        (1, -1, -1, None, UNSTABLE_OFFSET_COMMIT, {}),
        (2, -1, -1, None, 0, {}),
    ]
    answer = SimpleNamespace(error_code=0, topics=[("claims", stored, {})])
    places = [TopicPartition("claims", number) for number in range(3)]

    found = await (await over(Network(answer))).offsets("claimscrub", places, is_stable=True)

    assert list(found.values()) == [StoredOffset(500, "m"), None, StoredOffset(-1, "")]


async def test_the_members_of_a_group_are_told_by_their_clients() -> None:
    """And how they share out; a group without members shares out in no way."""
    members = [("worker-0-1", "claimscrub-worker-0", "/127.0.0.1", b"", b"")]
    some = SimpleNamespace(groups=[(0, "g", "Stable", "consumer", "claimscrub-1", members)])
    none = SimpleNamespace(groups=[(0, "g", "Empty", "consumer", "claimscrub-1", [])])
    asking = await over(Network(some, none))

    found = await asking.members("g")

    assert (found.protocol, found.clients) == ("claimscrub-1", {"worker-0-1": "claimscrub-worker-0"})
    assert (await asking.members("g")).protocol == ""


async def test_a_broker_that_does_not_say_what_is_finalized_has_transactions_of_version_1() -> None:
    """As every one before Apache Kafka 4.0."""
    old = await over(Network(NotImplementedError()))
    silent = await over(Network(SimpleNamespace(error_code=0, tags={})))

    assert [await old.has_transactions_v2(), await silent.has_transactions_v2()] == [False, False]
    assert cast("Any", old).failures == 0
