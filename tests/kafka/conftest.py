"""One broker of Apache Kafka for all tests of a run."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from tests.kafka.broker import Cluster, KafkaMissingError, kafka_cluster
from tests.kafka.registry import schema_registry
from tests.kafka.secure_broker import SecureBroker, secure_broker
from worker.settings import DeliveryGuarantee, Settings

_COUNTER = itertools.count()

Running = TypeVar("Running")


@pytest.fixture(scope="session")
def one_broker() -> Iterator[Cluster]:
    """One broker, for all tests that do it no harm."""
    yield from _running(kafka_cluster(1))


@pytest.fixture(scope="module")
def transactions_v1() -> Iterator[Cluster]:
    """One broker whose transactions are those of all brokers before Kafka 4.0."""
    yield from _running(kafka_cluster(1, transactions=1))


@pytest.fixture(scope="module")
def three_brokers() -> Iterator[Cluster]:
    """Three brokers that each keep a copy of every record."""
    yield from _running(kafka_cluster(3))


@pytest.fixture(scope="module")
def guarded() -> Iterator[SecureBroker]:
    """One broker that asks who comes."""
    yield from _running(secure_broker())


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """The address of a schema registry that is empty."""
    yield from _running(schema_registry())


def _running(broker: AbstractContextManager[Running]) -> Iterator[Running]:
    """Run a broker or several; skip without Apache Kafka, unless REQUIRE_KAFKA=1."""
    try:
        running = broker.__enter__()
    except KafkaMissingError as error:
        if os.environ.get("REQUIRE_KAFKA") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        yield running
    finally:
        broker.__exit__(None, None, None)


@pytest.fixture(scope="session")
def kafka(one_broker: Cluster) -> str:
    """The host:port of an Apache Kafka broker."""
    return one_broker.address


@pytest.fixture
def settings_for(kafka: str) -> Callable[[DeliveryGuarantee], Settings]:
    """Make settings with topics and a group that no other test has."""

    def make(delivery: DeliveryGuarantee) -> Settings:
        number = next(_COUNTER)
        return Settings(
            bootstrap_servers=kafka,
            delivery=delivery,
            topic_prefix=f"test{number}.",
            group_id=f"test{number}",
            session_timeout_s=6,
        )

    return make
