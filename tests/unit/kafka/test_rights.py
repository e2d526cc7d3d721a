"""What a broker says that its user may do."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import for_code

from worker.history.key import write_key
from worker.kafka.coordinators import BrokerTooOldError, Coordinators
from worker.kafka.rights import MissingRight, Right, missing_rights
from worker.settings import HistoryMode, Settings

SETTINGS = Settings(group_id="g")
TOPICS = SETTINGS.topics_in_use
ALL = sum(1 << bit for bit in range(3, 13))
NOT_TOLD = -(2**31)


class Broker:
    """Answers as a broker: error code and rights for each topic, and for the group."""

    def __init__(self, of_topic: tuple[int, int] = (0, ALL), of_group: tuple[int, int] = (0, ALL)) -> None:
        self.of_topic, self.of_group = of_topic, of_group
        self.topics = TOPICS
        self.only: tuple[str, tuple[int, int]] | None = None

    async def ask(self, kind: object, *_: object) -> Any:
        """Answer a request for topics or for the group."""
        if kind is not None:
            code, bits = self.of_group
            if code:
                raise for_code(code)
            return SimpleNamespace(groups=[(code, "g", "Empty", "consumer", "", [], bits)])
        found: list[tuple[object, ...]] = []
        for topic in self.topics:
            code, bits = self.only[1] if self.only and self.only[0] == topic.name else self.of_topic
            found.append((code, topic.name, False, [], bits))
        return SimpleNamespace(topics=found)


async def missing(broker: Broker, settings: Settings = SETTINGS) -> tuple[MissingRight, ...] | None:
    """Ask that broker."""
    return await missing_rights(cast("Coordinators", broker), settings)


async def test_who_may_all_lacks_nothing() -> None:
    """And who may no more than is needed."""
    assert await missing(Broker()) == ()
    needed = 1 << Right.READ | 1 << Right.WRITE | 1 << Right.DESCRIBE
    assert await missing(Broker((0, needed), (0, needed))) == ()


@pytest.mark.parametrize(
    ("topic", "bits", "right"),
    [
        ("claims.inbound.v1", 1 << Right.WRITE, Right.READ),
        ("claims.scrubbed.v1", 1 << Right.READ, Right.WRITE),
    ],
)
async def test_each_topic_needs_what_its_direction_says(topic: str, bits: int, right: Right) -> None:
    """To read what comes in, to write what goes out."""
    broker = Broker()
    broker.only = (topic, (0, bits))

    assert await missing(broker) == (MissingRight(f"topic {topic}", right),)


async def test_where_workers_hand_on_they_write_to_what_they_read(tmp_path: Path) -> None:
    """With a memory decisions go behind the claims: to inbound where senders place these."""
    key = tmp_path / "key"
    write_key(key)
    keyed = Settings(group_id="g", history=HistoryMode.KEYED, history_key_file=key)
    broker = Broker((0, 1 << Right.READ))
    broker.topics = keyed.topics_in_use

    found = await missing(broker, keyed)

    assert found is not None
    assert MissingRight("topic claims.inbound.v1", Right.WRITE) in found
    assert MissingRight("topic claims.inbound.v1", Right.WRITE) not in (
        await missing(Broker((0, 1 << Right.READ))) or ()
    )


async def test_a_refusal_is_no_right_at_all() -> None:
    """A broker says nothing of the rights of who may not even describe."""
    found = await missing(Broker((29, NOT_TOLD), (30, NOT_TOLD)))

    assert found is not None
    assert len(found) == len(TOPICS) + 2
    assert MissingRight("group g", Right.READ) in found


async def test_a_topic_that_is_missing_is_not_one_without_rights() -> None:
    """The check of topics names it; the others are judged."""
    broker = Broker()
    broker.only = ("claims.inbound.v1", (3, NOT_TOLD))

    assert await missing(broker) == ()


async def test_a_broker_that_does_not_say_is_not_taken_for_one_that_allows() -> None:
    """Not told and old brokers are not known."""
    assert await missing(Broker(of_group=(0, NOT_TOLD))) is None
    assert await missing(Broker((0, NOT_TOLD))) is None

    class OldBroker(Broker):
        async def ask(self, *_: object) -> Any:
            raise BrokerTooOldError

    assert await missing(OldBroker()) is None
