"""What topics hold now: of each partition the oldest offset and the end, and the topic's id."""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.kafka.connection import open_reader
from worker.kafka.read import partitions_of
from worker.kafka.topic_ids import topic_id
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class PartitionSpan:
    """The committed records of a partition.

    Attributes:
        topic: The name of the topic.
        topic_id: What tells it from an earlier topic of the same name; None when the broker is older than topic ids.
        partition: The number of the partition.
        oldest: The first offset that is there.
        end: The offset after the last committed record.
    """

    topic: str
    topic_id: str | None
    partition: int
    oldest: int
    end: int


async def spans_of(settings: Settings, topics: Sequence[str]) -> list[PartitionSpan]:
    """Return what some topics hold now, topic by topic and partition by partition."""
    async with open_reader(settings) as consumer:
        places = await partitions_of(consumer, topics)
        ids = {topic: await topic_id(consumer._client, topic) for topic in topics}  # noqa: SLF001 -- the consumer has no call for it
        oldest, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        return [PartitionSpan(each.topic, ids[each.topic], each.partition, oldest[each], ends[each]) for each in places]
