"""A worker that finds the topics other than they have to be does not start."""

from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from tests.stream.forks import ForkedWorker
from tests.stream.support import FAILSAFE_S
from worker.kafka.connection import open_admin
from worker.kafka.topics import check_topics, create_topics, partition_counts
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.broker]


async def test_an_outcome_topic_with_fewer_partitions_is_refused_at_the_start(
    exactly_once: Settings, tmp_path: Path
) -> None:
    """Before anything is taken: an outcome goes to the partition of its message, and there would be none."""
    async with open_admin(exactly_once) as admin:
        topic = NewTopic(exactly_once.topics.rejected, 2, 1)  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        await admin.create_topics([topic])
    await create_topics(exactly_once, partitions=3)

    with ForkedWorker(exactly_once, tmp_path, "worker") as worker:
        assert worker.process.wait(FAILSAFE_S) == ExitCode.BROKER_UNREACHABLE
        (flaw,) = [each for each in worker.events("topic-flaw") if each["level"] == "critical"]
    assert flaw["topic"] == exactly_once.topics.rejected
    assert flaw["problem"] == f"has 2 partitions, but {exactly_once.topics.inbound} has 3"


async def test_looking_for_topics_creates_none(exactly_once: Settings) -> None:
    """On a broker that creates what it is asked for, with its own count of partitions, as Kafka does by default."""
    flaws = await check_topics(exactly_once)
    assert await partition_counts(exactly_once, [exactly_once.topics.inbound]) == {}

    assert {flaw.problem for flaw in flaws} == {"is missing"}
    async with open_admin(exactly_once) as admin:
        names = await admin.list_topics()
    assert [name for name in names if name.startswith(exactly_once.topic_prefix)] == []


async def test_topics_that_were_created_as_declared_have_no_flaw(exactly_once: Settings) -> None:
    """What `topics create` makes, `topics check` finds in order."""
    await create_topics(exactly_once)

    assert await check_topics(exactly_once) == ()


async def test_no_test_leaves_topics(exactly_once: Settings) -> None:
    """On the one broker of a run, which writes all that it holds again and again."""
    async with open_admin(exactly_once) as admin:
        names = await admin.list_topics()

    assert [name for name in names if name.startswith("test")] == []
