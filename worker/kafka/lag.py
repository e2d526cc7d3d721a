"""How far a group is behind the end of its topics."""

from dataclasses import dataclass

from aiokafka import TopicPartition

from worker.kafka.connection import open_admin, open_reader
from worker.kafka.read import partitions_of
from worker.settings import Settings


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is in one partition.

    Attributes:
        topic: Its topic.
        partition: Its number.
        committed: The offset of the next message for the group; None before its first commit.
        first: The offset of the oldest message that is still there.
        end: The offset after the last committed message.
    """

    topic: str
    partition: int
    committed: int | None
    first: int
    end: int

    @property
    def messages(self) -> int:
        """How many offsets are waiting; those of a transaction's marks count too."""
        return max(0, self.end - max(self.first, self.committed or 0))

    @property
    def expired(self) -> int:
        """How many messages were deleted before the group had read them."""
        return 0 if self.committed is None else max(0, self.first - self.committed)


async def group_lag(settings: Settings) -> tuple[PartitionLag, ...]:
    """Return how far the workers are behind, for each partition that they read. Raises `KafkaError`."""
    async with open_admin(settings) as admin, open_reader(settings) as reader:
        places = await partitions_of(reader, settings.consumed_topics)
        offsets = await admin.list_consumer_group_offsets(settings.group_id)
        first, ends = await reader.beginning_offsets(places), await reader.end_offsets(places)
    return tuple(
        PartitionLag(place.topic, place.partition, _committed(offsets, place), first[place], ends[place])
        for place in places
    )


def _committed(offsets: dict[TopicPartition, tuple[int, str]], place: TopicPartition) -> int | None:
    offset = offsets[place][0] if place in offsets else -1
    return offset if offset >= 0 else None
