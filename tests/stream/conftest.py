"""The embedded broker, once for all tests of a run, and settings of its own for each test."""

import itertools
from collections.abc import Iterator

import pytest

from tests.stream.patience import let_consumers_rest
from worker.kafka.embedded import embedded_broker
from worker.settings import DeliveryGuarantee, Settings

_COUNTER = itertools.count()

let_consumers_rest()


@pytest.fixture(autouse=True)
def closed(nothing_left_open: None) -> None:
    """Every test of the stream closes its clients."""


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
    return Settings(
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
