"""Creates and compares the topics on the broker with the ones that the contracts declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.protocol.metadata import MetadataRequest

from schemas.topics import Topic
from worker.kafka.connection import Client, open_admin
from worker.settings import Settings

_COPIES = 3
_BATCH_OVERHEAD_BYTES = 512
_AS_SENT = "producer"
_PLAIN = "uncompressed"
_WITH_JUDGED = ("history", "pending")
"""The changelogs of what is known beside the claims of a partition, partition by partition."""


@dataclass(frozen=True, slots=True)
class TopicFlaw:
    """One way in which a topic on the broker differs from its declaration."""

    topic: str
    problem: str
    is_fatal: bool = False
    """Whether a worker must not start with it."""


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
        judged = settings.judged_topic
        counts = await _counts(admin, [judged]) if judged in present else {}
        if not missing:
            return ()
        judged_by_default = next(
            _partitions(each, partitions) for each in settings.topics_in_use if each.name == judged
        )
        if replication is None:
            brokers = (await admin.describe_cluster())["brokers"]
            replication = min(_COPIES, len(brokers))
        response = await admin.create_topics(
            [
                NewTopic(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
                    name=topic.name,
                    num_partitions=_partitions(topic, partitions, counts.get(judged, judged_by_default)),
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


def _partitions(topic: Topic, override: int | None, of_judged: int | None = None) -> int:
    if topic.role in _WITH_JUDGED and of_judged:
        return of_judged
    return override if override and (topic.has_claim_partitions or topic.role == "by-patient") else topic.partitions


async def partition_counts(settings: Settings, names: Sequence[str]) -> dict[str, int]:
    """Return how many partitions topics have, without those that the broker does not have. Raises `KafkaError`."""
    async with open_admin(settings) as admin:
        return await _counts(admin, names)


async def missing_topics(settings: Settings, names: Sequence[str]) -> list[str]:
    """Return which of some topics the broker does not have, in their order. Raises `KafkaError`."""
    counts = await partition_counts(settings, names)
    return [name for name in names if name not in counts]


async def _counts(admin: Client, names: Sequence[str]) -> dict[str, int]:
    # Asked by `describe_topics`, a broker that creates topics by itself (Kafka's default) would create what is missing.
    request = MetadataRequest(list(names), allow_auto_topic_creation=False)
    answer = await admin._send_request(request)  # noqa: SLF001 -- no public call asks without creating
    return {
        entry["topic"]: len(entry["partitions"])
        for entry in answer.to_object()["topics"]
        if not entry["error_code"] and entry["partitions"]
    }


async def check_topics(settings: Settings, topics: Sequence[Topic] | None = None) -> tuple[TopicFlaw, ...]:
    """Return what is wrong with the topics on the broker: with those in use, or with the given ones.

    A dead letter keeps the key of its claim; the claim topics need one partition count, so that
    the order per key survives.
    """
    topics = settings.topics_in_use if topics is None else topics
    async with open_admin(settings) as admin:
        counts = await _counts(admin, [topic.name for topic in topics])
        configs = await _configs(admin, [topic for topic in topics if topic.name in counts])
        return (*flaws(topics, counts), *config_flaws(topics, configs, settings.max_outcome_bytes))


async def _configs(admin: Client, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    """Return the settings that a broker has for topics, by topic; none for one that it does not describe."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]  # type: ignore[no-untyped-call]  # aiokafka publishes no types
    return {
        name: {entry[0]: entry[1] for entry in entries if entry[1]}
        for response in await admin.describe_configs(asked)
        for _error, _message, _type, name, entries in response.resources
    }


async def record_limit(settings: Settings) -> int:
    """Return the largest record that the worker may send: its own limit, or a lower one of an outcome topic.

    A record that the broker refuses would fail its whole transaction, again after each restart.
    """
    async with open_admin(settings) as admin:
        configs = await _configs(admin, [topic for topic in settings.topics_in_use if topic.direction != "in"])
    sizes = [int(each["max.message.bytes"]) for each in configs.values() if "max.message.bytes" in each]
    return min([settings.max_outcome_bytes, *(size - _BATCH_OVERHEAD_BYTES for size in sizes)])


def config_flaws(
    topics: Sequence[Topic], configs: Mapping[str, Mapping[str, str]], max_outcome_bytes: int
) -> tuple[TopicFlaw, ...]:
    """Compare what may be sent to declared topics with the settings that a broker reports; absent ones are not known.

    Args:
        topics: The topics in use.
        configs: Settings by topic, in Kafka's names.
        max_outcome_bytes: The largest record that the worker would send.
    """
    found = []
    for topic in topics:
        config = configs.get(topic.name, {})
        size = int(config.get("max.message.bytes", topic.max_message_bytes))
        if topic.role == "inbound":
            if size > topic.max_message_bytes:
                found.append(
                    TopicFlaw(topic.name, f"takes batches of {size} bytes; {topic.max_message_bytes} is declared")
                )
            packing = config.get("compression.type", _AS_SENT)
            if packing not in {_AS_SENT, _PLAIN}:
                found.append(
                    TopicFlaw(topic.name, f"has compression.type {packing}; {_AS_SENT} or {_PLAIN} is expected")
                )
        elif topic.direction != "in" and size - _BATCH_OVERHEAD_BYTES < min(
            max_outcome_bytes, topic.max_message_bytes - _BATCH_OVERHEAD_BYTES
        ):
            found.append(TopicFlaw(topic.name, f"takes only {size} bytes, so larger outcomes become dead letters"))
    return tuple(found)


def flaws(topics: Sequence[Topic], counts: dict[str, int]) -> tuple[TopicFlaw, ...]:
    """Compare declared topics with the partition counts that a broker reports."""
    found = [TopicFlaw(topic.name, "is missing", is_fatal=True) for topic in topics if topic.name not in counts]
    inbound = next(topic.name for topic in topics if topic.role == "inbound")
    expected = counts.get(inbound)
    for topic in topics:
        count = counts.get(topic.name)
        if count is None or expected is None or not topic.has_claim_partitions:
            continue
        if count != expected:
            problem = f"has {count} partitions, but {inbound} has {expected}"
            # An outcome goes to the partition of its message.
            found.append(TopicFlaw(topic.name, problem, is_fatal=count < expected))
    by_role = {topic.role: topic.name for topic in topics}
    judged = by_role.get("by-patient", inbound)
    for name in [by_role[role] for role in _WITH_JUDGED if role in by_role]:
        if judged in counts and name in counts and counts[judged] != counts[name]:
            problem = f"has {counts[name]} partitions, but {judged} has {counts[judged]}; they must have as many"
            found.append(TopicFlaw(name, problem, is_fatal=True))
    return tuple(found)
