"""The embedded broker, once for all tests of a run, and settings of its own for each test."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from tests.stream.patience import let_consumers_rest
from worker.kafka.connection import open_admin
from worker.kafka.embedded import embedded_broker
from worker.settings import DeliveryGuarantee, Settings

_COUNTER = itertools.count()
_MADE: list[Settings] = []
"""Those of the test that runs."""

let_consumers_rest()


@pytest.fixture(autouse=True)
def closed(nothing_left_open: None) -> None:
    """Every test of the stream closes its clients."""


@pytest.fixture(autouse=True)
def emptied() -> Iterator[None]:
    """A test leaves no topics: the broker writes all that it holds to disk each second in which something came.

    After twenty tests that was a quarter of a gigabyte, and most of what the tests of the stream cost.
    """
    yield
    while _MADE:
        asyncio.run(_delete_topics(_MADE.pop()))


async def _delete_topics(settings: Settings) -> None:
    async with open_admin(settings) as admin:
        if left := [each for each in await admin.list_topics() if each.startswith(settings.topic_prefix)]:
            await admin.delete_topics(left)


@pytest.fixture(scope="session")
def embedded() -> Iterator[str]:
    """The host:port of the embedded broker."""
    with embedded_broker() as address:
        yield address


@pytest.fixture(params=list(DeliveryGuarantee), ids=list(DeliveryGuarantee))
def settings(request: pytest.FixtureRequest, embedded: str) -> Settings:
    """Settings for one test under each delivery policy, with topics and a group of its own."""
    return settings_for(embedded, request.param)


@pytest.fixture
def exactly_once(embedded: str) -> Settings:
    """Settings for one test under exactly-once, with topics and a group of its own."""
    return settings_for(embedded, DeliveryGuarantee.EXACTLY_ONCE)


def settings_for(broker: str, delivery: DeliveryGuarantee) -> Settings:
    """Return settings with topics and a group that no other test has."""
    number = next(_COUNTER)
    made = Settings(
        bootstrap_servers=broker,
        delivery=delivery,
        topic_prefix=f"test{number}.",
        group_id=f"test{number}",
        # This broker never gives up on a dead member; a fixed name lets its next life take over.
        instance_id="worker-0",
        # A worker that has no processor for a while must not lose its place; none is waited out on this broker.
        session_timeout_s=60,
        transaction_timeout_s=60,
        stop_grace_s=60,
    )
    _MADE.append(made)
    return made
