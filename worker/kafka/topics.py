"""Creates and compares the topics on the broker with the ones that the contracts declare."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import Topic
from worker.kafka.connection import open_admin
from worker.settings import Settings

_COPIES = 3
_BATCH_OVERHEAD_BYTES = 512


@dataclass(frozen=True, slots=True)
class TopicFlaw:
    """One way in which a topic on the broker differs from its declaration."""

    topic: str
    problem: str


async def create_topics(
    settings: Settings, *, replication: int | None = None, partitions: int | None = None
) -> tuple[str, ...]:
    """Create the topics that are missing and return their names; the others stay as they are.

    Args:
        settings: Where the broker is, and the prefix of the names.
        replication: Copies of each partition; three, or as many as there are brokers, if not given.
        partitions: Overrides the declared count of all claim topics.
    """
    async with open_admin(settings) as admin:
        present = set(await admin.list_topics())
        missing = [topic for topic in settings.topics_in_use if topic.name not in present]
        if not missing:
            return ()
        if replication is None:
            brokers = (await admin.describe_cluster())["brokers"]
            replication = min(_COPIES, len(brokers))
        response = await admin.create_topics(
            [
                NewTopic(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
                    name=topic.name,
                    num_partitions=_partitions(topic, partitions),
                    replication_factor=replication,
                    topic_configs=topic.config,
                )
                for topic in missing
            ]
        )
        created = []
        for name, code, *_ in response.topic_errors:
            if not code:
                created.append(name)
            elif for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(name)
        return tuple(created)


def _partitions(topic: Topic, override: int | None) -> int:
    if override is None or topic.role == "reference-updates":
        return topic.partitions
    return override


async def check_topics(settings: Settings) -> tuple[TopicFlaw, ...]:
    """Return what is wrong with the topics on the broker.

    A dead letter keeps the key of its claim; the claim topics need one partition count, so that
    the order per key survives.
    """
    async with open_admin(settings) as admin:
        names = [topic.name for topic in settings.topics_in_use]
        described = await admin.describe_topics(names)
        counts = {
            entry["topic"]: len(entry["partitions"])
            for entry in described
            if not entry["error_code"] and entry["partitions"]
        }
        return flaws(settings.topics_in_use, counts)


async def record_limit(settings: Settings) -> int:
    """Return the largest record that the worker may send: its own limit, or a lower one of an outcome topic.

    A record that the broker refuses would fail its whole transaction, again after each restart.
    """
    names = [topic.name for topic in settings.topics_in_use if topic.direction == "out"]
    limit = settings.max_outcome_bytes
    async with open_admin(settings) as admin:
        for response in await admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        ):
            for _error, _message, _type, _name, entries in response.resources:
                values = {entry[0]: entry[1] for entry in entries}
                if values.get("max.message.bytes"):
                    limit = min(limit, int(values["max.message.bytes"]) - _BATCH_OVERHEAD_BYTES)
    return limit


def flaws(topics: Sequence[Topic], counts: dict[str, int]) -> tuple[TopicFlaw, ...]:
    """Compare declared topics with the partition counts that a broker reports."""
    found = [TopicFlaw(topic.name, "is missing") for topic in topics if topic.name not in counts]
    inbound = next(topic.name for topic in topics if topic.role == "inbound")
    expected = counts.get(inbound)
    for topic in topics:
        count = counts.get(topic.name)
        if count is None or expected is None or topic.role == "reference-updates":
            continue
        if count != expected:
            found.append(TopicFlaw(topic.name, f"has {count} partitions, but {inbound} has {expected}"))
    return tuple(found)
