"""One broker of Apache Kafka for all tests of a run."""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from tests.kafka.broker import KafkaMissingError, kafka_broker
from worker.settings import Delivery, Settings

_COUNTER = itertools.count()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The host:port of an Apache Kafka broker; skips without one, unless REQUIRE_KAFKA=1."""
    try:
        broker = kafka_broker()
        address = broker.__enter__()
    except KafkaMissingError as error:
        if os.environ.get("REQUIRE_KAFKA") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        yield address
    finally:
        broker.__exit__(None, None, None)


@pytest.fixture
def settings_for(kafka: str) -> Callable[[Delivery], Settings]:
    """Make settings with topics and a group that no other test has."""

    def make(delivery: Delivery) -> Settings:
        number = next(_COUNTER)
        return Settings(
            bootstrap_servers=kafka,
            delivery=delivery,
            topic_prefix=f"test{number}.",
            group_id=f"test{number}",
            session_timeout_s=6,
        )

    return make
